import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { DescribedPipeline } from '../handlers/env';
import { functionName, stateMachineName } from './fixed-names';
import type { PipelineSettings } from './pipeline-settings';

/** What a description names beside the settings. */
export interface DescribedResources {
  readonly bucketName: string;
  readonly imagePipelineArn: string;
}

/**
 * What a pipeline says of itself, as JSON. Functions and state machine are named by their fixed names, since they are told
 * the description themselves.
 */
export function describePipeline(
  scope: IConstruct,
  settings: PipelineSettings,
  { bucketName, imagePipelineArn }: DescribedResources,
): string {
  const stack = Stack.of(scope);
  const { partition, region, account } = stack;
  const described: DescribedPipeline = {
    schema: 'winbake.pipeline/1',
    os: settings.os.name,
    pipeline: settings.pipelineName,
    parameterPrefix: settings.parameterPrefix,
    account,
    region,
    bucket: bucketName,
    baseAmiParameter: settings.os.baseAmiParameter,
    stateMachineArn: `arn:${partition}:states:${region}:${account}:stateMachine:${stateMachineName(settings)}`,
    operateFunctionArn: `arn:${partition}:lambda:${region}:${account}:function:${functionName(settings, 'operate')}`,
    imagePipelineArn,
    targets: [{ account, region }],
    promotion: { mode: 'automatic', delaySeconds: 0, atMostSeconds: 24 * 3600, canaryFleets: [] },
    retention: { newest: 3, minimumAgeDays: 45 },
    patchWithinSeconds: 72 * 3600,
  };
  return stack.toJsonString(described);
}
