import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { FleetOverrides } from '../../../lib/contract/documents/overrides';
import type { OperateAnswer, OperateRequest } from '../../../lib/contract/documents/operate-request';
import type { Channel } from '../../../lib/contract/documents/publication';
import { fleetSettingsSchema } from '../../../lib/contract/documents/fleet-state';
import { channelParameters, fleetParameters } from '../../../lib/contract/names/parameters';
import { nextPatchTuesday } from '../../../lib/core/calendar/patch-tuesday';
import type { ObservedCall } from '../../account/simulated-accounts';
import type { AssemblyStack, Template } from '../../aws/cloudformation/assembly';
import type { Environment } from '../../aws/cloudformation/environment';
import { RunningAccount, type RunningAccountOptions } from '../../deployment/running-account';
import type { ObservedFleet, ObservedInstallation } from '../fleet-truth';

/** Where the pipeline of the app is, and the other account that it delivers to. */
export const HOME: Environment = { account: '111111111111', region: 'eu-central-1' };
export const OTHER_ACCOUNT = '222222222222';
export const PIPELINE = 'web';
const PATH = `/winbake/${PIPELINE}`;

/** The line of user data that deployments change, for its number. */
const USER_DATA = 'Write-Output template';
export const FIRST_USER_DATA = `${USER_DATA} 0.`;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Where nothing has changed for so long, nothing does before something happens; housekeeping is called this often all the same. */
const CALM = 40 * MINUTE;
const REST = 12 * HOUR;

/** What an account writes without anything having changed. */
const IDLE = /\/lease$|^bakes\/(?:lease|last-decision)|^publications\/(?:deliveries|housekeeping)|^notices/;

/** What an installation is made from. */
export interface AccountInstallationOptions extends Pick<
  RunningAccountOptions,
  'amend' | 'isBadDay' | 'openRegistry' | 'planBake' | 'random'
> {
  readonly start: Date;
  /** In the order of their deployment. */
  readonly stacks: readonly AssemblyStack[];
  /** Called with each call before it is answered, but for what only reads. */
  readonly onChange: (call: ObservedCall, isDeployment: boolean) => void;
  /** What happens at each instant at which anything may. */
  readonly observe: () => void;
}

/** A pipeline and fleets in two simulated accounts, with the deployed functions, in virtual time that skips what is at rest. */
export class AccountInstallation extends RunningAccount implements ObservedInstallation {
  fleets: readonly ObservedFleet[] = [];
  /** Runs of functions. */
  polls = 0;
  private readonly happenings: { readonly at: number; readonly work: () => void | Promise<void> }[] = [];
  private calmSince = Infinity;
  private own = Infinity;
  /** What the judges themselves failed at, which ends it. */
  private broken: unknown;

  constructor(private readonly made: AccountInstallationOptions) {
    const { amend, isBadDay, openRegistry, planBake, random, start } = made;
    super({
      start: start.toISOString(),
      environment: HOME,
      ...{ amend, isBadDay, openRegistry, random },
      planBake,
      onCall: async (call, isDeployment) => {
        await this.account.functions.noteCall();
        if (!/^(?:Get|Describe|List|Head)/.test(call.operation)) {
          if (!isIdle(call)) {
            this.calmSince = this.now;
          }
          try {
            made.onChange(call, isDeployment);
          } catch (error) {
            this.broken ??= error;
          }
        }
      },
    });
    this.prepare({ ...HOME, account: OTHER_ACCOUNT });
    this.account.functions.onAnswer(() => {
      this.polls += 1;
    });
  }

  get now(): number {
    return this.clock.now().getTime();
  }

  /** Lets something happen at an instant. */
  at(instant: number, work: () => void | Promise<void>): void {
    this.happenings.push({ at: Math.ceil(instant), work });
    this.happenings.sort((one, other) => one.at - other.at);
  }

  /** Deploys all stacks; from then on time is skipped where nothing happens. */
  async deployAll(): Promise<void> {
    for (const stack of this.made.stacks) {
      await this.deployment(() => this.account.deploy(stack));
    }
    this.fleets = this.made.stacks
      .flatMap(({ environment = HOME }) => this.fleetsAt(environment))
      .filter((one, index, all) => all.findIndex(({ plan }) => plan.name === one.plan.name) === index);
    this.calmSince = this.now;
    this.own = this.clock.underWay;
  }

  /** The stack of a fleet. */
  stackOf({ simulated }: ObservedFleet): string {
    const groups = this.account.living('AWS::AutoScaling::AutoScalingGroup');
    return groups.find(({ reference }) => reference === simulated.group.name)?.stack ?? '';
  }

