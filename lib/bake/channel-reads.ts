import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { CHANNELS, channelParameters } from '../contract/names/parameters';
import { parameterArn } from '../internal/parameter-arn';

/** Lets somebody read what channels and revisions of pipelines point to, in the region of `scope`. */
export function grantChannelReads(
  scope: IConstruct,
  grantee: IGrantable,
  parameterPaths: readonly string[],
): Grant {
  const names = parameterPaths.flatMap((path) => [
    ...CHANNELS.flatMap((channel) => Object.values(channelParameters(path, channel))),
    `${path}/by-revision/*`,
  ]);
  return Grant.addToPrincipal({
    grantee,
    actions: ['ssm:GetParameter', 'ssm:GetParameters'],
    resourceArns: names.map((name) => parameterArn(scope, name)),
  });
}
