import { cloneWithLiveAmi, type DeploymentPorts } from '../../../lib/core/fleet/clone-with-live-ami';
import { pausingDeployment } from '../../../lib/core/fleet/deployment-pause';
import type { InstanceRefresh } from '../../../lib/core/ports/fleets';
import { fleetLab, NAMES, NEW, OLD } from '../../support/fleet-lab';
import { memoryParameters } from '../../support/memory-ports';

const START = Date.parse('2025-10-15T09:00:00.000Z');
const REQUEST = { ...NAMES, baseVersion: '8' };
const LIVE = { version: '5', amiId: OLD.amiId };

function refreshOf(status: string): InstanceRefresh {
  const startedAt = new Date(START);
  return { id: 'r', status, reason: '', percentage: 0, version: '6', startedAt, endedAt: null };
}

/** A deployment while the newest refresh shows a status that depends on the seconds since it began. */
function deployment(statusAt: (seconds: number) => string | undefined, isRollingBack = false) {
  let seconds = 0;
  const parameters = memoryParameters();
  const cancelled: unknown[] = [];
  const now = () => new Date(START + seconds * 1000);
  const ports: DeploymentPorts = {
    control: {
      newestRefresh: () => {
        const status = statusAt(seconds);
        return Promise.resolve(status === undefined ? undefined : refreshOf(status));
      },
      cancelRefresh: (request) => {
        cancelled.push({ seconds, ...request });
        return Promise.resolve();
      },
      createLaunchTemplateVersion: () => Promise.resolve('9'),
      ownerOf: () => Promise.resolve(undefined),
    },
    live: () => Promise.resolve(LIVE),
    isRollingBack: () => Promise.resolve(isRollingBack),
    parameters,
    now,
    sleep: (more) => {
      seconds += more;
      return Promise.resolve();
    },
  };
  const pauseOf = (launchTemplateVersion: string) => {
    const group = {
      launchTemplateVersion,
      amiId: OLD.amiId,
      template: 'one',
      desiredCapacity: 0,
      pool: [],
      instances: [],
    };
    return pausingDeployment(parameters, NAMES.deployment, group, now());
  };
  return { cancelled, clone: () => cloneWithLiveAmi(ports, REQUEST), parameters, pauseOf };
}

test('a refresh that a reconciler starts at the same moment is stopped, too', async () => {
  const { cancelled, clone } = deployment((seconds) =>
    seconds < 10 ? undefined : seconds < 15 ? 'Pending' : 'Cancelled',
  );
  expect(await clone()).toEqual({ version: '9', amiId: OLD.amiId });
  expect(cancelled).toEqual([{ seconds: 10, waitsForInstances: false }]);
});

test('the pause begins before the refresh is stopped, and ends once the group has the new version', async () => {
  const paused: boolean[] = [];
  const { clone, parameters, pauseOf } = deployment((seconds) => {
    paused.push(parameters.values.has(NAMES.deployment));
    return seconds === 0 ? 'InProgress' : 'Cancelled';
  });
  await clone();
  expect(new Set(paused)).toEqual(new Set([true]));
  expect(await pauseOf('5')).toMatchObject({ version: '9', at: '2025-10-15T09:00:00.000Z' });
  expect(await pauseOf('9')).toBeUndefined();
});

describe('a refresh that does not stop in ten minutes', () => {
  test('refuses a deployment in one sentence with the way out, and pauses nothing any more', async () => {
    const { clone, pauseOf } = deployment(() => 'Cancelling');
    await expect(clone()).rejects.toMatchObject({
      code: 'ROLLOUT_UNDER_WAY',
      message:
        "The fleet shop is being rolled out, and its instance refresh did not stop in ten minutes; got: 'Cancelling'. Deploy " +
        'again when it has ended; until then a hold keeps the next one from starting: winbake fleet hold shop --reason "..."',
    });
    expect(await pauseOf(LIVE.version)).toBeUndefined();
  });

  test('does not end a rollback of CloudFormation as UPDATE_ROLLBACK_FAILED: the group keeps its version', async () => {
    const { clone, pauseOf } = deployment(() => 'Cancelling', true);
    expect(await clone()).toEqual(LIVE);
    expect(await pauseOf(LIVE.version)).toBeUndefined();
  });
});

/** A fleet at a moment at which it would start a refresh, and what its deployment has written. */
async function pausedFleet(document: string) {
  const lab = fleetLab();
  await lab.poll();
  lab.publish(NEW);
  lab.parameters.values.set(NAMES.deployment, document);
  return lab;
}

function documentOf(until: string, version: string | null = null): string {
  return JSON.stringify({
    schema: 'winbake.fleet-deployment/1',
    at: '2025-10-14T22:00:00.000Z',
    until,
    version,
  });
}

test('a deployment that died before its version was there pauses the fleet for half an hour, not for good', async () => {
  const lab = await pausedFleet(documentOf('2025-10-14T22:30:00.000Z'));
  expect(await lab.poll()).toEqual(['wait:deployment']);
  await lab.pass(29 * 60);
  expect(await lab.poll()).toEqual(['wait:deployment']);
  await lab.pass(60);
  expect(await lab.poll()).toEqual(['startRefresh']);
});

test.each([
  ['has no instances', 0],
  ['has some', 4],
])('a group that %s is left alone while a deployment changes it', async (_, instanceCount) => {
  const lab = fleetLab({ instanceCount });
  await lab.poll();
  lab.publish(NEW);
  lab.parameters.values.set(NAMES.deployment, documentOf('2025-10-14T22:30:00.000Z', '7'));
  expect(await lab.poll()).toEqual(['wait:deployment']);
  expect(lab.fleet.group.version).toBe('1');
});

test.each(['{', '{"schema":"winbake.fleet-deployment/2"}'])(
  'a document that cannot be read pauses nothing: %s',
  async (document) => {
    const lab = await pausedFleet(document);
    expect(await lab.poll()).toEqual(['startRefresh']);
  },
);
