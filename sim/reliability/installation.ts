import type { FleetOverrides } from '../../lib/contract/documents/overrides';
import type { PipelineDescription } from '../../lib/contract/documents/pipeline-description';
import { pipelinePath } from '../../lib/contract/documents/pipeline-description';
import type { FleetState } from '../../lib/contract/documents/fleet-state';
import type { Channel } from '../../lib/contract/documents/publication';
import type { Revocation } from '../../lib/contract/documents/revocations';
import {
  channelParameters,
  failedParameter,
  fleetParameters,
  holdParameter,
} from '../../lib/contract/names/parameters';
import { DEFAULT_ROLLOUT_POLICY, type RolloutPolicy } from '../../lib/contract/values/rollout-policy';
import type { FleetPorts } from '../../lib/core/fleet/fleet-ports';
import type { RolloutAction } from '../../lib/core/fleet/fleet-world';
import { reconcileFleet, underLease } from '../../lib/core/fleet/reconcile-fleet';
import { noteFailed } from '../../lib/core/housekeeping/note-failed';
import { REVOCATIONS_KEY } from '../../lib/core/publish/revocations';
import type { AmiBehaviour } from '../aws/fleet/ami-behaviour';
import { SimulatedFleet, templateWith } from '../aws/fleet/simulated-fleet';
import { VirtualClock } from '../clock/virtual-clock';
import { fleetInMemory, MemoryStore } from './fleet-in-memory';

const QUARTER = 15 * 60_000;
const HOUR = 4 * QUARTER;

/** How long an event takes until it has started a function. */
const EVENT_MILLISECONDS = 2000;

const HOME: PipelineDescription = {
  schema: 'winbake.pipeline/1',
  os: 'SERVER_2022_CORE',
  pipeline: 'web',
  parameterPrefix: '/winbake',
  account: '111111111111',
  region: 'eu-central-1',
  bucket: 'bucket',
  baseAmiParameter: null,
  stateMachineArn: 'arn:states',
  operateFunctionArn: 'arn:operate',
  imagePipelineArn: null,
  accounts: ['222222222222', '333333333333'],
  regions: [],
  promotion: { mode: 'automatic', delaySeconds: 0, atMostSeconds: 86_400, canaryFleets: [] },
  retention: { newest: 3, minimumAgeDays: 30 },
  patchWithinSeconds: 72 * 3600,
  longestSilenceHours: null,
};

const PATH = pipelinePath(HOME);
/** What fleets follow. */
export const CURRENT = channelParameters(PATH, 'current').publication;

/** The accounts of an installation, the pipeline's own first. */
export const ACCOUNTS = [HOME.account, ...HOME.accounts];

/** A publication of a host; its AMI's id follows from both numbers. */
export function publicationOf(
  osVersion: string,
  number: number,
  at: Date,
  mode: Channel['mode'] = 'exact',
): Channel {
  const [build = '', revision = ''] = osVersion.split('.').slice(2);
  return {
    id: `${build}.${revision}-${number}`,
    amiId: `ami-${revision.padStart(12, '0')}${String(number).padStart(5, '0')}`,
    osVersion,
    mode,
    at: at.toISOString(),
  };
}

/** A fleet that is to be simulated. */
export interface FleetPlan {
  readonly name: string;
  readonly account: string;
  readonly instances: number;
  readonly policy: Partial<RolloutPolicy>;
}

/** What is called of a fleet's ports, so that it can be watched, refused or cut off. */
export type WrapPorts = (fleet: InstalledFleet, ports: FleetPorts) => FleetPorts;

/** A fleet with what it runs on, and when it is polled next. */
export interface InstalledFleet {
  readonly plan: FleetPlan;
  readonly policy: RolloutPolicy;
  readonly simulated: SimulatedFleet;
  readonly names: ReturnType<typeof fleetParameters>;
  readonly ports: FleetPorts;
  /** The parameters of its account. */
  readonly store: MemoryStore;
  /** The messages that went out. */
  readonly notified: { readonly at: Date; readonly text: string }[];
  pollAt: number;
  /** What the last poll did. */
  last: RolloutAction | undefined;
}

/** How an installation is simulated. */
export interface InstallationOptions {
  readonly start: Date;
  readonly first: Channel;
  readonly fleets: readonly FleetPlan[];
  /** What instances of an AMI do on a fleet, now. */
  readonly behaviourOf: (fleet: string, amiId: string) => AmiBehaviour;
  /** Whether an instance can be launched for a fleet now; always, unless said. */
  readonly hasCapacity?: (fleet: string) => boolean;
  readonly wrap?: WrapPorts;
  /** How often a poll comes where an event asks for it: 0 lost, 2 twice. */
  readonly deliveries?: (fleet: InstalledFleet) => number;
  readonly onNotice?: (fleet: InstalledFleet, text: string) => void;
  /** What a fleet's reconciler is told instead of its policy, where a test breaks a rule on purpose. */
  readonly policyOf?: (policy: RolloutPolicy) => RolloutPolicy;
  /** Polls each fleet every quarter of an hour, whatever there is to do. */
  readonly isSlow?: boolean;
}

