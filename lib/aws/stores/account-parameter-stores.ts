import { SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { PipelineDescription, PublicationTarget } from '../../contract/documents/pipeline-description';
import type { ParameterStores } from '../../core/ports/stores';
import { accountRoleName } from '../../contract/names/resources';
import { ssmParameterStore, type Sleep } from './ssm-parameter-store';

/** The shortest session that STS gives; a poll of a target is much shorter. */
const SESSION_SECONDS = 900;

/** A region, and the credentials of a role where they are not the function's own. */
export interface RegionalConfig {
  readonly region: string;
  readonly credentials?: SessionCredentials;
}

/** What the stores of a pipeline are reached with. */
export interface AccountParameterStoresOptions {
  readonly description: Pick<
    PipelineDescription,
    'account' | 'pipeline' | 'parameterPrefix' | 'stateMachineArn'
  >;
  readonly sts: STSClient;
  /** Makes a client. */
  readonly ssm?: (config: RegionalConfig) => SSMClient;
  /** Absent: a timer. */
  readonly sleep?: Sleep | undefined;
}

/** The credentials of a role for a short time. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/**
 * The parameters of this account's regions, directly, and of other accounts through the role that `WindowsAmiAccount`
 * makes there.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function accountParameterStores(options: AccountParameterStoresOptions): ParameterStores {
  const { description, sleep, sts, ssm = (config: RegionalConfig) => new SSMClient(config) } = options;
  const own = inEachRegion((region) => ssmParameterStore(ssm({ region }), sleep));
  return {
    of: async (target) => {
      const { account, region } = target;
      if (account === description.account) {
        return own(region);
      }
      return ssmParameterStore(
        ssm({ region, credentials: await assumeAccountRole(sts, description, target) }),
        sleep,
      );
    },
  };
}

/** What is made once for a region and kept, such as a client of the function's own credentials. */
export function inEachRegion<T>(make: (region: string) => T): (region: string) => T {
  const made = new Map<string, T>();
  return (region) => {
    const found = made.get(region) ?? make(region);
    made.set(region, found);
    return found;
  };
}

/** The credentials of the role that `WindowsAmiAccount` made in an account and region. */
export async function assumeAccountRole(
  sts: STSClient,
  { parameterPrefix, pipeline, stateMachineArn }: AccountParameterStoresOptions['description'],
  { account, region }: PublicationTarget,
): Promise<SessionCredentials> {
  const [, partition = 'aws'] = stateMachineArn.split(':');
  const RoleArn = `arn:${partition}:iam::${account}:role/${accountRoleName(parameterPrefix, region)}`;
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({
      RoleArn,
      RoleSessionName: `winbake-${pipeline}`,
      DurationSeconds: SESSION_SECONDS,
    }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined) {
    throw new Error(`STS gave no credentials for ${RoleArn}.`);
  }
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}
