import type { FleetState } from '../../lib/contract/documents/fleet-state';
import type { FleetOverrides } from '../../lib/contract/documents/overrides';
import type { Channel } from '../../lib/contract/documents/publication';
import type { FleetPorts } from '../../lib/core/fleet/fleet-ports';
import { reconcileFleet } from '../../lib/core/fleet/reconcile-fleet';
import { DEFAULT_ROLLOUT_POLICY, type RolloutPolicy } from '../../lib/contract/values/rollout-policy';
import { VirtualClock } from '../../sim/clock/virtual-clock';
import type { AmiBehaviour } from '../../sim/aws/fleet/ami-behaviour';
import type { FleetDeletion } from '../../lib/core/ports/fleets';
import type { Place } from '../../sim/account/commands/command-row';
import type { Principal } from '../../sim/account/principal';
import {
  SimulatedFleet,
  templateWith,
  type SimulatedFleetOptions,
} from '../../sim/aws/fleet/simulated-fleet';
import { as, everything, FLEETS, fleetPorts, freshPlace } from './fleet-accounts';
import { fleetInMemory } from '../../sim/reliability/fleet-in-memory';
import { memoryParameters, type MemoryParameters } from './memory-ports';

/** A publication of 2022 with a revision; its AMI's id tells it. */
export function publicationOf(revision: number, number = 1, mode: Channel['mode'] = 'exact'): Channel {
  return {
    id: `20348.${revision}-${number}`,
    amiId: `ami-${String(revision).padStart(16, '0')}${number}`,
    osVersion: `10.0.20348.${revision}`,
    mode,
    at: '2025-10-14T21:46:00.000Z',
  };
}

export const OLD = publicationOf(4171);
export const NEW = publicationOf(4294);
export const NEWER = publicationOf(4297);

const PATH = '/winbake/fleets/shop';

export const NAMES = {
  fleet: 'shop',
  autoScalingGroup: 'group',
  cluster: 'cluster',
  channel: '/winbake/2022-core/current/publication',
  state: `${PATH}/state`,
  overrides: `${PATH}/overrides`,
  deployment: `${PATH}/deployment`,
  starts: `${PATH}/log/starts`,
  failed: '/winbake/2022-core/failed',
  log: (month: string) => `${PATH}/log/${month}`,
};

/** What a test says of a fleet. */
export interface FleetLabOptions extends Partial<
  Omit<SimulatedFleetOptions, 'clock' | 'behaviourOf' | 'template'>
> {
  readonly startedAt?: Date;
  readonly policy?: Partial<RolloutPolicy>;
  /** By publication id. */
  readonly behaviours?: Readonly<Record<string, Partial<AmiBehaviour>>>;
  /** Each event of a refresh starts the rollout function, as EventBridge does. */
  readonly deliversEvents?: boolean;
  /** The account whose AMIs the fleet takes; any where it is absent. */
  readonly amiOwner?: string;
  /** Ports without clients of the SDK. */
  readonly isInMemory?: boolean;
  /** Takes the place of a port. */
  readonly wrap?: (ports: FleetPorts) => FleetPorts;
}

/** A fleet on simulated services, with its parameters, its people and its clock. */
export interface FleetLab {
  readonly clock: VirtualClock;
  readonly fleet: SimulatedFleet;
  readonly parameters: MemoryParameters;
  /** The messages that went out. */
  readonly notified: string[];
  readonly policy: RolloutPolicy;
  /** What a poll works with. */
  readonly ports: FleetPorts;
  /** What deletes the fleet; to be used within `as`. */
  readonly deletion: FleetDeletion;
  readonly place: Place;
  /** Does something in the fleet's account, as somebody who may do everything unless said. */
  as<T>(work: () => Promise<T>, caller?: Principal): Promise<T>;
  /** One poll; gives the kinds of its actions. */
  poll(): Promise<readonly string[]>;
  /** Looks every quarter of an hour for some hours. */
  wait(hours: number): Promise<void>;
  /** Lets seconds pass without a poll of the schedule; events start looks. */
  pass(seconds: number): Promise<void>;
  /** The rollout function is deleted: from now on no event starts it. */
  retire(): void;
  publish(publication: Channel): void;
  setOverrides(overrides: Partial<Omit<FleetOverrides, 'schema'>>): void;
  state(): FleetState;
  /** The publications that the instances run, sorted. */
  running(): readonly string[];
}

