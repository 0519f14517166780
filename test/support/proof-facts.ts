import type { ProofFacts, SeenActivity, SeenBake, SeenFleet, SeenRefresh } from '../../lib/core/prove/facts';

/** What could not be read. */
export const HIDDEN = { missing: 'No right to read it.' };

/** Nothing could be read. */
export const NOTHING: ProofFacts = {
  ...{ os: 'SERVER_2022_CORE', now: '2026-01-01T00:00:00Z', accounts: ['210987654321'] },
  ...{ bakes: HIDDEN, manifests: HIDDEN, verifications: HIDDEN, failures: HIDDEN, latest: HIDDEN },
  ...{ deliveries: HIDDEN, snapshots: HIDDEN, documents: HIDDEN, fleets: HIDDEN, quotas: HIDDEN },
  ...{ updateLines: HIDDEN, machineLines: HIDDEN, trial: null },
  answers: { hundredIds: HIDDEN, versionsByNumber: HIDDEN, bucketsByRegion: HIDDEN },
};

/** All was read, and nothing is there. */
export const EMPTY: ProofFacts = {
  ...NOTHING,
  ...{ bakes: { seen: [] }, manifests: { seen: [] }, verifications: { seen: [] }, failures: { seen: [] } },
  ...{ latest: { seen: null }, snapshots: { seen: [] }, documents: { seen: [] } },
  deliveries: { seen: { schema: 'winbake.deliveries/1', announced: null, targets: {} } },
  ...{ fleets: { seen: [] }, updateLines: { seen: [] }, machineLines: { seen: [] } },
};

/** A fleet of which nothing is there. */
export function fleetWith(changes: Partial<SeenFleet>): SeenFleet {
  const none = { seen: [] };
  return {
    ...{ fleet: 'shop', group: HIDDEN, refreshes: none, activities: none, versions: none, hosts: none },
    ...{ starts: none, pool: { seen: null } },
    ...changes,
  };
}

/** A bake that has launched an instance and made its AMI. */
export function bakeWith(changes: Partial<SeenBake>): SeenBake {
  const launch = { name: 'LaunchBuildInstance', action: 'LaunchInstance', status: 'COMPLETED', message: '' };
  const build = {
    ...{ type: 'BUILD', status: 'COMPLETED' },
    ...{ startTime: '2025-12-09T18:00:00Z', endTime: '2025-12-09T19:00:00Z' },
    steps: [{ ...launch, outputs: '{"instanceId":"i-0aaaaaaaaaaaaaaaa"}' }],
  };
  return {
    ...{ arn: 'arn:aws:imagebuilder:r:1:image/web/1.0.0/1', status: 'AVAILABLE', reason: '', tags: {} },
    workflows: { seen: [build] },
    ...changes,
  };
}

/** A refresh of a whole group that has ended well. */
export function refreshWith(changes: Partial<SeenRefresh>): SeenRefresh {
  return {
    ...{ id: 'refresh-1', status: 'Successful', reason: '', percentage: 100, version: '2', checkpoints: [] },
    ...{ startedAt: '2025-12-10T00:00:00.000Z', endedAt: '2025-12-10T04:00:00.000Z' },
    ...{ maxHealthyPercentage: 110, takesProtected: true, mixed: null, hasPoolProgress: false },
    ...changes,
  };
}

/** An activity of a group, at an hour of that refresh; below 0 it is of before. */
export function activityAt(hour: number, changes: Partial<SeenActivity>): SeenActivity {
  const startedAt = new Date(Date.parse('2025-12-10T00:00:00Z') + hour * 3_600_000).toISOString();
  return { kind: 'launch', status: 'Successful', cause: '', message: '', startedAt, ...changes };
}
