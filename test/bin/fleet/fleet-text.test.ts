import { fleetTable, fleetText } from '../../../bin/fleet/fleet';
import type { FleetState } from '../../../lib/contract/documents/fleet-state';
import { fleetStatus, type FleetStatus } from '../../../lib/core/fleet/fleet-status';
import { contractFixture } from '../../support/contract-fixture';

const STATE = contractFixture('fleet-state') as FleetState;
const INSTANCES = ['i-01', 'i-02'].map((id) => ({
  ...{ id, amiId: STATE.amiId, lifecycle: 'InService', startedAt: null, revision: null },
  ...{ status: 'ACTIVE', tasks: 1 },
}));

/** A fleet of two instances, whose state differs from the fixture's in what is given. */
function statusOf(change: Partial<FleetState>, instances = INSTANCES): FleetStatus {
  return fleetStatus({
    ...{ overrides: undefined, current: undefined, instances, starts: [], patchWithinSeconds: undefined },
    ...{ state: { ...STATE, ...change }, now: new Date('2025-10-15T05:00:00Z') },
  });
}

const template = (older: number) => ({ digest: 'd1', equal: [], older, failed: [], ended: null });

test.each<[string, Partial<FleetState>, typeof INSTANCES, readonly string[]]>([
  [
    'in a ring, partly of an older launch template',
    { ring: 2, template: template(1) },
    INSTANCES,
    ['ring: 2', 'launch template: 1 of 2 instances run an older one'],
  ],
  ['in none, of one launch template', { ring: null, template: template(0) }, INSTANCES, []],
  ['without instances, which no launch template is older than', { template: template(1) }, [], []],
  ['whose launch template no poll knows yet', { ring: 0, template: null }, INSTANCES, ['ring: 0']],
])('the text of a fleet %s', (_, change, instances, expected) => {
  const text = fleetText(statusOf({ ring: null, ...change }, instances), '111111111111', 'eu-central-1', 80);
  expect(text.split('\n').filter((line) => /^(?:ring|launch template): /.test(line))).toEqual(expected);
});

test('the table of fleets has a column for rings, and fits 80 columns', () => {
  const fleets = [
    statusOf({ fleet: 'shop', ring: 0 }),
    statusOf({ fleet: 'back-office', ring: null }),
    statusOf({ fleet: 'production-of-the-shop', ring: 12 }),
  ];
  const wide = fleetTable(fleets).split('\n');
  const column = wide[0]!.indexOf('RING');
  expect(column).toBeGreaterThan(0);
  expect(wide.slice(1, 4).map((line) => line.slice(column, column + 4).trim())).toEqual(['0', '-', '12']);
  const lines = fleetTable(fleets, 80).split('\n');
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(fleetTable(fleets, 80)).toMatch(/RING/);
});
