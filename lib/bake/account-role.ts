import { Stack } from 'aws-cdk-lib';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { accountRoleName, reachingRoleNames } from '../contract/names/resources';
import { allow } from '../internal/allow';
import { parameterArn } from '../internal/parameter-arn';
import type { AccountSettings } from './account-settings';
import { allowToSeeUses } from './ami-uses';
import { allowChannelWrites } from './channel-writes';
import { checkedRoleName } from './fixed-names';

/**
 * What the pipelines of another account may do in this account and region. Whoever may be it is known by the names of the
 * roles of their functions, so that neither side has to know the other's resources.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
 */
export class AccountRole extends Role {
  constructor(scope: Construct, id: string, settings: AccountSettings) {
    const { parameterPrefix, pipelineAccount, pipelines } = settings;
    const { partition, region } = Stack.of(scope);
    super(scope, id, {
      roleName: checkedRoleName(
        scope,
        (place) => accountRoleName(parameterPrefix, place),
        'parameterPrefix',
        'Shorten it, in the pipelines as well.',
      ),
      description: `Winbake: the pipelines of ${pipelineAccount} publish here`,
      assumedBy: new AccountPrincipal(pipelineAccount).withConditions({
        ArnLike: {
          'aws:PrincipalArn': reachingRoleNames(parameterPrefix).map(
            (name) => `arn:${partition}:iam::${pipelineAccount}:role/${name}`,
          ),
        },
      }),
    });
    const parameterPaths = pipelines.map(({ parameterPath }) => parameterPath);
    allowChannelWrites(this, parameterPaths);
    allowToSeeUses(this, { parameterPrefix, parameterPaths, regions: [region] });
    allow(this, {
      actions: ['ssm:GetParameter'],
      resources: [parameterArn(this, `${parameterPrefix}/fleets/*`)],
      wildcardReason: 'The states of fleets, which belong to other stacks.',
    });
  }
}
