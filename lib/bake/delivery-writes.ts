import { Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { accountRoleName } from '../contract/names/resources';
import { allow } from '../internal/allow';
import { allowChannelWrites } from './channel-writes';
import type { PipelineSettings } from './pipeline-settings';

/** Lets a role read and write a pipeline's parameters wherever the pipeline publishes to. */
export function allowDelivery(role: Role, settings: PipelineSettings): void {
  const { distribution, parameterPath, parameterPrefix } = settings;
  const { account, partition, region } = Stack.of(role);
  allowChannelWrites(role, [parameterPath]);
  const regions = distribution.regions.map((one) => one.region);
  if (regions.length > 0) {
    allow(role, {
      actions: ['ssm:GetParameter', 'ssm:PutParameter'],
      resources: regions.map((one) => `arn:${partition}:ssm:${one}:${account}:parameter${parameterPath}/*`),
      wildcardReason: 'The channels and the parameter of each revision in the further regions.',
    });
  }
  if (distribution.accounts.length > 0) {
    allow(role, {
      actions: ['sts:AssumeRole'],
      resources: distribution.accounts.flatMap((other) =>
        [region, ...regions].map(
          (one) => `arn:${partition}:iam::${other}:role/${accountRoleName(parameterPrefix, one)}`,
        ),
      ),
    });
  }
}
