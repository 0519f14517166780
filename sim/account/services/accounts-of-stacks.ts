import {
  STSServiceException,
  type AssumeRoleCommandInput,
  type AssumeRoleCommandOutput,
  type GetCallerIdentityCommandInput,
  type GetCallerIdentityCommandOutput,
} from '@aws-sdk/client-sts';
import {
  ECRServiceException,
  type GetAuthorizationTokenCommandInput,
  type GetAuthorizationTokenCommandOutput,
} from '@aws-sdk/client-ecr';
import {
  ResourceNotFoundException,
  SecretsManagerServiceException,
  type GetSecretValueCommandInput,
  type GetSecretValueCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { WinbakeError } from '../../../lib/contract/values/errors';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import { unmodelled } from '../../aws/cloudformation/environment';
import type { StackModel } from '../../aws/cloudformation/stack-model';
import { whyDenied, type OnDecision } from '../authorize';
import type { FaultInjection } from '../fault-injection';
import { accountOf, serviceOf, Sessions, sessionOf, type Principal, type RoleSource } from '../principal';
import { SimulatedAccounts, type SimulatedAccountsOptions } from '../simulated-accounts';
import { type SimulatedService, operation, undeclared, type Call, declared } from '../simulated-service';
import { iamOfStacks, resourcePoliciesOfStacks, rolesOfStacks } from '../stack-policies';
import type { Transcripts } from '../transcript';
import { SimulatedEc2 } from './ec2';
import { type SimulatedEvent, SimulatedEventBridge, SimulatedSns } from './notices';
import { SimulatedS3 } from './s3';
import { SimulatedSsm } from './ssm';
import { SimulatedStepFunctions, type SimulatedExecution } from './step-functions';
import { page } from '../provenance';
import type { RequestContext } from '../../aws/iam/role-policies';

/** What accounts are deployed from, and what else is in them. */
export interface AccountsOfStacksOptions {
  readonly stacks: readonly StackModel[];
  readonly now: () => Date;
  /** EC2 with more than images, from whoever simulates that. */
  readonly ec2?: SimulatedEc2;
  /** Services beside those that are made here. */
  readonly services?: readonly SimulatedService[];
  readonly transcripts?: Transcripts;
  readonly faults?: FaultInjection | undefined;
  readonly observe?: SimulatedAccountsOptions['observe'];
  readonly amend?: SimulatedAccountsOptions['amend'];
  readonly deliver?: (event: SimulatedEvent) => void;
  /** Runs an execution that was started. */
  readonly run?: (execution: SimulatedExecution) => void;
  readonly decided?: OnDecision | undefined;
}

/** Accounts to which stacks were deployed: their roles and policies, buckets, topics and parameters. */
export function accountsOfStacks(options: AccountsOfStacksOptions) {
  const {
    decided,
    deliver,
    ec2 = new SimulatedEc2(),
    faults,
    now,
    amend,
    observe,
    run,
    services = [],
    stacks,
    transcripts,
  } = options;
  const sessions = new Sessions();
  const roles = rolesOfStacks(stacks);
  const resourcePolicies = resourcePoliciesOfStacks(stacks, roles);
  const events = new SimulatedEventBridge(deliver);
  const ssm = new SimulatedSsm({
    imageExists: (id, place) => ec2.images.isAvailable(id, place),
    ...(faults === undefined ? {} : { imageCheckMilliseconds: faults.imageCheckMilliseconds }),
    send: (event) => {
      events.send(event);
    },
  });
  const s3 = new SimulatedS3(faults === undefined ? {} : { isContended: faults.isContended });
  const sns = new SimulatedSns();
  const ecr = new SimulatedEcr();
  const secrets = new SimulatedSecretsManager();
  const states = new SimulatedStepFunctions(run);
  const sts = new SimulatedSts(roles, sessions);
  stacks.forEach((stack) => {
    deployData(stack, { now: now(), s3, secrets, sns, ssm, states });
  });
  const accounts = new SimulatedAccounts({
    services: [ssm, ec2, s3, sns, events, states, sts, ecr, secrets, ...services],
    sessions,
    now,
    resourcePolicies,
    faults,
    amend,
    ...(transcripts === undefined ? {} : { transcripts }),
    ...(decided === undefined ? {} : { decided }),
    ...(observe === undefined ? {} : { observe }),
  });
  /** A session of a role that a service takes, as Lambda does for a function; throws where its trust does not let it in. */
  const sessionFor = (roleArn: string, session: string, service: string): Principal => {
    const grants = roles(roleArn);
    if (grants === undefined) {
      throw unmodelled(`the role ${roleArn}, which no stack of the assembly has`);
    }
    const caller = serviceOf(service, accountOf(roleArn));
    const need = { action: 'sts:AssumeRole', resource: roleArn };
    const policy = resourcePolicies(roleArn);
    const why = whyDenied(caller, need, caller.context, policy);
    decided?.({ caller, need, context: caller.context, policy, why });
    if (why !== undefined) {
      // For the person a missing trust is a missing right as any other.
      throw new WinbakeError(
        'REHEARSAL_FAILED',
        `AccessDenied: ${service} may not ${need.action} on ${need.resource}`,
      );
    }
    return sessionOf(roleArn, grants, session);
  };
  /** Notes in IAM what stacks have now, which services know later. */
  const noteIam = () => {
    faults?.iam.note(iamOfStacks(stacks, roles));
  };
  return { accounts, sessionFor, noteIam, ec2, ecr, secrets, ssm, s3, sns, events, states };
}

/** What keeps data, or runs by itself, once a stack has made it. */
export interface DataServices {
  readonly now: Date;
  readonly s3: SimulatedS3;
  readonly secrets: SimulatedSecretsManager;
  readonly sns: SimulatedSns;
  readonly ssm: SimulatedSsm;
  readonly states: SimulatedStepFunctions;
}

/** Makes, or brings up to date, what a stack has of buckets, secrets, topics, state machines and parameters. */
export function deployData(stack: StackModel, { now, s3, secrets, sns, ssm, states }: DataServices): void {
  const { environment } = stack;
  for (const logicalId of stack.logicalIds('AWS::S3::Bucket')) {
    const { BucketEncryption, Tags, VersioningConfiguration } = stack.properties(logicalId, [
      'BucketEncryption',
      'Tags',
      'VersioningConfiguration',
    ]);
    const keyArn = textAt(
      BucketEncryption,
      'ServerSideEncryptionConfiguration',
      0,
      'ServerSideEncryptionByDefault',
      'KMSMasterKeyID',
    );
    const tags = (Array.isArray(Tags) ? (Tags as JsonObject[]) : []).map(({ Key, Value }) => [
      String(Key),
      String(Value),
    ]);
    const bucket = {
      ...environment,
      name: stack.reference(logicalId),
      isVersioned: textAt(VersioningConfiguration, 'Status') === 'Enabled',
      tags: Object.fromEntries(tags) as Record<string, string>,
      ...(keyArn === undefined ? {} : { keyArn }),
    };
    s3.createBucket(bucket, now);
  }
  for (const logicalId of stack.logicalIds('AWS::SecretsManager::Secret')) {
    const keyArn = textAt(stack.properties(logicalId, ['KmsKeyId']), 'KmsKeyId');
    secrets.create(stack.reference(logicalId), keyArn);
  }
  for (const logicalId of stack.logicalIds('AWS::SNS::Topic')) {
    const keyArn = textAt(stack.properties(logicalId, ['KmsMasterKeyId']), 'KmsMasterKeyId');
    sns.create({ arn: stack.reference(logicalId), ...(keyArn === undefined ? {} : { keyArn }) });
  }
  for (const logicalId of stack.logicalIds('AWS::StepFunctions::StateMachine')) {
    const { DefinitionString, DefinitionSubstitutions, RoleArn } = stack.properties(logicalId, [
      'DefinitionString',
      'DefinitionSubstitutions',
      'RoleArn',
    ]);
    const values = isJsonObject(DefinitionSubstitutions) ? DefinitionSubstitutions : {};
    const definition = String(DefinitionString).replaceAll(/\$\{(\w+)\}/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? String(values[name]) : whole,
    );
    states.create({ arn: stack.reference(logicalId), roleArn: String(RoleArn), definition });
  }
  for (const logicalId of stack.logicalIds('AWS::SSM::Parameter')) {
    const { Name, Value } = stack.properties(logicalId, ['Name', 'Value']);
    ssm.publish(environment, String(Name), String(Value), now);
  }
}

function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = path.reduce<unknown>(
    (inner, step) => (Array.isArray(inner) || isJsonObject(inner) ? (inner as JsonObject)[step] : undefined),
    value,
  );
  return typeof found === 'string' ? found : undefined;
}

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

