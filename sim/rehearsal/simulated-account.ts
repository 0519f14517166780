import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { WinbakeError } from '../../lib/contract/values/errors';
import { osOf } from '../../lib/contract/values/release';
import type { RegistryClient, RegistryClientOptions } from '../../lib/registry/registry-client';
import type { OnDecision } from '../account/authorize';
import { FaultInjection } from '../account/fault-injection';
import { userOf, type Principal } from '../account/principal';
import { accountsOfStacks } from '../account/services/accounts-of-stacks';
import { SimulatedAutoScaling } from '../account/services/auto-scaling';
import type { SimulatedEvent } from '../account/services/notices';
import { SimulatedStacks } from '../account/services/cloudformation';
import { fleetOperations, SimulatedEc2 } from '../account/services/ec2';
import { SimulatedEcs } from '../account/services/ecs';
import { SimulatedFleets } from '../account/services/fleets';
import { SimulatedImageBuilder } from '../account/services/image-builder';
import { InvocationQueue, SimulatedLambda, type DeadLetter } from '../account/services/lambda';
import type { Denial, SimulatedAccountsOptions } from '../account/simulated-accounts';
import { SIMULATED_ENVIRONMENT, type Environment } from '../aws/cloudformation/environment';
import { digitsOf } from '../aws/cloudformation/physical-names';
import { readAssembly, type AssemblyStack } from '../aws/cloudformation/assembly';
import { perDeployment, StackModel } from '../aws/cloudformation/stack-model';
import type { BakeOutcome } from '../aws/image-builder/run-bake';
import type { Recipe } from '../aws/image-builder/read-recipe';
import type { VirtualClock } from '../clock/virtual-clock';
import { makeResources } from './made-stack';
import { FunctionRunner, RuleTargets } from './run-function';
import { variablesOf } from './template-functions';

/** What an account is made from. */
export interface SimulatedAccountOptions {
  /** The cloud assembly, or its folder. */
  readonly folder: string | readonly AssemblyStack[];
  /** The account and region of the pipeline where no assembly says so. */
  readonly environment?: Environment;
  readonly clock: VirtualClock;
  /** The release whose pipeline is rehearsed; absent: that of any. */
  readonly release?: string | undefined;
  /** The registry as functions reach it; absent: none does. */
  readonly openRegistry?: ((options: RegistryClientOptions) => RegistryClient) | undefined;
  /** Of a seed, for faults of the services; absent: a day without. */
  readonly random?: (() => number) | undefined;
  /** Whether such faults happen now; absent: always. */
  readonly isBadDay?: (() => boolean) | undefined;
  /** Takes events that a function failed on for good; absent: they end the rehearsal. */
  readonly discard?: ((letter: DeadLetter) => void) | undefined;
  readonly decided?: OnDecision | undefined;
  /** Takes the events of all buses; absent: they start what the rules of the stacks say. */
  readonly deliver?: (event: SimulatedEvent) => void;
  /** Called with each call before it is answered; the answer waits for it. */
  readonly observe?: SimulatedAccountsOptions['observe'];
  readonly amend?: SimulatedAccountsOptions['amend'];
  readonly transcripts?: SimulatedAccountsOptions['transcripts'] | undefined;
}

/** Ends the rehearsal with what a function said last. */
function endRehearsal({ error, functionArn }: DeadLetter): void {
  const name = functionArn.split(':').at(-1) ?? functionArn;
  throw new WinbakeError('REHEARSAL_FAILED', `${name} failed three times: ${error.message}`, {
    cause: error,
  });
}

/** What a role of the assembly may not do and tried: a mistake that the person can mend. */
export class DeniedError extends WinbakeError {
  /** What the service says in full. */
  readonly details: string;

  constructor({ caller, need, text }: Denial) {
    const role = caller.context['aws:PrincipalArn'] ?? caller.arn;
    const name = role.split('/').at(-1) ?? role;
    super('REHEARSAL_FAILED', `AccessDenied: ${name} may not ${need.action} on ${need.resource}`);
    this.name = 'DeniedError';
    this.details = text;
  }
}

/** The accounts to which an assembly is deployed, seen from those of its pipeline: AWS, and the functions that run there. */
export class SimulatedAccount {
  readonly clock: VirtualClock;
  /** The account and region of the pipeline that is rehearsed. */
  readonly environment: Environment;
  /** In the order of deployment. */
  readonly stacks: StackModel[];
  readonly cloudFormation = new SimulatedStacks((call, stack) => makeResources(this, call, stack));
  /** The services of AWS behind the clients of its SDK. */
  readonly world: ReturnType<typeof accountsOfStacks>;
  readonly parameters: SimulatedParameters;
  /** The functions of the stacks. */
  readonly functions: FunctionRunner;
  /** The events that functions run on. */
  readonly invocations: InvocationQueue;
  /** What events start. */
  readonly ruleTargets: RuleTargets;
  /** After how many milliseconds an event arrives: once, unless faults are injected. */
  readonly deliveries: () => readonly number[];
  readonly imageBuilder: SimulatedImageBuilder;
  /** Runs bakes; undefined where this computer cannot. */
  bake: ((recipe: Recipe, imageArn: string) => Promise<BakeOutcome>) | undefined;
  readonly fleets = new SimulatedFleets();
  private readonly sessions: () => Map<string, Principal>;
  private readonly lambda = new LambdaClient();

