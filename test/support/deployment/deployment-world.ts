import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { ExecutionStatus, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { FleetState } from '../../../lib/contract/documents/fleet-state';
import type { Channel } from '../../../lib/contract/documents/publication';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import type { SimulatedExecution } from '../../../sim/account/services/step-functions';
import type { ObservedCall } from '../../../sim/account/simulated-accounts';
import { type Environment, SIMULATED_ENVIRONMENT } from '../../../sim/aws/cloudformation/environment';
import { copyJson } from '../../../sim/aws/states/json-value';
import { runStateMachine, type StateMachineResult } from '../../../sim/aws/states/run-state-machine';
import { callTask } from '../../../sim/rehearsal/rebake';
import type { LivingResource } from '../cloudformation/deployment';
import { type EventPattern, matchesPattern } from '../matches-pattern';
import { memoryRegistry } from '../memory-registry';
import { shapeOf } from '../rebake-world';
import { DeployedAccount } from './deployed-account';
import { recordedBakes } from './recorded-bake';
import type { Stacks } from './releases';
import { SharedClock, Timetable } from './shared-clock';

const PATH = '/winbake/2022-core';
const BASE_AMI = '/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-ECS_Optimized/image_id';
const TICK_SECONDS = 30;
const EVENT_SECONDS = 2;
/** Lambda tries an event again after a minute and then after two. */
const RETRY_SECONDS = [60, 120];

/** What a test says of a world. */
export interface WorldOptions {
  readonly environment?: Environment;
  readonly start?: string;
  /** Of a seed, for faults of the services; absent: days without. */
  readonly random?: () => number;
  /** Called before each call of the SDK that functions, state machines and instances make; their number begins with 1. */
  readonly onCall?: (call: ObservedCall, number: number) => unknown;
}

/** A deletion or deployment ends a state machine that runs. */
class ExecutionEnded extends Error {}

const deploying = new AsyncLocalStorage<boolean>();

/**
 * An account in which an app is deployed, changed and deleted while its schedules, events, bakes and rollouts go on, in virtual
 * time. `run` does the work of a test.
 */
export class DeploymentWorld {
  readonly clock: SharedClock;
  readonly account: DeployedAccount;
  /** What functions failed at although it was tried again. */
  readonly failures: string[] = [];
  /** The ends of executions. */
  readonly ends: string[] = [];
  /** How many calls that failed for good lie in a dead-letter queue, by its ARN. */
  readonly deadLetters = new Map<string, number>();
  /** How executions ended, until somebody takes them for the logs of their state machines. */
  readonly ended: (Pick<StateMachineResult, 'error' | 'history'> & { stateMachineArn: string })[] = [];
  /** The revision of all images that the registry shows. */
  revision = 4294;
  calls = 0;
  private readonly adopted = new Set<string>();
  private readonly timetable = new Timetable();
  private publication: string | undefined;
  private isOver = false;
  private isCounting = false;

  constructor(options: WorldOptions = {}) {
    const { environment = SIMULATED_ENVIRONMENT, onCall, random, start = '2025-10-20T00:00:00Z' } = options;
    this.clock = new SharedClock(new Date(start));
    this.account = new DeployedAccount({
      clock: this.clock,
      environment,
      random,
      openRegistry: () => ({
        ...memoryRegistry(shapeOf(this.shown)),
        traffic: {} as never,
        close: () => Promise.resolve(),
      }),
      observe: (call) => {
        if (!this.isCounting || deploying.getStore() === true) {
          return undefined;
        }
        this.calls += 1;
        return onCall?.(call, this.calls);
      },
    });
    this.account.bake = recordedBakes(this.account, this.clock);
    this.prepare(environment);
  }

  /** Bootstraps an account's region, and lets AWS publish its AMI there. */
  prepare(place: Environment): void {
    const { ssm } = this.account.world;
    const id = this.account.createAmi(
      `${place.region} first`,
      {},
      { account: 'amazon', region: place.region },
    );
    ssm.publish(place, '/cdk-bootstrap/hnb659fds/version', '30', this.clock.now());
    ssm.publish(place, BASE_AMI, id, this.clock.now());
  }

  /** Does the work of a test, while all else goes on. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const end = this.account.install();
    try {
      const everything = this.clock.run(() => this.goOn());
      try {
        return await this.clock.run(work);
      } finally {
        this.isOver = true;
        await everything;
      }
    } finally {
      end();
      // What a world leaves behind is freed when Node's loop turns, which virtual time alone never lets it do.
      await setImmediate();
    }
  }

  /** From now on calls are counted. */
  count(): void {
    this.isCounting = true;
  }

  /** Deploys both stacks, the pipeline first. */
  async deploy({ platform, shop }: Stacks): Promise<void> {
    await this.deployment(() => this.account.deploy(platform));
    await this.deployment(() => this.account.deploy(shop));
  }

  /** Deletes stacks in this order. */
  async delete(...names: readonly ('Platform' | 'Shop')[]): Promise<void> {
    for (const name of names) {
      await this.deployment(() => this.account.formation.delete(name, this.account.environment));
    }
  }

  /** Does the work of CloudFormation, whose calls do not count. */
  deployment<T>(work: () => Promise<T>): Promise<T> {
    return deploying.run(true, work);
  }

  /** Waits until something is so, for days at most. */
  async until(isSo: () => boolean, what: string, days = 4): Promise<void> {
    const end = this.clock.now().getTime() + days * 24 * 3_600_000;
    while (!isSo()) {
      if (this.clock.now().getTime() > end) {
        const { ends, failures, fleet: { rollout, last } = {}, latest, running } = this;
        const state = { at: this.clock.now(), latest, running, rollout, last, failures };
        throw new Error(`${what} has not come: ${JSON.stringify(state)}; ${ends.join('; ')}`);
      }
      await this.clock.pass(TICK_SECONDS);
    }
  }

  /** Waits until what was published last runs on the fleet, and nothing is under way. */
  settle(revision = this.revision): Promise<void> {
    return this.until(() => {
      const { fleet, latest } = this;
      return (
        latest?.osVersion === `10.0.20348.${revision}` &&
        fleet?.rollout === null &&
        fleet.amiId === latest.amiId &&
        this.running.length > 0 &&
        // Instances of an equal publication are no reason for a refresh.
        this.running.every((amiId) => amiId === latest.amiId || fleet.equalAmis.includes(amiId)) &&
        this.refreshes.every((status) => /^(Cancelled|Failed|RollbackSuccessful|Successful)$/.test(status)) &&
        !this.isBaking
      );
    }, `The rollout of ${revision}`);
  }

  private get shown() {
    const { revision } = this;
    return { servercore: revision, nanoserver: revision, iis: revision, aspnet: revision };
  }

  /** The publication that is newest, as the channel `latest` has it. */
  get latest(): Channel | undefined {
    return this.document(`${PATH}/latest/publication`) as Channel | undefined;
  }

  get fleet(): FleetState | undefined {
    return this.document('/winbake/fleets/cluster-2022-core/state') as FleetState | undefined;
  }

  /** The AMIs of the fleet's instances. */
  get running(): readonly string[] {
    return this.account.fleets
      .at(this.account.environment)
      .flatMap(({ instances }) => instances.map(({ amiId }) => amiId));
  }

  /** Whether every instance has the launch template that the group has, but for its AMI. */
  get hasOneTemplate(): boolean {
    return this.account.fleets.at(this.account.environment).every(({ group, instances }) => {
      const userDataOf = (version: string) => group.template.find(version)?.userData;
      return instances.every(({ version }) => userDataOf(version) === userDataOf(group.version));
    });
  }

  get isBaking(): boolean {
    return this.account.world.states.all.some(({ status }) => status === ExecutionStatus.RUNNING);
  }

  /** The refreshes of the fleet's group by their end. */
  get refreshes(): readonly string[] {
    return this.account.fleets
      .at(this.account.environment)
      .flatMap(({ group }) => group.refreshes.map(({ status }) => status));
  }

  /** Why bakes failed. */
  get failedBakes(): readonly string[] {
    return this.account.imageBuilder.all.flatMap(({ outcome }) => outcome.failure?.reason ?? []);
  }

  private document(name: string): unknown {
    const { account, clock } = this;
    const text = account.world.ssm.read(account.environment, name, clock.now());
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** Schedules, rules and executions, as AWS lets them go on by themselves. */
  private async goOn(): Promise<void> {
    while (!this.isOver) {
      this.adoptExecutions();
      this.callSchedules();
      this.deliverEvents();
      await this.clock.pass(TICK_SECONDS);
    }
    // All else sleeps now.
    this.clock.stop();
  }

  private adoptExecutions(): void {
    for (const execution of this.account.world.states.all) {
      if (!this.adopted.has(execution.arn)) {
        this.adopted.add(execution.arn);
        void this.clock.run(() => this.execute(execution));
      }
    }
  }

  private async execute(execution: SimulatedExecution): Promise<void> {
    const { account, clock } = this;
    const { states } = account.world;
    const begun = states.find(execution.stateMachineArn);
    if (begun === undefined) {
      return;
    }
    // Not at once, so that the second stack of a first deployment is there.
    await clock.pass(600);
    const end = await runStateMachine({
      definition: begun.definition,
      input: copyJson(JSON.parse(execution.input)) ?? null,
      executionName: execution.name,
      executionArn: execution.arn,
      clock,
      random: () => 0.5,
      tasks: async (call) => {
        const machine = states.find(execution.stateMachineArn);
        if (machine === undefined || execution.status !== ExecutionStatus.RUNNING) {
          throw new ExecutionEnded();
        }
        const caller = account.sessionOf(machine.roleArn, execution.name, 'states.amazonaws.com');
        try {
          return copyJson(await callTask(account, caller, call)) ?? null;
        } catch (error) {
          // What a call needed was deleted while it was made, and so was the state machine.
          throw states.find(execution.stateMachineArn) === undefined ? new ExecutionEnded() : error;
        }
      },
    }).catch((error: unknown) => {
      if (error instanceof ExecutionEnded) {
        return { status: 'ABORTED' as const, history: [], error: undefined, cause: undefined };
      }
      throw error;
    });
    states.end(execution.arn, end.status, clock.now());
    const last = end.history.at(-1)?.state ?? '';
    this.ends.push([end.status, last, end.error, end.cause].filter((one) => one).join(' '));
    this.ended.push({ stateMachineArn: execution.stateMachineArn, ...end });
  }

  private callSchedules(): void {
    for (const schedule of this.account.living('AWS::Scheduler::Schedule')) {
      if (this.isDue(schedule) && schedule.properties['State'] !== 'DISABLED') {
        void this.clock.run(() => this.callTarget(objectIn(schedule.properties['Target'])));
      }
    }
    for (const rule of this.account.living('AWS::Events::Rule')) {
      if ('ScheduleExpression' in rule.properties && this.isDue(rule)) {
        this.callRule(rule, {});
      }
    }
  }

  private isDue({ properties, reference, stackId }: LivingResource): boolean {
    const expression = String(properties['ScheduleExpression']);
    return this.timetable.isDue(`${stackId} ${reference}`, expression, this.clock.now());
  }

  private deliverEvents(): void {
    // Groups come to the present when somebody looks at them.
    this.account.fleets.groupsAt(this.account.environment);
    for (const { group, kind } of this.account.groupEvents.splice(0)) {
      this.deliver({
        source: 'aws.autoscaling',
        'detail-type': `EC2 Auto Scaling Instance Refresh ${kind}`,
        detail: { AutoScalingGroupName: group },
      });
    }
    const name = `${PATH}/current/publication`;
    const publication = this.account.world.ssm.read(this.account.environment, name, this.clock.now());
    if (publication !== this.publication) {
      this.publication = publication;
      const detail = { name, operation: 'Update' };
      this.deliver({ source: 'aws.ssm', 'detail-type': 'Parameter Store Change', detail });
    }
    const { environment, formation } = this.account;
    for (const { key, status } of formation.changes.splice(0)) {
      const stack = ['Platform', 'Shop'].find((one) => key === formation.keyOf(one, environment));
      if (stack !== undefined) {
        const detail = {
          'stack-id': formation.stackId(stack, environment),
          'status-details': { status },
        };
        this.deliver({
          source: 'aws.cloudformation',
          'detail-type': 'CloudFormation Stack Status Change',
          detail,
        });
      }
    }
  }

  private deliver(event: JsonObject): void {
    for (const rule of this.account.living('AWS::Events::Rule')) {
      const pattern = rule.properties['EventPattern'];
      if (isJsonObject(pattern) && matchesPattern(pattern as EventPattern, event)) {
        this.callRule(rule, event);
      }
    }
  }

  private callRule({ properties }: LivingResource, event: JsonObject): void {
    for (const target of (properties['Targets'] ?? []) as readonly JsonObject[]) {
      void this.clock.run(async () => {
        await this.clock.pass(EVENT_SECONDS);
        await this.invoke(String(target['Arn']), event);
      });
    }
  }

  private async callTarget({ Arn, DeadLetterConfig, Input, RoleArn }: JsonObject): Promise<void> {
    const [arn, input] = [String(Arn), String(Input)];
    if (arn.includes(':function:')) {
      return this.invoke(arn, JSON.parse(input) as JsonObject);
    }
    const caller = this.account.sessionOf(String(RoleArn), 'schedule', 'scheduler.amazonaws.com');
    const start = () => new SFNClient().send(new StartExecutionCommand({ stateMachineArn: arn, input }));
    await this.account.as(caller, start).catch((error: unknown) => {
      this.fail(String(error), objectIn(DeadLetterConfig)['Arn']);
    });
  }

  private fail(why: string, queue: unknown): void {
    this.failures.push(why);
    if (typeof queue === 'string') {
      this.deadLetters.set(queue, (this.deadLetters.get(queue) ?? 0) + 1);
    }
  }

  /** An event, which is tried again where it fails. */
  private async invoke(functionArn: string, payload: JsonObject): Promise<void> {
    const { account, clock } = this;
    for (const pause of [...RETRY_SECONDS, undefined]) {
      const isThere = account
        .living('AWS::Lambda::Function')
        .some(({ attributes }) => attributes['Arn'] === functionArn);
      if (!isThere) {
        return;
      }
      try {
        // The call of the service itself is none of a function.
        await account.functions.find(functionArn)?.(payload, functionArn);
        return;
      } catch (error) {
        if (pause === undefined) {
          const { deadLetterQueueArn } = account.functions.deployedAs(functionArn) ?? {};
          this.fail(`${functionArn.split(':').at(-1) ?? ''}: ${String(error)}`, deadLetterQueueArn);
        } else {
          await clock.pass(pause);
        }
      }
    }
  }
}

function objectIn(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