const TOKEN = page(
  'https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html',
);
const SECRET = page('https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html');
const TOKEN_HOURS = 12;

/** ECR, as far as it says who reads: a token stands for whoever asked for it. */
export class SimulatedEcr implements SimulatedService {
  readonly id = 'ecr';
  readonly ServiceException = ECRServiceException;
  private readonly tokens = new Map<string, { readonly caller: Principal; readonly until: Date }>();

  readonly operations = {
    GetAuthorizationToken: operation<GetAuthorizationTokenCommandInput, GetAuthorizationTokenCommandOutput>(
      TOKEN,
      ({ caller, now, place }) => {
        const until = new Date(now.getTime() + TOKEN_HOURS * 3_600_000);
        const password = Buffer.from(`${caller.arn} ${until.toISOString()}`).toString('base64url');
        this.tokens.set(password, { caller, until });
        const proxyEndpoint = `https://${place.account}.dkr.ecr.${place.region}.amazonaws.com`;
        const authorizationToken = Buffer.from(`AWS:${password}`).toString('base64');
        return { authorizationData: [{ authorizationToken, expiresAt: until, proxyEndpoint }] };
      },
    ),
  };

  /** Whom a password stands for at an instant; undefined for one that is none, or no more. */
  callerOf(password: string, now: Date): Principal | undefined {
    const token = this.tokens.get(password);
    return token !== undefined && now < token.until ? token.caller : undefined;
  }
}