/** A person's override in force from now on. */
export function overrideAt(now: Date, hours = 24) {
  return {
    by: 'ops@example.com',
    reason: 'trade fair',
    at: now.toISOString(),
    until: new Date(now.getTime() + hours * 3_600_000).toISOString(),
  };
}

/** How long an event takes until it has started a function; an assumption. */
const EVENT_SECONDS = 2;

export function fleetLab(options: FleetLabOptions = {}): FleetLab {
  const clock = new VirtualClock(options.startedAt ?? new Date('2025-10-14T22:00:00.000Z'));
  const known = new Map<string, Channel>();
  const behaviourOf = (amiId: string): AmiBehaviour => ({
    host: 'registers',
    tasks: 'run',
    ...options.behaviours?.[known.get(amiId)?.id ?? ''],
  });
  const parameters = memoryParameters();
  const publish = (publication: Channel) => {
    known.set(publication.amiId, publication);
    parameters.values.set(NAMES.channel, JSON.stringify(publication));
  };
  publish(OLD);
  const later = (instant: Date, seconds: number) => new Date(instant.getTime() + seconds * 1000);
  const due: Date[] = [];
  const { cluster = 'cluster', environment: place = freshPlace(), groupName = 'group' } = options;
  const launchTemplateId = 'lt-1';
  const fleet = new SimulatedFleet({
    instanceCount: 4,
    ...options,
    groupName,
    cluster,
    environment: place,
    template: templateWith(launchTemplateId, OLD.amiId, clock.now()),
    behaviourOf,
    onEvent: ({ at }) => {
      due.push(later(at, EVENT_SECONDS));
    },
    clock,
  });
  FLEETS.add(fleet);
  const account = fleetPorts(place, { autoScalingGroup: groupName, launchTemplateId, cluster });
  const { control, hosts } = options.isInMemory === true ? fleetInMemory(fleet) : account;
  const { deletion } = account;
  const notified: string[] = [];
  const policy = { ...DEFAULT_ROLLOUT_POLICY, ...options.policy };
  const plain: FleetPorts = {
    control,
    hosts,
    parameters,
    notifier: {
      notify: (subject, text) => {
        notified.push(`${subject}: ${text}`);
        return Promise.resolve();
      },
    },
    now: () => clock.now(),
  };
  const ports = options.wrap?.(plain) ?? plain;
  const poll = async () => {
    const { actions } = await reconcileFleet(ports, { ...NAMES, amiOwner: options.amiOwner }, policy);
    return actions.map((action) => (action.kind === 'wait' ? `wait:${action.waitsFor}` : action.kind));
  };
  let isRetired = false;
  const pass = async (seconds: number) => {
    const end = later(clock.now(), seconds);
    for (; options.deliversEvents === true;) {
      // The fleet first, which may send events meanwhile.
      const { nextAt } = fleet;
      const next = [...due, ...(nextAt === undefined ? [] : [nextAt])]
        .filter((at) => at <= end)
        .sort((one, other) => one.getTime() - other.getTime())[0];
      if (next === undefined) {
        break;
      }
      await clock.waitUntil(next);
      const index = due.findIndex((at) => at <= clock.now());
      if (index >= 0) {
        due.splice(index, 1);
        if (!isRetired) {
          await poll();
        }
      }
    }
    await clock.waitUntil(end);
  };
  return {
    clock,
    fleet,
    parameters,
    notified,
    policy,
    ports,
    deletion,
    place,
    as: (work, caller = everything(place)) => as(caller, place, work),
    poll,
    wait: async (hours) => {
      for (let quarter = 0; quarter < hours * 4; quarter += 1) {
        await pass(15 * 60);
        await poll();
      }
    },
    pass,
    retire: () => {
      isRetired = true;
    },
    publish,
    setOverrides: (overrides) => {
      const none = { schema: 'winbake.fleet-overrides/1', hold: null, floor: null, accepted: null };
      const before = parameters.json(NAMES.overrides) ?? none;
      parameters.values.set(NAMES.overrides, JSON.stringify({ ...before, ...overrides }));
    },
    state: () => parameters.json(NAMES.state) as FleetState,
    running: () => fleet.report.map(({ after }) => known.get(after)?.id ?? after).sort(),
  };
}