  constructor({
    clock,
    decided,
    deliver,
    discard = endRehearsal,
    environment = SIMULATED_ENVIRONMENT,
    folder,
    isBadDay,
    amend,
    observe,
    openRegistry,
    random,
    release,
    transcripts,
  }: SimulatedAccountOptions) {
    const assembly = typeof folder === 'string' ? readAssembly(folder) : folder;
    this.clock = clock;
    this.environment = assembly.find((one) => bakes(one, release))?.environment ?? environment;
    const stacks: StackModel[] = [];
    for (const stack of assembly) {
      stacks.push(
        new StackModel(
          stack,
          (name) => this.parameters.read(name),
          () => stacks,
        ),
      );
    }
    this.stacks = stacks;
    this.sessions = perDeployment(stacks, () => new Map());
    for (const model of stacks) {
      this.cloudFormation.add(model.environment, {
        name: model.stack.name,
        arn: String(model.resolve({ Ref: 'AWS::StackId' })),
        createdAt: clock.now(),
        status: () => 'CREATE_COMPLETE',
      });
    }
    this.functions = new FunctionRunner(this, openRegistry);
    this.invocations = new InvocationQueue({
      find: (arn) => this.functions.find(arn),
      after: (milliseconds, work) => {
        clock.after(milliseconds, work);
      },
      discard,
    });
    const faults =
      random &&
      new FaultInjection({
        random,
        now: () => clock.now(),
        isOn: isBadDay,
        pass: (milliseconds) => this.functions.pass(milliseconds),
      });
    this.deliveries = faults?.deliveries ?? (() => [0]);
    this.ruleTargets = new RuleTargets(this, this.deliveries);
    this.imageBuilder = new SimulatedImageBuilder(() => ({
      stacks,
      images: this.world.ec2.images,
      bake: this.bake,
      knowsInstanceProfile: (arn) => faults?.iam.knowsInstanceProfile(arn) ?? true,
    }));
    const ec2 = new SimulatedEc2(fleetOperations(this.fleets));
    ec2.images.lastLaunch = (amiId) => this.fleets.lastLaunch(amiId);
    this.world = accountsOfStacks({
      stacks,
      now: () => clock.now(),
      ec2,
      faults,
      deliver:
        deliver ??
        ((event) => {
          this.ruleTargets.start(event);
        }),
      decided,
      amend,
      ...(observe === undefined ? {} : { observe }),
      ...(transcripts === undefined ? {} : { transcripts }),
      services: [
        this.imageBuilder,
        new SimulatedLambda(
          (arn) => this.functions.find(arn),
          (arn) => this.functions.deployedAs(arn),
        ),
        new SimulatedAutoScaling(this.fleets, (id, place) => ec2.images.launchedFrom(id, place)),
        new SimulatedEcs(this.fleets),
        this.cloudFormation,
      ],
    });
    this.parameters = new SimulatedParameters(this);
    this.uploadAssets();
    this.world.noteIam();
  }

  /** Lets every client of the SDK in this process speak to this account; gives what ends it. */
  install(): () => void {
    return this.world.accounts.install();
  }

  /**
   * Does something as a caller. A right that a role of the assembly lacks ends the rehearsal, whatever the code made of it:
   * throws a `DeniedError`.
   */
  async as<T>(
    caller: Principal,
    work: () => Promise<T>,
    { region }: { readonly region: string } = this.environment,
  ): Promise<T> {
    try {
      return await this.world.accounts.as(caller, region, work);
    } finally {
      this.requireRights();
    }
  }

  /** A role as a service takes it, such as `lambda.amazonaws.com`. */
  sessionOf(roleArn: string, session: string, service: string): Principal {
    const key = `${roleArn} ${session}`;
    const sessions = this.sessions();
    const found = sessions.get(key) ?? this.world.sessionFor(roleArn, session, service);
    sessions.set(key, found);
    return found;
  }

  /** Whoever may do everything: a person who deploys, or AWS itself. */
  get administrator(): Principal {
    return this.administratorOf(this.environment);
  }

  /** The same of another account. */
  administratorOf({ account }: Pick<Environment, 'account'>): Principal {
    return userOf(account, 'rehearsal', [{ Effect: 'Allow', Action: '*', Resource: '*' }]);
  }

