import { AsyncLocalStorage } from 'node:async_hooks';
import { fleetSettingsSchema } from '../../lib/contract/documents/fleet-state';
import { required } from '../../lib/contract/names/environment';
import {
  DEFAULT_ROLLOUT_POLICY,
  FLEET_SETTINGS_SCHEMA,
  type RolledFleet,
} from '../../lib/contract/values/rollout-policy';
import { WinbakeError } from '../../lib/contract/values/errors';
import {
  deleteWithStack,
  type DeleteFleetEvent,
  create as createFleetResources,
} from '../../lib/handlers/fleet-resources';
import { cloneForDeployment, type LaunchTemplateEvent } from '../../lib/handlers/launch-template';
import { createRollout, fleetPorts, create as createRollouts } from '../../lib/handlers/rollout';
import type { Runtime } from '../../lib/handlers/runtime';
import { create as createDecide } from '../../lib/handlers/decide';
import { create as createHousekeeping } from '../../lib/handlers/housekeeping';
import { create as createOperate } from '../../lib/handlers/operate';
import { create as createPublish } from '../../lib/handlers/publish';
import { create as createSeed } from '../../lib/handlers/seed';
import type { RegistryClient, RegistryClientOptions } from '../../lib/registry/registry-client';
import { type Principal, serviceOf } from '../account/principal';
import { FunctionFailure, type InvocationQueue, type RunFunction } from '../account/services/lambda';
import { eventDocument, type SimulatedEvent, takesEvent } from '../account/services/notices';
import type { SimulatedAccounts } from '../account/simulated-accounts';
import { ByPlace } from '../account/simulated-service';
import { EVENTS } from '../account/stack-policies';
import { type Environment, unmodelled } from '../aws/cloudformation/environment';
import { perDeployment, type StackModel } from '../aws/cloudformation/stack-model';
import type { VirtualClock } from '../clock/virtual-clock';
import {
  type EventRule,
  eventRulesOf,
  functionsOf,
  type HandlerKind,
  intervalOf,
  type TemplateFunction,
} from './template-functions';

/**
 * The functions of a fleet of its own, as the release before made them and an upgrade takes them away. Their code is not kept: this
 * release's does what they did, by their environment.
 */
const FUNCTIONS_BEFORE = {
  rollout: (environment: NodeJS.ProcessEnv, runtime: Runtime) => {
    const fleet = settingsIn(environment);
    const ports = fleetPorts(runtime, 'before')(fleet);
    return (_event: unknown, { awsRequestId }: { readonly awsRequestId: string }) =>
      createRollout(ports, fleet)(awsRequestId);
  },
  'launch-template': (environment: NodeJS.ProcessEnv, runtime: Runtime) => {
    const clone = cloneForDeployment(runtime);
    return (event: LaunchTemplateEvent) =>
      clone({
        ...event,
        ResourceProperties: {
          ...event.ResourceProperties,
          Fleet: variable(environment, 'WINBAKE_FLEET'),
          Channel: variable(environment, 'WINBAKE_CHANNEL_PARAMETER'),
          LaunchTemplateId: variable(environment, 'WINBAKE_LAUNCH_TEMPLATE_ID'),
        },
      });
  },
  'delete-fleet': (environment: NodeJS.ProcessEnv, runtime: Runtime) => {
    const { remove } = deleteWithStack(runtime);
    return (event: DeleteFleetEvent) =>
      remove({
        ...event,
        ResourceProperties: {
          Fleet: variable(environment, 'WINBAKE_FLEET'),
          AutoScalingGroup: variable(environment, 'WINBAKE_AUTO_SCALING_GROUP'),
          Cluster: variable(environment, 'WINBAKE_CLUSTER'),
          DeletionId: variable(environment, 'WINBAKE_DELETION_ID'),
          DeleteDrainSeconds: variable(environment, 'WINBAKE_DELETE_DRAIN_SECONDS'),
        },
      });
  },
};

