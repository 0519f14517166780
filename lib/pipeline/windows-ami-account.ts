import { fleetsPath } from '../contract/names/parameters';
import { Stack } from 'aws-cdk-lib';
import { AccountPrincipal, Role, type Grant, type IGrantable, type IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { accountRoleName, reachingRoleNames } from '../contract/names/resources';
import { allow, parameterArn, publicParameterArn } from '../internal/allow';
import { letLogsUse } from '../internal/keys';
import { ChannelSeed } from './functions/channel-seed';
import { allowUsageReads, allowChannelWrites, grantChannelReads } from './functions/permissions';
import { AmiKeyGrants } from './keys/ami-keys';
import { checkedRoleName } from './props/fixed-names';
import {
  type AccountSettings,
  accountSettings,
  type WindowsAmiAccountProps,
} from './props/windows-ami-account-props';

/**
 * What the pipelines of another account may do in this account and region. Whoever may be it is known by the names of the
 * roles of their functions, so that neither side has to know the other's resources.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
 */
class AccountRole extends Role {
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
    allowUsageReads(this, { parameterPrefix, parameterPaths, regions: [region] });
    allow(this, {
      actions: ['ssm:GetParameter'],
      resources: [parameterArn(this, `${fleetsPath(parameterPrefix)}/*`)],
      wildcardReason: 'The states of fleets, which belong to other stacks.',
    });
    allow(this, {
      actions: ['ssm:GetParameter'],
      resources: pipelines.map(({ os }) => publicParameterArn(this, os.baseAmiParameter)),
    });
  }
}

/**
 * Makes an account and region ready for the publications of pipelines of another account, or of another region of the same
 * one. It is deployed once there, after the pipelines and before the fleets: until then publications to it are pending, which
 * is no failure, and it receives the present ones within 15 minutes. Its deployment seeds the channels with the plain
 * ECS-optimized AMI, so that the templates of fleets can read them at once, and lets Auto Scaling use the keys of the AMIs.
 * What was written and granted stays when it is removed.
 */
export class WindowsAmiAccount extends Construct {
  /** Where the parameters of all pipelines and fleets begin. */
  public readonly parameterPrefix: string;

  /**
   * The role that the pipelines' functions are here.
   *
   * @default - none in the account of the pipelines, whose functions need none to reach another region
   */
  public readonly role?: IRole;

  private readonly parameterPaths: readonly string[];

  constructor(scope: Construct, id: string, props: WindowsAmiAccountProps) {
    super(scope, id);
    const settings = accountSettings(this, props);
    const { encryptionKey, logRetention, parameterPrefix, pipelineAccount, pipelines } = settings;
    letLogsUse(this, encryptionKey);
    if (Stack.of(this).account !== pipelineAccount) {
      this.role = new AccountRole(this, 'Role', settings);
      new AmiKeyGrants(this, 'AmiKeyGrants', settings);
    }
    new ChannelSeed(this, 'Seed', {
      of: `pipelines of ${pipelineAccount}`,
      seeded: pipelines.map(({ os, parameterPath, pipelineName }) => ({
        id: pipelineName,
        os,
        parameterPath,
        baseAmi: {
          parameterName: os.baseAmiParameter,
          parameterArn: publicParameterArn(this, os.baseAmiParameter),
        },
      })),
      logRetention,
      encryptionKey,
    });
    this.parameterPrefix = parameterPrefix;
    this.parameterPaths = pipelines.map(({ parameterPath }) => parameterPath);
  }

  /** Grants reading what the channels and revisions of the pipelines point to here. */
  public grantRead(grantee: IGrantable): Grant {
    return grantChannelReads(Stack.of(this), grantee, this.parameterPaths);
  }
}
