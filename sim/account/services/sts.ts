import {
  STSServiceException,
  type AssumeRoleCommandInput,
  type AssumeRoleCommandOutput,
  type GetCallerIdentityCommandInput,
  type GetCallerIdentityCommandOutput,
} from '@aws-sdk/client-sts';
import { unmodelled } from '../../aws/cloudformation/environment';
import { sessionOf, type RoleSource, type Sessions } from '../principal';
import { page } from '../provenance';
import { operation, undeclared, type Call, type SimulatedService } from '../simulated-service';

const API = 'https://docs.aws.amazon.com/STS/latest/APIReference/API_';
const LONGEST_CHAINED_SECONDS = 3600;

/** STS. Whether a role lets the caller in is checked before, as every resource's own policy is. */
export class SimulatedSts implements SimulatedService {
  readonly id = 'sts';
  readonly ServiceException = STSServiceException;

  constructor(
    private readonly roles: RoleSource,
    private readonly sessions: Sessions,
  ) {}

  readonly operations = {
    AssumeRole: operation<AssumeRoleCommandInput, AssumeRoleCommandOutput>(
      page(`${API}AssumeRole.html`),
      (call) => this.assumeRole(call),
    ),
    GetCallerIdentity: operation<GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput>(
      page(`${API}GetCallerIdentity.html`),
      ({ caller }) => ({
        Account: caller.account,
        Arn: caller.arn,
        UserId: caller.context['aws:userid'] ?? '',
      }),
    ),
  };

  private assumeRole({ caller, input, now }: Call<AssumeRoleCommandInput>) {
    const { DurationSeconds = 3600, RoleArn = '', RoleSessionName = '' } = input;
    const grants = this.roles(RoleArn);
    if (grants === undefined) {
      throw unmodelled(`the role ${RoleArn}, which something trusts and no stack has`);
    }
    if (caller.arn.includes(':assumed-role/') && DurationSeconds > LONGEST_CHAINED_SECONDS) {
      throw undeclared(
        STSServiceException,
        {
          name: 'ValidationError',
          status: 400,
          message:
            'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
        },
        page(`${API}AssumeRole.html`),
      );
    }
    const session = sessionOf(RoleArn, grants, RoleSessionName);
    const issued = this.sessions.issue(session, new Date(now.getTime() + DurationSeconds * 1000));
    return {
      AssumedRoleUser: { Arn: session.arn, AssumedRoleId: session.context['aws:userid'] ?? '' },
      Credentials: {
        AccessKeyId: issued.accessKeyId,
        SecretAccessKey: issued.secretAccessKey,
        SessionToken: issued.sessionToken,
        Expiration: issued.expiration,
      },
    };
  }
}