function settingsIn(environment: NodeJS.ProcessEnv): RolledFleet {
  return fleetSettingsSchema.parse({
    schema: FLEET_SETTINGS_SCHEMA,
    fleet: variable(environment, 'WINBAKE_FLEET'),
    channel: variable(environment, 'WINBAKE_CHANNEL_PARAMETER'),
    autoScalingGroup: variable(environment, 'WINBAKE_AUTO_SCALING_GROUP'),
    launchTemplateId: variable(environment, 'WINBAKE_LAUNCH_TEMPLATE_ID'),
    cluster: variable(environment, 'WINBAKE_CLUSTER'),
    topicArn: required(environment, 'WINBAKE_TOPIC_ARN'),
    policy: {
      ...DEFAULT_ROLLOUT_POLICY,
      ...(JSON.parse(variable(environment, 'WINBAKE_ROLLOUT_POLICY')) as object),
    },
  });
}

function variable(environment: NodeJS.ProcessEnv, name: string): string {
  return environment[name] ?? '';
}

type Handler = (
  event: never,
  context: { readonly awsRequestId: string; readonly invokedFunctionArn: string },
) => Promise<unknown>;

interface FunctionRuntime extends Runtime {
  readonly openRegistry: (options: RegistryClientOptions) => RegistryClient;
}

/** The account that functions run in. */
interface FunctionAccount {
  readonly clock: VirtualClock;
  readonly stacks: readonly StackModel[];
  as<T>(caller: Principal, work: () => Promise<T>, place: { readonly region: string }): Promise<T>;
  sessionOf(roleArn: string, session: string, service: string): Principal;
}

/** What the code that is deployed makes of an environment. */
const CODE: Readonly<
  Record<HandlerKind, (environment: NodeJS.ProcessEnv, runtime: FunctionRuntime) => Handler>
> = {
  decide: createDecide,
  'delete-fleet': FUNCTIONS_BEFORE['delete-fleet'],
  'fleet-resources': createFleetResources,
  housekeeping: createHousekeeping,
  'launch-template': FUNCTIONS_BEFORE['launch-template'],
  operate: createOperate,
  publish: createPublish,
  rollout: (environment, runtime) =>
    'WINBAKE_FLEET' in environment
      ? FUNCTIONS_BEFORE.rollout(environment, runtime)
      : createRollouts(environment, runtime),
  seed: createSeed,
};

/** A function that runs: until when it may, what ends it, and after how many calls that happens before. */
interface RunningFunction {
  readonly begun: Date;
  readonly deadline: Date;
  readonly end: (name: string, message: string) => void;
  callsLeft: number;
  isOver: boolean;
}

// One for all accounts: Node carries every storage that was ever used through each promise.
const running = new AsyncLocalStorage<RunningFunction>();

/** The functions of an account: their code with the SDK's own clients, by their roles. */
export class FunctionRunner {
  private readonly deployed: () => {
    readonly functions: ReadonlyMap<string, TemplateFunction>;
    readonly handlers: Map<string, Handler>;
  };
  private readonly changed = new Map<string, TemplateFunction>();
  private readonly listeners: ((functionArn: string, line: string) => void)[] = [];
  private readonly answerListeners: ((functionArn: string, answer: unknown) => void)[] = [];
  private readonly failureListeners: ((functionArn: string) => void)[] = [];
  private requests = 0;
  /** After how many of its calls a run of a function dies; never, unless somebody says so. */
  dies: (functionArn: string) => number | undefined = () => undefined;

  constructor(
    private readonly account: FunctionAccount,
    private readonly openRegistry: FunctionRuntime['openRegistry'] = () => {
      throw unmodelled('a registry in an account without one');
    },
  ) {
    this.deployed = perDeployment(account.stacks, () => ({
      functions: new Map(account.stacks.flatMap(functionsOf).map((one) => [one.arn, one])),
      handlers: new Map(),
    }));
  }

