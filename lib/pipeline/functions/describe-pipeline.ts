import { Stack } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct, IConstruct } from 'constructs';
import type { DescribedPipeline } from '../../contract/names/environment';
import { deployedBytes, MOST_DEPLOYED_BYTES } from '../../internal/deployed-bytes';
import { refuse } from '../../internal/validate';
import { functionName, stateMachineName } from '../props/fixed-names';
import type { PipelineSettings } from '../props/pipeline-settings';

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

/** What a description names beside the settings. */
interface DescribedResources {
  readonly bucketName: string;
  readonly imagePipelineArn: string;
  readonly baseAmiParameter: string;
}

/** What the environment of a function has beside the description: the ARN of the topic, the id of a role, and their names. */
const BESIDE_BYTES = 330;

/**
 * What a pipeline says of itself, as JSON. Functions and state machine are named by their fixed names, since they are named
 * the description themselves. Ends synthesis for more accounts and regions than it can hold.
 */
export function describePipeline(
  scope: IConstruct,
  settings: PipelineSettings,
  { baseAmiParameter, bucketName, imagePipelineArn }: DescribedResources,
): string {
  const stack = Stack.of(scope);
  const { partition, region, account } = stack;
  const { distribution } = settings;
  const described: DescribedPipeline = {
    schema: 'winbake.pipeline/1',
    os: settings.os.name,
    pipeline: settings.pipelineName,
    parameterPrefix: settings.parameterPrefix,
    account,
    region,
    bucket: bucketName,
    baseAmiParameter,
    stateMachineArn: `arn:${partition}:states:${region}:${account}:stateMachine:${stateMachineName(settings)}`,
    operateFunctionArn: `arn:${partition}:lambda:${region}:${account}:function:${functionName(settings, 'operate')}`,
    imagePipelineArn,
    accounts: distribution.accounts,
    regions: distribution.regions.map((one) => one.region),
    promotion: settings.promotion,
    retention: {
      newest: settings.retention.newest,
      minimumAgeDays: settings.retention.minimumAgeDays,
    },
    patchWithinSeconds: settings.patchWithin.toSeconds(),
    longestSilenceHours: settings.schedule._longestSilenceHours ?? null,
  };
  const text = stack.toJsonString(described);
  const bytes = deployedBytes(scope, text) + BESIDE_BYTES;
  if (bytes > MOST_DEPLOYED_BYTES) {
    const { accounts, regions } = distribution;
    refuse(
      scope,
      'distribution',
      `must leave what the pipeline's functions and its parameter hold at most ${MOST_DEPLOYED_BYTES} bytes`,
      `${bytes} bytes (accounts: ${accounts.length + 1}, regions: ${regions.length + 1})`,
      'Name fewer, and let a second pipeline serve the others.',
    );
  }
  return text;
}
