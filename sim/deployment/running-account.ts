import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { ExecutionStatus, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { isJsonObject, type JsonObject } from '../../lib/contract/values/json';
import { eventDocument, takesEvent, type SimulatedEvent } from '../account/services/notices';
import type { SimulatedExecution } from '../account/services/step-functions';
import type { ObservedCall } from '../account/simulated-accounts';
import { type Environment, SIMULATED_ENVIRONMENT } from '../aws/cloudformation/environment';
import { copyJson } from '../aws/states/json-value';
import { runStateMachine, type StateMachineResult } from '../aws/states/run-state-machine';
import { callTask } from '../rehearsal/rebake';
import type { LivingResource } from './cloudformation/deployment';
import { DeployedAccount, type DeployedAccountOptions } from './deployed-account';
import { recordedBakes, type BakePlan } from './recorded-bake';
import { resourceHandlers } from './resource-handlers';
import { SharedClock, Timetable } from './shared-clock';

const BASE_AMI = '/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-ECS_Optimized/image_id';
const TICK_SECONDS = 30;
const EVENT_SECONDS = 2;
/** Lambda tries an event again after a minute and then after two. */
const RETRY_SECONDS = [60, 120];

/** What goes on in an account is made with. */
export interface RunningAccountOptions extends Omit<DeployedAccountOptions, 'clock' | 'observe'> {
  readonly start: string;
  /** Called before each call of the SDK that anybody makes, and whether a deployment does. */
  readonly onCall?: (call: ObservedCall, isDeployment: boolean) => unknown;
  /** What becomes of a bake; absent: all go well. */
  readonly planBake?: (imageArn: string) => BakePlan;
  /** Seconds from the start of an execution to its first state; absent: so long that the second stack of an app is there. */
  readonly startSeconds?: number;
}

/** A deletion or deployment ends a state machine that runs. */
class ExecutionEnded extends Error {}

const deploying = new AsyncLocalStorage<boolean>();

/** An account whose schedules, events, bakes and rollouts go on in virtual time while an app is deployed, changed and deleted. */
export class RunningAccount {
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
  private readonly adopted = new Set<string>();
  private readonly timetable = new Timetable();
  private readonly startSeconds: number;
  private events = 0;
  private isOver = false;

  constructor({ onCall, planBake, start, startSeconds = 600, ...options }: RunningAccountOptions) {
    this.clock = new SharedClock(new Date(start));
    this.startSeconds = startSeconds;
    this.account = new DeployedAccount(resourceHandlers, {
      ...options,
      clock: this.clock,
      observe: (call) => onCall?.(call, deploying.getStore() === true),
    });
    this.account.bake = recordedBakes(this.account, this.clock, planBake);
    this.prepare(options.environment ?? SIMULATED_ENVIRONMENT);
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

  /** Does some work, while all else goes on. */
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

  /** Does the work of CloudFormation, whose calls are known by that. */
  deployment<T>(work: () => Promise<T>): Promise<T> {
    return deploying.run(true, work);
  }

  get isBaking(): boolean {
    return this.account.world.states.all.some(({ status }) => status === ExecutionStatus.RUNNING);
  }

  /** After how many seconds it is seen again what is due. */
  protected nextTick(): number {
    return TICK_SECONDS;
  }

  /** Schedules, rules and executions, as AWS lets them go on by themselves. */
  private async goOn(): Promise<void> {
    while (!this.isOver) {
      this.adoptExecutions();
      this.callSchedules();
      this.deliverEvents();
      await this.clock.pass(this.nextTick());
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
    await clock.pass(this.startSeconds);
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
        this.callRule(rule, {}, 0);
      }
    }
  }

  private isDue({ properties, reference, stackId }: LivingResource): boolean {
    const expression = String(properties['ScheduleExpression']);
    return this.timetable.isDue(`${stackId} ${reference}`, expression, this.clock.now());
  }

  private deliverEvents(): void {
    const { fleets, formation, groupEvents, sent } = this.account;
    // Groups come to the present when somebody asks for them.
    this.account.living('AWS::AutoScaling::AutoScalingGroup').forEach(({ environment }) => {
      fleets.groupsAt(environment);
    });
    for (const { environment, group, kind } of groupEvents.splice(0)) {
      const type = `EC2 Auto Scaling Instance Refresh ${kind}`;
      this.deliver({
        ...environment,
        source: 'aws.autoscaling',
        type,
        detail: { AutoScalingGroupName: group },
      });
    }
    sent.splice(0).forEach((event) => {
      this.deliver(event);
    });
    for (const { key, status } of formation.changes.splice(0)) {
      const [stack = '', account = '', region = ''] = key.split(' ');
      const detail = {
        'stack-id': formation.stackId(stack, { account, region }),
        'status-details': { status },
      };
      this.deliver({
        account,
        region,
        source: 'aws.cloudformation',
        type: 'CloudFormation Stack Status Change',
        detail,
      });
    }
  }

  private deliver(event: SimulatedEvent): void {
    this.events += 1;
    const document = eventDocument(event, this.clock.now(), this.events);
    const times = this.account.deliveries();
    for (const rule of this.account.living('AWS::Events::Rule', event)) {
      const pattern = rule.properties['EventPattern'];
      if (isJsonObject(pattern) && takesEvent(pattern, document)) {
        times.forEach((milliseconds) => {
          this.callRule(rule, document, milliseconds);
        });
      }
    }
  }

  private callRule({ properties }: LivingResource, event: JsonObject, milliseconds: number): void {
    for (const target of (properties['Targets'] ?? []) as readonly JsonObject[]) {
      void this.clock.run(async () => {
        await this.clock.pass(EVENT_SECONDS + milliseconds / 1000);
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
