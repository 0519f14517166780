import { Stack } from 'aws-cdk-lib';
import type { Grant, IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { publicParameterArn } from '../internal/parameter-arn';
import { AccountRole } from './account-role';
import { accountSettings } from './account-settings';
import { AmiKeyGrants } from './ami-key-grants';
import { grantChannelReads } from './channel-reads';
import { ChannelSeed } from './channel-seed';
import { letLogsUse } from './log-key';
import type { WindowsAmiAccountProps } from './windows-ami-account-props';

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

  /** Lets somebody read what the channels and revisions of the pipelines point to here. */
  public grantRead(grantee: IGrantable): Grant {
    return grantChannelReads(this, grantee, this.parameterPaths);
  }
}