/** A secret; nothing can be read of one that holds no value yet. */
interface StoredSecret {
  readonly arn: string;
  /** The customer-managed key that it is encrypted with. */
  readonly keyArn: string | undefined;
  readonly text: string | undefined;
}

/** What Secrets Manager adds to a secret's name in its ARN. */
const SUFFIX = /-[A-Za-z0-9]{6}$/;

/** The secrets of all accounts, by their ARNs. */
export class SimulatedSecretsManager implements SimulatedService {
  readonly id = 'secrets-manager';
  readonly ServiceException = SecretsManagerServiceException;
  private readonly secrets = new Map<string, StoredSecret>();

  readonly operations = {
    GetSecretValue: operation<GetSecretValueCommandInput, GetSecretValueCommandOutput>(
      SECRET,
      ({ input, place, require }) => {
        const { SecretId = '' } = input;
        const secret = this.find(SecretId);
        // Policies are about the whole ARN, whichever part of it a caller names.
        require({ action: 'secretsmanager:GetSecretValue', resource: secret?.arn ?? SecretId });
        if (secret?.text === undefined) {
          const message = "Secrets Manager can't find the specified secret.";
          throw declared(ResourceNotFoundException, message, SECRET, 400);
        }
        const { arn, keyArn, text } = secret;
        if (keyArn !== undefined) {
          require({
            action: 'kms:Decrypt',
            resource: keyArn,
            context: throughSecretsManager(arn, place.region),
          });
        }
        return { ARN: arn, Name: nameOf(arn).replace(SUFFIX, ''), SecretString: text };
      },
    ),
  };

  /** Makes a secret as a deployment does, or gives it another key; what it holds stays. */
  create(arn: string, keyArn: string | undefined): void {
    this.secrets.set(arn, { arn, keyArn, text: this.secrets.get(arn)?.text });
  }

  /** What a secret holds, by its ARN with or without what Secrets Manager adds; one that is not there is made. */
  put(id: string, text: string): void {
    const arn = SUFFIX.test(id) ? id : `${id}-AbCdEf`;
    const known = this.find(id) ?? { arn, keyArn: undefined };
    this.secrets.set(known.arn, { ...known, text });
  }

  /** A name without the hyphen and six characters counts where one secret alone has it. */
  private find(id: string): StoredSecret | undefined {
    const named = [...this.secrets.values()].filter(({ arn }) => arn.replace(SUFFIX, '') === id);
    return this.secrets.get(id) ?? (named.length === 1 ? named[0] : undefined);
  }
}

function nameOf(arn: string): string {
  return arn.split(':')[6] ?? '';
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html */
function throughSecretsManager(arn: string, region: string): RequestContext {
  return {
    'kms:ViaService': `secretsmanager.${region}.amazonaws.com`,
    'kms:EncryptionContext:SecretARN': arn,
  };
}