/** A pipeline's channel in three accounts with its fleets and its housekeeping, on one clock, without clients of the SDK. */
export class Installation {
  readonly clock: VirtualClock;
  readonly fleets: readonly InstalledFleet[];
  /** Accounts that let nobody in. */
  readonly away = new Set<string>();
  polls = 0;
  private readonly stores = new Map(ACCOUNTS.map((account) => [account, new MemoryStore()]));
  private readonly happenings: { readonly at: number; readonly work: () => void | Promise<void> }[] = [];
  private readonly pending = new Map<string, Channel>();
  private needsHousekeeping = true;
  private readonly revocations: Revocation[] = [];

  constructor(private readonly options: InstallationOptions) {
    const { first, fleets, start } = options;
    this.clock = new VirtualClock(start);
    this.stores.forEach((store) => store.values.set(CURRENT, JSON.stringify(first)));
    this.fleets = fleets.map((plan, index) => this.install(plan, first, index));
  }

  /** Lets something happen at an instant. */
  at(instant: number, work: () => void | Promise<void>): void {
    this.happenings.push({ at: Math.ceil(instant), work });
  }

  /** Moves the channel in each account, where one is away once it is back. */
  publish(publication: Channel): void {
    ACCOUNTS.forEach((account) => this.pending.set(account, publication));
    this.deliver();
  }

  setOverrides(fleet: InstalledFleet, change: Partial<Omit<FleetOverrides, 'schema'>>): void {
    const { values } = this.storeOf(fleet.plan.account);
    const none = { schema: 'winbake.fleet-overrides/1', hold: null, floor: null, accepted: null };
    const before = JSON.parse(values.get(fleet.names.overrides) ?? JSON.stringify(none)) as FleetOverrides;
    values.set(fleet.names.overrides, JSON.stringify({ ...before, ...change }));
    this.wake(fleet);
  }

  setPipelineHold(hold: FleetOverrides['hold']): void {
    const { values } = this.storeOf(HOME.account);
    if (hold === null) {
      values.delete(holdParameter(PATH));
    } else {
      values.set(holdParameter(PATH), JSON.stringify(hold));
    }
    this.needsHousekeeping = true;
  }

  /** Notes that a person has revoked a publication; channels move by themselves. */
  revoke(publication: Channel): void {
    this.revocations.push({
      id: publication.id,
      by: 'ops',
      reason: 'by hand',
      at: this.clock.now().toISOString(),
      amis: { [HOME.region]: publication.amiId },
      restored: null,
      disabled: {},
      isSettled: false,
      usedBy: [],
    });
    this.needsHousekeeping = true;
  }

  restore(id: string): void {
    const index = this.revocations.findIndex((one) => one.id === id && one.restored === null);
    const one = this.revocations[index];
    if (one !== undefined) {
      const restored = { by: 'ops', reason: 'by hand', at: this.clock.now().toISOString() };
      this.revocations[index] = { ...one, restored };
      this.needsHousekeeping = true;
    }
  }

  wake(fleet: InstalledFleet): void {
    fleet.pollAt = Math.min(fleet.pollAt, nextQuarter(this.clock.now()));
  }

  /** Lets time pass, with all that happens until then. */
  readonly passUntil = async (end: number): Promise<void> => {
    for (let next = this.nextAt(); next <= end; next = this.nextAt()) {
      await this.clock.waitUntil(new Date(next));
      await this.happen();
    }
    await this.clock.waitUntil(new Date(end));
  };

  private nextAt(): number {
    return Math.min(
      this.needsHousekeeping || this.options.isSlow === true ? nextQuarter(this.clock.now()) : Infinity,
      ...this.happenings.map(({ at }) => at),
      ...this.fleets.map(({ pollAt }) => pollAt),
      ...this.fleets.map(({ simulated }) => simulated.nextAt?.getTime() ?? Infinity),
    );
  }

  private async happen(): Promise<void> {
    const now = this.clock.now().getTime();
    this.fleets.forEach(({ simulated }) => {
      simulated.advanceTo(this.clock.now());
    });
    for (const due of this.happenings.filter(({ at }) => at <= now)) {
      this.happenings.splice(this.happenings.indexOf(due), 1);
      await due.work();
    }
    for (const fleet of this.fleets) {
      if (fleet.pollAt <= now) {
        await this.poll(fleet);
      }
    }
    if (now % QUARTER === 0 && (this.needsHousekeeping || this.options.isSlow === true)) {
      await this.housekeep();
    }
  }

  private async poll(fleet: InstalledFleet): Promise<void> {
    this.polls += 1;
    const { names, plan, policy, ports } = fleet;
    const store = this.storeOf(plan.account);
    const before = store.values.get(names.state);
    fleet.pollAt = nextQuarter(this.clock.now());
    try {
      const reading = await underLease(
        { leases: store, now: ports.now },
        { name: names.lease, by: String(this.polls) },
        (note) =>
          reconcileFleet(
            ports,
            {
              ...names,
              fleet: plan.name,
              autoScalingGroup: plan.name,
              cluster: 'cluster',
              channel: CURRENT,
              failed: failedParameter(PATH),
            },
            this.options.policyOf?.(policy) ?? policy,
            note,
          ),
      );
      fleet.last = reading?.actions.at(-1) ?? fleet.last;
      fleet.pollAt = this.pollAfter(fleet, reading?.actions.at(-1));
    } catch {
      // What a port refuses ends the poll; the schedule comes again.
    }
    this.needsHousekeeping ||= store.values.get(names.state) !== before;
  }

