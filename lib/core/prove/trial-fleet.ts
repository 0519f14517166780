import type { FleetState } from '../../contract/documents/fleet-state';
import type { HostStart } from '../../contract/documents/host-starts';
import type { FleetOverrides } from '../../contract/documents/overrides';
import type { Channel } from '../../contract/documents/publication';
import { fleetParameters } from '../../contract/names/parameters';
import { DEFAULT_ROLLOUT_POLICY, type RolloutPolicy } from '../../contract/values/rollout-policy';
import type { FleetParameters, FleetPorts } from '../fleet/fleet-ports';
import { readStarts } from '../fleet/host-starts';
import { reconcileFleet } from '../fleet/reconcile-fleet';
import type { ParameterStore } from '../ports/stores';
import { pollUntil } from './trial-polls';
import type { TrialPorts } from './trial-ports';
import { TRIAL_HOSTS, trialNames } from './trial-template';

/** What came of the fleet of a trial. */
export interface TrialRollout {
  /** `plain`: the plain hosts did not all run a task, so that nothing was rolled; `late`: the time was over. */
  readonly outcome: NonNullable<FleetState['last']>['outcome'] | 'plain' | 'late';
  readonly reason: string;
  /** What was measured; without a publication those of the plain AMI. */
  readonly starts: readonly HostStart[];
}

/** A trial's canary is watched for as long as its task needs to show that it runs. */
const POLICY: RolloutPolicy = {
  ...DEFAULT_ROLLOUT_POLICY,
  watchSeconds: 5 * 60,
  maxHealthyPercentage: 150,
  // Those of before are plain: to be slower than them is a figure, and no failure.
  maxFirstTaskSlowdown: null,
};

const POLL_SECONDS = 60;

/** Of the time for the fleet, what plain hosts may take to run their first tasks. */
const PLAIN_PART = 0.5;

/** What the fleet of a trial is and shall run. */
export interface TrialTarget {
  readonly id: string;
  readonly publication: Channel;
  /** The account whose AMIs it takes. */
  readonly amiOwner: string;
  readonly until: Date;
}

/**
 * Rolls the fleet of a trial from the plain AMI to a publication, by the rules of every fleet: a hold keeps it where it is until its
 * plain hosts are measured. Its parameters are in memory, so that no other fleet and no promotion sees it.
 */
export async function rollTrial(
  ports: Pick<TrialPorts, 'now' | 'report' | 'sleep'>,
  opened: Pick<FleetPorts, 'control' | 'hosts'>,
  { amiOwner, id, publication, until }: TrialTarget,
  signal?: AbortSignal,
): Promise<TrialRollout> {
  const { fleet, name } = trialNames(id);
  const names = parametersOf(fleet, name, amiOwner);
  const begun = ports.now();
  const texts = new Map<string, string>([
    [names.channel, JSON.stringify(publication)],
    [names.overrides, JSON.stringify(heldUntil(until, begun))],
  ]);
  const parameters = inMemory(texts);
  const notifier = {
    notify: (subject: string, text: string) => {
      ports.report(`${subject}: ${text}`);
      return Promise.resolve();
    },
  };
  const fleetPorts: FleetPorts = { ...opened, parameters, notifier, now: ports.now };
  let shown = '';
  const poll = async () => {
    const { actions, world } = await reconcileFleet(fleetPorts, names, POLICY);
    const reason = actions.at(-1)?.reason ?? '';
    if (reason !== shown) {
      ports.report(reason);
      shown = reason;
    }
    const starts = await readStarts(parameters, names.starts);
    const measured = (publicationId: string | null) =>
      starts.filter((one) => one.publication === publicationId && one.firstTask !== null).length;
    return { measured, reason, starts, state: world.state };
  };
  const whole = until.getTime() - begun.getTime();
  const polls = { seconds: POLL_SECONDS, signal };
  const plain = await pollUntil(
    ports,
    { ...polls, until: new Date(begun.getTime() + PLAIN_PART * whole) },
    poll,
    ({ measured }) => measured(null) >= TRIAL_HOSTS,
  );
  if (plain.measured(null) < TRIAL_HOSTS) {
    const reason = `${plain.measured(null)} of ${TRIAL_HOSTS} plain hosts ran their first task in time, and nothing was rolled: do they reach ECS and the registry?`;
    return { outcome: 'plain', reason, starts: plain.starts };
  }
  ports.report('The plain hosts are measured; the rollout begins.');
  texts.delete(names.overrides);
  const end = await pollUntil(
    ports,
    { ...polls, until },
    poll,
    ({ measured, state: { last, rollout } }) =>
      rollout === null &&
      last?.publication === publication.id &&
      (last.outcome !== 'finished' || measured(publication.id) >= TRIAL_HOSTS),
  );
  const { last, rollout } = end.state;
  const hasEnded = rollout === null && last?.publication === publication.id;
  return { outcome: hasEnded ? last.outcome : 'late', reason: end.reason, starts: end.starts };
}

function parametersOf(fleet: string, name: string, amiOwner: string): FleetParameters {
  const { deployment, log, overrides, starts, state } = fleetParameters('/trial', fleet);
  const own = { deployment, log, overrides, starts, state };
  return {
    ...own,
    ...{ fleet, amiOwner, autoScalingGroup: name, cluster: name },
    channel: '/trial/publication',
    failed: '/trial/failed',
  };
}

function heldUntil(until: Date, now: Date): FleetOverrides {
  const hold = {
    ...{ by: 'winbake prove', reason: 'its plain hosts are measured first' },
    ...{ at: now.toISOString(), until: until.toISOString() },
  };
  return { schema: 'winbake.fleet-overrides/1', hold, floor: null, accepted: null };
}

function inMemory(texts: Map<string, string>): ParameterStore {
  return {
    get: (name) => Promise.resolve(texts.get(name)),
    below: (path) =>
      Promise.resolve(Object.fromEntries([...texts].filter(([name]) => name.startsWith(`${path}/`)))),
    put: (name, value) => {
      texts.set(name, value);
      return Promise.resolve();
    },
  };
}
