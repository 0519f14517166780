import type { FleetRollout, FleetState } from '../../lib/contract/documents/fleet-state';
import type { Channel } from '../../lib/contract/documents/publication';
import { DEFAULT_ROLLOUT_POLICY, type RolloutPolicy } from '../../lib/contract/values/rollout-policy';
import { WEEKDAYS } from '../../lib/contract/values/weekly-window';
import type { FleetWorld, RolloutAction } from '../../lib/core/fleet/fleet-world';
import type {
  ContainerHost,
  FleetGroup,
  GroupInstance,
  HostTask,
  InstanceRefresh,
} from '../../lib/core/ports/fleets';
import { newFleetState } from '../../lib/core/fleet/fleet-state';
import { NEW, OLD } from './fleet-lab';

const IDENTITY = { fleet: 'shop', autoScalingGroup: 'group', cluster: 'cluster', channel: '/c' };

export const WORLD_NOW = new Date('2025-10-15T12:00:00.000Z');

/** An instant so many seconds before the poll, as state documents write it. */
export const secondsAgo = (seconds: number) => new Date(WORLD_NOW.getTime() - seconds * 1000).toISOString();

/** What a person set a while ago, in force. */
export const SET = { by: 'ann', reason: 'the fair', at: secondsAgo(60), until: secondsAgo(-3600) };

/** Instances that run publications, such as `[OLD, OLD, NEW]`; their ids count from `i-0`. */
export function instancesOf(
  running: readonly Pick<Channel, 'amiId'>[],
  more: Partial<GroupInstance> = {},
): readonly GroupInstance[] {
  return running.map(({ amiId }, index) => ({
    id: `i-${index}`,
    amiId,
    version: '7',
    template: 'digest',
    launchedAt: null,
    isFirstStart: true,
    isLeaving: false,
    ...more,
  }));
}

/** A container host that registered two hours ago, with tasks. */
export function hostOf(
  index: number,
  tasks: readonly HostTask[] = [],
  more: Partial<ContainerHost> = {},
): ContainerHost {
  return {
    arn: `arn:host-${index}`,
    instanceId: `i-${index}`,
    registeredAt: new Date(secondsAgo(7200)),
    upAt: null,
    status: 'ACTIVE',
    isConnected: true,
    taskCount: tasks.length,
    tasks,
    ...more,
  };
}

/** A task that has run for an hour. */
export function taskOf(more: Partial<HostTask> = {}): HostTask {
  return {
    id: 'arn:aws:ecs:eu-central-1:123456789012:task/cluster/abc',
    status: 'RUNNING',
    createdAt: null,
    pullStartedAt: null,
    pullStoppedAt: null,
    startedAt: new Date(secondsAgo(3600)),
    stoppedAt: null,
    stopCode: null,
    reasons: [],
    exitCodes: [],
    group: 'service:web',
    ...more,
  };
}

/** A task that could not be started. */
export const failedTask = (more: Partial<HostTask> = {}) =>
  taskOf({
    status: 'STOPPED',
    startedAt: null,
    stopCode: 'TaskFailedToStart',
    reasons: ['HcsError'],
    ...more,
  });

/** What differs from a fleet of four instances that runs OLD, is shown NEW, and rests. */
export interface WorldChanges {
  readonly policy?: Partial<RolloutPolicy>;
  readonly state?: Partial<FleetState>;
  readonly group?: Partial<FleetGroup>;
  readonly elsewhere?: Partial<FleetWorld['elsewhere']>;
  readonly world?: Partial<FleetWorld>;
}

/** What one poll of a fleet found. */
export function fleetWorld({ elsewhere, group, policy, state, world }: WorldChanges = {}): FleetWorld {
  return {
    now: WORLD_NOW,
    policy: { ...DEFAULT_ROLLOUT_POLICY, ...policy },
    wanted: NEW,
    elsewhere: { schema: 'winbake.failed/1', publications: [], hold: null, rings: [], ...elsewhere },
    state: {
      ...newFleetState(IDENTITY, OLD.amiId, OLD, new Date(secondsAgo(900))),
      channel: null,
      wanted: { publication: NEW, since: secondsAgo(600) },
      ...state,
    },
    group: {
      launchTemplateVersion: '7',
      amiId: OLD.amiId,
      template: 'digest',
      desiredCapacity: 4,
      instances: instancesOf([OLD, OLD, OLD, OLD]),
      pool: [],
      ...group,
    },
    refresh: undefined,
    deployment: undefined,
    hosts: [],
    starts: undefined,
    ...world,
  };
}

/** A rollout from OLD to NEW whose canary is at its checkpoint. */
export function rolloutOf(more: Partial<FleetRollout> = {}): FleetRollout {
  return {
    publication: NEW,
    from: { amiId: OLD.amiId, publication: OLD },
    origin: null,
    phase: 'canary',
    template: null,
    version: '8',
    baseVersion: '7',
    restores: null,
    refreshId: 'refresh-1',
    refreshBefore: null,
    autoRollback: true,
    startedAt: secondsAgo(5400),
    refreshedAt: secondsAgo(5400),
    firstInstanceAt: secondsAgo(5000),
    hasTasks: true,
    draining: [],
    progress: { percentage: 25, at: secondsAgo(3000) },
    failures: 0,
    goingBack: null,
    ...more,
  };
}

/** The refresh of that rollout. */
export function refreshOf(more: Partial<InstanceRefresh> = {}): InstanceRefresh {
  return {
    id: 'refresh-1',
    status: 'InProgress',
    reason: 'as it goes',
    percentage: 25,
    version: '8',
    startedAt: new Date(secondsAgo(5400)),
    endedAt: null,
    ...more,
  };
}

/** No window is open at the poll, a Wednesday. */
export const CLOSED = {
  windows: [
    { days: [WEEKDAYS.find((day) => day.startsWith('SUN'))!], startHour: 1, endHour: 2, timeZone: 'UTC' },
  ],
};

/** The kind of an action, and what it waits for. */
export const kindOf = (action: RolloutAction) =>
  [action.kind, ...(action.kind === 'wait' ? [action.waitsFor] : [])].join(' ');