  /** Lets a caller invoke a function, and gives its answer; throws a `FunctionError` where that failed. */
  async invoke(
    caller: Principal,
    functionArn: string,
    payload: unknown,
    qualifier?: string,
  ): Promise<unknown> {
    const [, , , region = this.environment.region] = functionArn.split(':');
    const answer = await this.as(
      caller,
      () =>
        this.lambda.send(
          new InvokeCommand({
            FunctionName: functionArn,
            Payload: new TextEncoder().encode(JSON.stringify(payload)),
            ...(qualifier === undefined ? {} : { Qualifier: qualifier }),
          }),
        ),
      { region },
    );
    const text = new TextDecoder().decode(answer.Payload);
    if (answer.FunctionError !== undefined) {
      throw new FunctionError(text);
    }
    return JSON.parse(text);
  }

  /** Makes an AMI whose id depends on a name alone, and gives the id. */
  createAmi(
    name: string,
    tags: Readonly<Record<string, string>> = {},
    place: Environment = this.environment,
  ): string {
    const id = `ami-${digitsOf(name, 17)}`;
    this.world.ec2.images.create(place, {
      id,
      name,
      createdAt: this.clock.now(),
      sharedWith: [],
      isPublic: place.account === AMAZON,
      snapshotIds: [],
      tags,
    });
    return id;
  }

  /** Lets AWS publish an AMI whose id a parameter of its own holds wherever something is deployed, or one of the account. */
  publishAmi(parameter: string, name: string): void {
    const isAmazons = parameter.startsWith('/aws/');
    const places = isAmazons ? this.stacks.map(({ environment }) => environment) : [this.environment];
    for (const { account, region } of [this.environment, ...places]) {
      const own = { account: isAmazons ? AMAZON : account, region };
      const id = this.createAmi(`${parameter} ${name}`, {}, own);
      this.world.ssm.publish({ account, region }, parameter, id, this.clock.now());
    }
  }

  /** The text of a document of a bucket without asking who reads it; undefined where there is none. */
  readDocument(bucket: string, key: string): string | undefined {
    return this.world.s3.read(bucket, key)?.toString();
  }

  /** Throws a `DeniedError` for the first right that a role lacked. */
  requireRights(): void {
    const ours = new Set(this.stacks.map(({ environment }) => environment.account));
    const denial = this.world.accounts.denials.find(({ need, why }) => {
      const owner = need.resource.split(':')[4] ?? '';
      // Another account that is not deployed here lets nobody in.
      return owner === '' || ours.has(owner) || !why.startsWith('because no resource-based policy');
    });
    if (denial !== undefined) {
      throw new DeniedError(denial);
    }
  }

  private uploadAssets(): void {
    for (const { environment, stack } of this.stacks) {
      for (const { bucketName, objectKey, path } of stack.assets) {
        if (path.endsWith('.zip')) {
          const bucket = substituted(bucketName, environment);
          this.world.s3.putFile({ ...environment, name: bucket }, objectKey, path, this.clock.now());
        }
      }
    }
  }
}

const AMAZON = 'amazon';

/**
 * A function that failed, as Step Functions sees it: named after what it threw, with Lambda's JSON as its message.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
 */
export class FunctionError extends Error {
  /** What the function threw said. */
  readonly thrown: string;

  constructor(payload: string) {
    super(payload);
    const { errorMessage, errorType } = JSON.parse(payload) as {
      readonly errorMessage: string;
      readonly errorType: string;
    };
    this.name = errorType;
    this.thrown = errorMessage;
  }
}

/** Whether a stack has a pipeline for a release, or any pipeline where none is named. */
function bakes({ template }: AssemblyStack, release: string | undefined): boolean {
  return Object.values(template.Resources).some(({ Type, Properties = {} }) => {
    const variables = Type === 'AWS::Lambda::Function' ? variablesOf(Properties) : {};
    const os = 'WINBAKE_RECIPE_ARN' in variables ? variables['WINBAKE_OS'] : undefined;
    return typeof os === 'string' && (release === undefined || osOf(os).release.name === release);
  });
}

/** Asset manifests name account and region as templates do. */
function substituted(text: string, { account, region }: Environment): string {
  return text.replaceAll('${AWS::AccountId}', account).replaceAll('${AWS::Region}', region);
}

interface ParameterAccount {
  readonly clock: VirtualClock;
  readonly environment: Environment;
  readonly world: ReturnType<typeof accountsOfStacks>;
}

/** The parameters of an account's own region, for whoever does not ask for them through the SDK. */
class SimulatedParameters {
  constructor(private readonly account: ParameterAccount) {}

  /** The value without asking who reads it, as CloudFormation and a person at the console would. */
  read(name: string): string | undefined {
    const { clock, environment, world } = this.account;
    // CloudFormation asks while the account is made.
    return (world as typeof world | undefined)?.ssm.read(environment, name, clock.now());
  }

  /** All parameters below a path, by name. */
  below(path: string): Readonly<Record<string, string>> {
    const { clock, environment, world } = this.account;
    return world.ssm.below(environment, path, clock.now());
  }
}
