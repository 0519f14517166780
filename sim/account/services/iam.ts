import {
  IAMServiceException,
  NoSuchEntityException,
  type GetInstanceProfileCommandInput,
  type GetInstanceProfileCommandOutput,
  type SimulatePrincipalPolicyCommandInput,
  type SimulatePrincipalPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { whyDenied } from '../authorize';
import { accountOf, sessionOf, type RoleGrants, type RoleSource } from '../principal';
import { assumed, page } from '../provenance';
import { declared, operation, type SimulatedService } from '../simulated-service';

const API = 'https://docs.aws.amazon.com/IAM/latest/APIReference/API_';
const TEXTS = assumed('The texts of the errors of IAM; their names are documented.');
const MADE = new Date('2025-01-01T00:00:00Z');

/** IAM, as it answers for roles, and for instance profiles by their names. */
export class SimulatedIam implements SimulatedService {
  readonly id = 'iam';
  readonly ServiceException = IAMServiceException;

  constructor(
    private readonly roles: RoleSource,
    /** The ARN of the role of each profile. */
    private readonly profiles: ReadonlyMap<string, string>,
  ) {}

  readonly operations = {
    GetInstanceProfile: operation<GetInstanceProfileCommandInput, GetInstanceProfileCommandOutput>(
      page(`${API}GetInstanceProfile.html`),
      ({ input: { InstanceProfileName = '' }, place: { account } }) => {
        const Arn = this.profiles.get(InstanceProfileName);
        if (Arn === undefined) {
          throw absent(`Instance Profile ${InstanceProfileName} cannot be found.`);
        }
        const common = { Path: '/', CreateDate: MADE };
        return {
          InstanceProfile: {
            ...common,
            InstanceProfileName,
            InstanceProfileId: 'AIPASIMULATED000',
            Arn: `arn:aws:iam::${account}:instance-profile/${InstanceProfileName}`,
            Roles: [{ ...common, Arn, RoleId: 'AROASIMULATED000', RoleName: Arn.split('/').at(-1) ?? '' }],
          },
        };
      },
    ),
    SimulatePrincipalPolicy: operation<
      SimulatePrincipalPolicyCommandInput,
      SimulatePrincipalPolicyCommandOutput
    >(page(`${API}SimulatePrincipalPolicy.html`), ({ input }) => {
      const { ActionNames = [], PolicySourceArn: arn = '', ResourceArns = ['*'] } = input;
      const role = this.roles(arn);
      if (role === undefined) {
        throw absent(`The role with name ${arn.split('/').at(-1) ?? ''} cannot be found.`);
      }
      return {
        EvaluationResults: ActionNames.flatMap((action) =>
          ResourceArns.map((resource) => ({
            EvalActionName: action,
            EvalResourceName: resource,
            EvalDecision: decisionOf(arn, role, action, resource),
          })),
        ),
      };
    }),
  };
}

/** The policies of resources do not count, unless a caller hands them in. */
function decisionOf(arn: string, role: RoleGrants, action: string, resource: string) {
  // In no account, so that what belongs to another one counts as the role's policies have it.
  const own = accountOf(resource) === accountOf(arn) ? undefined : OTHERS;
  const why = whyDenied(sessionOf(arn, role, 'simulation'), { action, resource }, {}, own);
  return why === undefined ? 'allowed' : why.includes('explicit') ? 'explicitDeny' : 'implicitDeny';
}

/** A policy that lets everybody in. */
const OTHERS = {
  account: '',
  statements: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
  isRequired: false,
};

function absent(message: string) {
  return declared(NoSuchEntityException, message, TEXTS, 404);
}
