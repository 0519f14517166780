import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  CfnDistributionConfiguration,
  CfnImagePipeline,
  CfnInfrastructureConfiguration,
} from 'aws-cdk-lib/aws-imagebuilder';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { PipelineNetwork } from './pipeline-network';
import type { PipelineSettings } from './pipeline-settings';

/** What the pipeline builds, where, and as whom. */
export interface BakePipelineProps {
  readonly settings: PipelineSettings;
  readonly network: PipelineNetwork;
  readonly recipeArn: string;
  readonly instanceProfileName: string;
}

/** The Image Builder pipeline. It has no schedule of its own: the rebake starts it when a bake is due. */
export class BakePipeline extends Construct {
  public readonly pipelineArn: string;

  constructor(
    scope: Construct,
    id: string,
    { settings, network, recipeArn, instanceProfileName }: BakePipelineProps,
  ) {
    super(scope, id);
    const { pipelineName, resourceName: name } = settings;
    const infrastructure = new CfnInfrastructureConfiguration(this, 'Infrastructure', {
      name,
      instanceProfileName,
      instanceTypes: settings.instanceTypes.map((type) => type.toString()),
      ...network,
      instanceMetadataOptions: { httpTokens: 'required' },
      terminateInstanceOnFailure: true,
      resourceTags: { 'winbake:pipeline': pipelineName },
    });
    const distribution = new CfnDistributionConfiguration(this, 'Distribution', {
      name,
      distributions: [
        {
          region: Stack.of(this).region,
          amiDistributionConfiguration: {
            Name: `${name}-{{ imagebuilder:buildDate }}`,
            Description: `Winbake ${pipelineName}`,
            AmiTags: { 'winbake:pipeline': pipelineName },
          },
        },
      ],
    });
    const imageLogs = this.logGroup('ImageLogs', `/aws/imagebuilder/${name}`, settings);
    const pipelineLogs = this.logGroup('PipelineLogs', `/aws/imagebuilder/pipeline/${name}`, settings);
    const pipeline = new CfnImagePipeline(this, 'Pipeline', {
      name,
      description: `Winbake ${pipelineName}`,
      imageRecipeArn: recipeArn,
      infrastructureConfigurationArn: infrastructure.attrArn,
      distributionConfigurationArn: distribution.attrArn,
      imageTestsConfiguration: { imageTestsEnabled: true },
      imageTags: { 'winbake:pipeline': pipelineName },
      loggingConfiguration: {
        imageLogGroupName: imageLogs.logGroupName,
        pipelineLogGroupName: pipelineLogs.logGroupName,
      },
    });
    this.pipelineArn = pipeline.attrArn;
  }

  /** Image Builder would make a group that keeps its logs for ever, and may write only below `/aws/imagebuilder/`. */
  private logGroup(id: string, logGroupName: string, { logRetention }: PipelineSettings): LogGroup {
    return new LogGroup(this, id, {
      logGroupName,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