  /** Gives a function other variables than the template does. */
  change(changed: TemplateFunction): void {
    this.changed.set(changed.arn, changed);
    this.deployed().handlers.delete(changed.arn);
  }

  /** Calls a listener with each line that a function writes to its log. */
  onLine(listener: (functionArn: string, line: string) => void): void {
    this.listeners.push(listener);
  }

  /** Calls a listener with what a function answers, also where nobody waits for it. */
  onAnswer(listener: (functionArn: string, answer: unknown) => void): void {
    this.answerListeners.push(listener);
  }

  /** Calls a listener with each failure of a function, whoever called it. */
  onFailure(listener: (functionArn: string) => void): void {
    this.failureListeners.push(listener);
  }

  /** What is deployed of an ARN. */
  deployedAs(arn: string): TemplateFunction | undefined {
    return this.changed.get(arn) ?? this.deployed().functions.get(arn);
  }

  /** The function of an ARN. */
  find(arn: string): RunFunction | undefined {
    const found = this.deployedAs(arn);
    return found && ((payload, invokedArn) => this.run(found, payload, invokedArn));
  }

  /**
   * Lets time pass for whoever waits: a function whose time is up never comes back from it.
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
   */
  async pass(milliseconds: number): Promise<void> {
    const { clock } = this.account;
    const until = new Date(clock.now().getTime() + milliseconds);
    const current = running.getStore();
    if (current === undefined || until < current.deadline) {
      await clock.waitUntil(until);
      await this.unlessOver(current);
      return;
    }
    await clock.waitUntil(current.deadline);
    const seconds = (current.deadline.getTime() - current.begun.getTime()) / 1000;
    current.end('Sandbox.Timedout', `Task timed out after ${seconds.toFixed(2)} seconds`);
    await this.unlessOver(current);
  }

  /** Takes note of a call of the function that runs, which may die now: then it never comes back from it. */
  async noteCall(): Promise<void> {
    const current = running.getStore();
    if (current !== undefined) {
      current.callsLeft -= 1;
      if (current.callsLeft < 0) {
        current.end('Runtime.ExitError', 'RequestId: Error: Runtime exited with error: signal: killed');
      }
      await this.unlessOver(current);
    }
  }

  private async unlessOver(current: RunningFunction | undefined): Promise<void> {
    if (current?.isOver === true) {
      await new Promise(() => undefined);
    }
  }

