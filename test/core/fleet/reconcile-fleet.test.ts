import type { Channel } from '../../../lib/core/contracts/publication';
import { newFleetState } from '../../../lib/core/fleet/new-fleet-state';
import { reconcileFleet } from '../../../lib/core/fleet/reconcile-fleet';
import type { FleetControl } from '../../../lib/core/ports/fleet-control';
import { memoryParameters } from '../../support/memory-ports';

const NAMES = { channel: '/winbake/2022-core/current/publication', state: '/winbake/fleets/shop/state' };
const OLD = 'ami-00000000000000001';
const NEW = 'ami-00000000000000002';
const WANTED = {
  id: '20348.4294-1',
  amiId: NEW,
  osVersion: '10.0.20348.4294',
  mode: 'exact',
  at: '2025-10-14T21:46:00.000Z',
};
const IDENTITY = { fleet: 'shop', autoScalingGroup: 'group', cluster: 'cluster' };
const DONE = newFleetState(IDENTITY, NEW, WANTED as Channel, new Date(WANTED.at));

interface FleetCase {
  /** The AMI of the launch template that the group uses. */
  readonly group: string;
  readonly instances: readonly string[];
  readonly refresh?: string;
  readonly state?: object;
  readonly channel?: object | null;
}

function fleetOf({ group, instances, refresh }: FleetCase) {
  const calls: string[] = [];
  const fleet: FleetControl = {
    describeGroup: () =>
      Promise.resolve({
        launchTemplateVersion: '7',
        amiId: group,
        desiredCapacity: instances.length,
        instances: instances.map((amiId, index) => ({ id: `i-${index}`, amiId })),
      }),
    newestRefresh: () =>
      Promise.resolve(refresh === undefined ? undefined : { id: 'refresh', status: refresh }),
    createLaunchTemplateVersion: (base, amiId, description) => {
      calls.push(`create ${base} ${amiId} ${description}`);
      return Promise.resolve('8');
    },
    useLaunchTemplateVersion: (version) => {
      calls.push(`use ${version}`);
      return Promise.resolve();
    },
    startRefresh: (version) => {
      calls.push(`refresh ${version}`);
      return Promise.resolve('new refresh');
    },
  };
  return { fleet, calls };
}

async function reconcile(given: FleetCase) {
  const { fleet, calls } = fleetOf(given);
  const { channel = WANTED, state } = given;
  const parameters = memoryParameters({
    ...(channel === null ? {} : { [NAMES.channel]: channel }),
    ...(state === undefined ? {} : { [NAMES.state]: state }),
  });
  const action = await reconcileFleet(fleet, parameters, NAMES);
  return { action, calls, state: parameters.json(NAMES.state) };
}

const CREATE = ['create 7 ami-00000000000000002 Winbake 20348.4294-1', 'use 8'];

test.each<[string, FleetCase, string, readonly string[]]>([
  ['no channel yet', { group: OLD, instances: [OLD], channel: null }, 'nothing', []],
  ['a newer publication', { group: OLD, instances: [OLD, OLD] }, 'startRefresh', [...CREATE, 'refresh 8']],
  ['a newer publication, no instance', { group: OLD, instances: [] }, 'useForNewInstances', CREATE],
  [
    'a newer publication that all run already',
    { group: OLD, instances: [NEW] },
    'useForNewInstances',
    CREATE,
  ],
  ['all at the publication', { group: NEW, instances: [NEW, NEW], state: DONE }, 'nothing', []],
  [
    'a refresh that ended as it should not',
    { group: NEW, instances: [OLD], refresh: 'Failed', state: DONE },
    'nothing',
    [],
  ],
  [
    'a refresh that ended, and then a newer publication',
    {
      group: OLD,
      instances: [OLD],
      refresh: 'Successful',
      state: { ...DONE, publication: { ...WANTED, id: '20348.4171-1' } },
    },
    'startRefresh',
    [...CREATE, 'refresh 8'],
  ],
  [
    'a look that ended before its refresh began',
    { group: NEW, instances: [OLD, NEW] },
    'startRefresh',
    ['refresh 7'],
  ],
  ...['Pending', 'InProgress', 'Cancelling', 'RollbackInProgress', 'Baking'].map(
    (refresh): [string, FleetCase, string, readonly string[]] => [
      `a refresh that is ${refresh}`,
      { group: OLD, instances: [OLD], refresh },
      'waitForRefresh',
      [],
    ],
  ),
])('%s', async (_name, given, action, calls) => {
  expect(await reconcile(given)).toMatchObject({ action, calls });
});

test('the state names the publication and its AMI', async () => {
  const refreshed = await reconcile({ group: OLD, instances: [OLD] });
  expect(refreshed.state).toMatchObject({ amiId: NEW, publication: WANTED });
  const empty = await reconcile({ group: OLD, instances: [] });
  expect(empty.state).toMatchObject({ amiId: NEW, publication: WANTED });
});

test('a damaged channel changes nothing', async () => {
  const { fleet, calls } = fleetOf({ group: OLD, instances: [OLD] });
  const parameters = memoryParameters({ [NAMES.channel]: { ...WANTED, amiId: 'none' } });
  await expect(reconcileFleet(fleet, parameters, NAMES)).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
  expect(calls).toEqual([]);
});
