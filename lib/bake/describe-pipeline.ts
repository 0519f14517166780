import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { DescribedPipeline } from '../handlers/env';
import { functionName, stateMachineName } from './fixed-names';
import type { PipelineSettings } from './pipeline-settings';

/** What a description names beside the settings. */
export interface DescribedResources {
  readonly bucketName: string;
  readonly imagePipelineArn: string;
  readonly baseAmiParameter: string;
}

/**
 * What a pipeline says of itself, as JSON. Functions and state machine are named by their fixed names, since they are told
 * the description themselves.
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
    targets: [account, ...distribution.accounts].flatMap((target) =>
      [region, ...distribution.regions.map((one) => one.region)].map((place) => ({
        account: target,
        region: place,
      })),
    ),
    promotion: settings.promotion,
    retention: {
      newest: settings.retention.newest,
      minimumAgeDays: settings.retention.minimumAgeDays,
    },
    patchWithinSeconds: settings.patchWithin.toSeconds(),
    longestSilenceHours: settings.schedule.longestSilenceHours ?? null,
  };
  return stack.toJsonString(described);
}
