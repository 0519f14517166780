import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { PipelineSettings } from './pipeline-settings';

/** The parameter in which the command line and other stacks find what a pipeline is. */
export class PipelineRecord extends StringParameter {
  constructor(
    scope: Construct,
    id: string,
    { parameterPath, pipelineName }: PipelineSettings,
    description: string,
  ) {
    super(scope, id, {
      parameterName: `${parameterPath}/pipeline`,
      simpleName: false,
      description: `What the pipeline ${pipelineName} of Winbake is`,
      stringValue: description,
    });
  }
}