  private async run(
    target: TemplateFunction,
    payload: unknown,
    invokedFunctionArn: string,
  ): Promise<unknown> {
    const { arn, roleArn } = target;
    const name = arn.split(':').at(-1) ?? arn;
    const region = arn.split(':')[3] ?? '';
    const handler = this.handlerOf(target);
    this.requests += 1;
    const context = { awsRequestId: `request-${this.requests}`, invokedFunctionArn };
    const caller = this.account.sessionOf(roleArn, name, 'lambda.amazonaws.com');
    try {
      const work = () => this.withinTime(target, () => handler(payload as never, context));
      const answer = await this.account.as(caller, work, { region });
      this.answerListeners.forEach((listener) => {
        listener(arn, answer);
      });
      return answer;
    } catch (error) {
      // What the rehearsal itself refuses is no failure of the function.
      if (error instanceof WinbakeError && error.code === 'REHEARSAL_FAILED') {
        throw error;
      }
      this.failureListeners.forEach((listener) => {
        listener(arn);
      });
      throw new FunctionFailure(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private withinTime(
    { arn, timeoutSeconds }: TemplateFunction,
    work: () => Promise<unknown>,
  ): Promise<unknown> {
    const begun = this.account.clock.now();
    const { promise, reject } = Promise.withResolvers<never>();
    const run: RunningFunction = {
      begun,
      deadline: new Date(begun.getTime() + timeoutSeconds * 1000),
      end: (name, message) => {
        run.isOver = true;
        reject(Object.assign(new Error(message), { name }));
      },
      callsLeft: this.dies(arn) ?? Infinity,
      isOver: false,
    };
    return Promise.race([promise, running.run(run, work)]);
  }

  private handlerOf({ arn, environment, kind }: TemplateFunction): Handler {
    const create = CODE[kind];
    const { clock } = this.account;
    const runtime: FunctionRuntime = {
      now: () => clock.now(),
      sleep: (milliseconds) => this.pass(milliseconds),
      write: (line) => {
        this.listeners.forEach((listener) => {
          listener(arn, line);
        });
      },
      openRegistry: this.openRegistry,
    };
    const { handlers } = this.deployed();
    const handler = handlers.get(arn) ?? create(environment, runtime);
    handlers.set(arn, handler);
    return handler;
  }
}

/** The account whose events start functions. */
interface EventAccount {
  readonly clock: VirtualClock;
  readonly invocations: InvocationQueue;
  readonly world: { readonly accounts: Pick<SimulatedAccounts, 'refusalOf'> };
  requireRights(): void;
}

/**
 * The rules of EventBridge that start Winbake's functions, each by what its function's policy allows. A target's queue for
 * events that did not arrive must let the rule in as well.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
export class RuleTargets {
  private readonly rules: { readonly rule: EventRule; readonly environment: Environment }[] = [];
  private readonly services = new ByPlace(({ account }) => serviceOf(EVENTS, account));
  private events = 0;

  constructor(
    private readonly account: EventAccount,
    /** After how many milliseconds an event arrives: once, unless faults are injected. */
    private readonly deliveries: () => readonly number[] = () => [0],
  ) {}

  /** Lets the rules of a stack work from now on, and those of a time first when it is up. */
  deploy(stack: StackModel): void {
    const { environment } = stack;
    const functions = new Set(functionsOf(stack).map(({ arn }) => arn));
    for (const rule of eventRulesOf(stack, (arn) => functions.has(arn))) {
      for (const { deadLetterQueueArn } of rule.targets) {
        if (deadLetterQueueArn !== undefined) {
          this.require(rule, 'sqs:SendMessage', deadLetterQueueArn, environment);
        }
      }
      this.rules.push({ rule, environment });
      if (rule.schedule !== undefined) {
        const milliseconds = intervalOf(rule.schedule);
        this.account.clock.every(milliseconds, () => {
          const event = { ...environment, source: 'aws.events', type: 'Scheduled Event', detail: {} };
          this.deliver(rule, environment, { ...event, resources: [rule.arn] }, 0);
          return Promise.resolve();
        });
      }
    }
  }

  /** Lets an event start what the rules of its account and region say. */
  start(event: SimulatedEvent): void {
    const document = eventDocument(event, this.account.clock.now(), 0);
    for (const { environment, rule } of this.rules) {
      const isThere = environment.account === event.account && environment.region === event.region;
      if (isThere && rule.pattern !== undefined && takesEvent(rule.pattern, document)) {
        this.deliveries().forEach((milliseconds) => {
          this.deliver(rule, environment, event, milliseconds);
        });
      }
    }
  }

  private deliver(
    rule: EventRule,
    environment: Environment,
    event: SimulatedEvent,
    milliseconds: number,
  ): void {
    this.events += 1;
    const document = eventDocument(event, this.account.clock.now(), this.events);
    for (const { arn } of rule.targets) {
      this.require(rule, 'lambda:InvokeFunction', arn, environment);
      this.account.invocations.add(arn, document, milliseconds);
    }
  }

  private require(rule: EventRule, action: string, resource: string, environment: Environment): void {
    const need = { action, resource, context: { 'aws:SourceArn': rule.arn } };
    const caller = this.services.at(environment);
    this.account.world.accounts.refusalOf('eventbridge', caller, need, environment.region);
    this.account.requireRights();
  }
}