  /** A fleet that has nothing to do is not polled before something happens, such as the end of a hold, unless slowly. */
  private pollAfter({ names, store }: InstalledFleet, action: RolloutAction | undefined): number {
    const now = this.clock.now();
    if (this.options.isSlow !== true && action?.kind === 'nothing') {
      return Infinity;
    }
    const isFar = action?.kind === 'wait' && ['bad', 'floor', 'hold', 'stray'].includes(action.waitsFor);
    if (this.options.isSlow === true || !isFar) {
      return nextQuarter(now);
    }
    const { hold } = JSON.parse(store.values.get(names.state) ?? '{}') as Partial<FleetState>;
    const ends = Date.parse(hold?.until ?? '');
    const later = nextQuarter(new Date(now.getTime() + 6 * HOUR - QUARTER));
    return ends > now.getTime() ? Math.min(later, nextQuarter(new Date(ends))) : later;
  }

  private async housekeep(): Promise<void> {
    this.needsHousekeeping = this.pending.size > 0 || this.away.size > 0;
    this.deliver();
    const texts = () => ACCOUNTS.map((account) => this.storeOf(account).values.get(failedParameter(PATH)));
    const before = texts();
    const stores = {
      of: ({ account }: { readonly account: string }) =>
        this.away.has(account)
          ? Promise.reject(new Error('AccessDenied'))
          : Promise.resolve(this.storeOf(account)),
    };
    // What the pipeline's own account refuses is tried again at the next poll.
    const text = JSON.stringify({ schema: 'winbake.revocations/1', publications: this.revocations });
    const documents = {
      read: (key: string) => Promise.resolve(key === REVOCATIONS_KEY ? { text, version: '1' } : undefined),
    };
    await noteFailed({ documents, stores, now: () => this.clock.now() }, HOME).catch(() => '');
    const after = texts();
    this.fleets
      .filter(({ plan }) => before[ACCOUNTS.indexOf(plan.account)] !== after[ACCOUNTS.indexOf(plan.account)])
      .forEach((fleet) => {
        this.wake(fleet);
      });
  }

  private deliver(): void {
    for (const [account, publication] of this.pending) {
      if (!this.away.has(account)) {
        this.needsHousekeeping = true;
        this.pending.delete(account);
        this.storeOf(account).values.set(CURRENT, JSON.stringify(publication));
        this.fleets
          .filter(({ plan }) => plan.account === account)
          .forEach((fleet) => {
            this.wake(fleet);
            this.sendEvent(fleet);
          });
      }
    }
  }

  /** A change of a channel or a refresh starts the function; the schedule comes where an event is lost. */
  private sendEvent(fleet: InstalledFleet): void {
    const { deliveries = () => 1 } = this.options;
    const times = deliveries(fleet);
    if (times > 0) {
      // Two that come at once run at once.
      this.at(this.clock.now().getTime() + EVENT_MILLISECONDS, async () => {
        await Promise.all(Array.from({ length: times }, () => this.poll(fleet)));
      });
    }
  }

  private storeOf(account: string): MemoryStore {
    return this.stores.get(account) ?? new MemoryStore();
  }

  private install(plan: FleetPlan, first: Channel, index: number): InstalledFleet {
    const { behaviourOf, hasCapacity = () => true, wrap = (_fleet, ports) => ports } = this.options;
    const { clock } = this;
    const simulated = new SimulatedFleet({
      groupName: plan.name,
      cluster: 'cluster',
      instanceCount: plan.instances,
      template: templateWith(`lt-${index}`, first.amiId, clock.now()),
      behaviourOf: (amiId) => behaviourOf(plan.name, amiId),
      hasCapacity: () => hasCapacity(plan.name),
      onEvent: () => {
        this.sendEvent(fleet);
      },
      clock,
    });
    const notified: InstalledFleet['notified'] = [];
    const ports: FleetPorts = {
      ...fleetInMemory(simulated),
      parameters: this.storeOf(plan.account),
      notifier: {
        notify: (subject, text) => {
          notified.push({ at: clock.now(), text: `${subject}: ${text}` });
          this.options.onNotice?.(fleet, text);
          return Promise.resolve();
        },
      },
      now: () => clock.now(),
    };
    const fleet: InstalledFleet = {
      plan,
      policy: { ...DEFAULT_ROLLOUT_POLICY, ...plan.policy },
      simulated,
      names: fleetParameters(HOME.parameterPrefix, plan.name),
      notified,
      store: this.storeOf(plan.account),
      get ports() {
        return wrap(fleet, ports);
      },
      pollAt: clock.now().getTime(),
      last: undefined,
    };
    return fleet;
  }
}

function nextQuarter(now: Date): number {
  return (Math.floor(now.getTime() / QUARTER) + 1) * QUARTER;
}