  /** Where a stack is deployed. */
  placeOf(name: string): Environment {
    return this.made.stacks.find((one) => one.name === name)?.environment ?? HOME;
  }

  /** Deploys a stack with another line of user data. Throws where CloudFormation fails, and takes it back. */
  async deployTemplate(name: string, number: string): Promise<void> {
    const stack = this.made.stacks.find((one) => one.name === name);
    if (stack !== undefined) {
      const text = JSON.stringify(stack.template).replaceAll(FIRST_USER_DATA, `${USER_DATA} ${number}.`);
      await this.deployment(() => this.account.deploy({ ...stack, template: JSON.parse(text) as Template }));
    }
  }

  /** Orders something of the pipeline, as a person who may. */
  async operate(request: OperateRequest): Promise<OperateAnswer> {
    const { account, region } = HOME;
    const arn = `arn:aws:lambda:${region}:${account}:function:winbake-${PIPELINE}-operate`;
    return (await this.account.invoke(this.account.administrator, arn, request)) as OperateAnswer;
  }

  /** Writes what a person says of a fleet, as the command line does. */
  async setOverrides({ names, plan, store }: ObservedFleet, change: Partial<FleetOverrides>): Promise<void> {
    const none = { schema: 'winbake.fleet-overrides/1', hold: null, floor: null, accepted: null };
    const before = JSON.parse(store.values.get(names.overrides) ?? JSON.stringify(none)) as FleetOverrides;
    const Value = JSON.stringify({ ...before, ...change });
    await this.account.as(this.account.administratorOf(plan), () =>
      new SSMClient().send(
        new PutParameterCommand({ Name: names.overrides, Value, Type: 'String', Overwrite: true }),
      ),
    );
  }

  /** What a channel of the pipeline's own account shows. */
  channel(name: 'latest' | 'current' | 'previous'): Channel | undefined {
    const text = this.read(HOME.account, channelParameters(PATH, name).publication);
    return text === undefined ? undefined : (JSON.parse(text) as Channel);
  }

  read(account: string, name: string): string | undefined {
    return this.account.world.ssm.read({ ...HOME, account }, name, this.clock.now());
  }

  protected override nextTick(): number {
    const { account, clock, now } = this;
    if (this.broken !== undefined) {
      throw this.broken as Error;
    }
    this.made.observe();
    for (const { work } of this.happenings.splice(0, this.happenings.filter(({ at }) => at <= now).length)) {
      void clock.run(async () => {
        try {
          await work();
        } catch (error) {
          this.broken ??= error;
        }
        this.calmSince = this.now;
      });
    }
    const next = this.happenings[0]?.at ?? Infinity;
    const isMoving =
      clock.underWay > this.own ||
      now < this.calmSince + CALM ||
      this.fleets.some(({ simulated }) => simulated.nextAt !== undefined) ||
      account.sent.length > 0;
    const rest = isMoving
      ? super.nextTick() * 1000
      : Math.min(REST, nextPatchTuesday(clock.now()).getTime() - now);
    return Math.max(1, Math.min(rest, next - now) / 1000);
  }

  private fleetsAt(place: Environment): readonly ObservedFleet[] {
    const { account, clock } = this;
    const settings = account.world.ssm.below(place, '/winbake/fleets', clock.now());
    return Object.entries(settings)
      .filter(([name]) => name.endsWith('/settings'))
      .map(([, text]) => {
        const { autoScalingGroup, fleet, policy } = fleetSettingsSchema.parse(JSON.parse(text));
        const simulated = account.fleets.at(place).find(({ group }) => group.name === autoScalingGroup);
        if (simulated === undefined) {
          throw new Error(`The fleet ${fleet} has no group.`);
        }
        const { messages } = account.world.sns;
        const notified: { readonly at: Date; readonly text: string }[] = [];
        let taken = 0;
        const plan = { name: fleet, account: place.account, instances: simulated.instances.length, policy };
        const read = (name: string) => this.read(place.account, name);
        const isOwn = new RegExp(`^Winbake fleet ${fleet}:`);
        return {
          ...{ plan, policy, simulated },
          names: fleetParameters('/winbake', fleet),
          store: { values: { get: read } },
          get notified() {
            const fresh = messages.slice(taken).filter(({ subject }) => isOwn.test(subject));
            notified.push(...fresh.map(({ at, subject, text }) => ({ at, text: `${subject}: ${text}` })));
            taken = messages.length;
            return notified;
          },
        };
      });
  }
}

function isIdle({ input, operation }: ObservedCall): boolean {
  const { Key, Name } = input as { readonly Key?: string; readonly Name?: string };
  return operation === 'AssumeRole' || operation === 'StartExecution' || IDLE.test(Key ?? Name ?? '');
}
