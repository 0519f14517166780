import { SimulatedFleet, templateWith } from '../../sim/aws/fleet/simulated-fleet';
import { CLIENTS, FLEETS } from '../support/fleet-accounts';
import { fleetLab, NEW, OLD, type FleetLab } from '../support/fleet-lab';

/** The lease of a poll is read, taken and given back. */
const LEASE_CALLS = 3;

const asked: string[] = [];

/** The middleware of any client, as far as it is used here. */
interface Middleware {
  add(
    wrap: (
      next: (given: unknown) => unknown,
      context: { readonly commandName?: string },
    ) => (given: unknown) => unknown,
    options: object,
  ): void;
}

beforeAll(() => {
  for (const client of Object.values(CLIENTS)) {
    const stack = client.middlewareStack as unknown as Middleware;
    const options = { step: 'initialize', name: 'counted', priority: 'high' };
    stack.add(
      (next, { commandName = '' }) =>
        (given) => {
          asked.push(commandName);
          return next(given);
        },
      options,
    );
  }
});

/** The calls that one poll makes, of all services. */
async function callsOf(lab: FleetLab): Promise<number> {
  asked.length = 0;
  const { parameters } = lab.ports;
  const get = jest.spyOn(parameters, 'get');
  const put = jest.spyOn(parameters, 'put');
  await lab.poll();
  const count = asked.length + get.mock.calls.length + put.mock.calls.length + LEASE_CALLS;
  get.mockRestore();
  put.mockRestore();
  return count;
}

/** Two thousand instances of another fleet in the same cluster. */
function addNeighbours({ clock, place }: FleetLab): void {
  FLEETS.add(
    new SimulatedFleet({
      groupName: 'neighbours',
      cluster: 'cluster',
      instanceCount: 2000,
      template: templateWith('lt-neighbours', OLD.amiId, clock.now()),
      environment: place,
      clock,
    }),
  );
}

test('a poll of a rollout of 1,000 instances in a cluster of 3,000 makes 60 calls at most', async () => {
  const lab = fleetLab({ instanceCount: 1000 });
  addNeighbours(lab);
  await lab.poll();
  lab.publish(NEW);
  expect(await callsOf(lab)).toBeLessThanOrEqual(60);
  const counts: number[] = [];
  for (let poll = 0; poll < 4; poll += 1) {
    await lab.pass(15 * 60);
    counts.push(await callsOf(lab));
  }
  expect(lab.running()).toContain(NEW.id);
  expect(asked).toContain('ListTasksCommand');
  expect(Math.max(...counts)).toBeLessThanOrEqual(60);
});

test('a warm pool takes one call more for each fifty of its instances, and one for each that goes', async () => {
  const lab = fleetLab({ instanceCount: 100, maxSize: 200, warmPool: { maxGroupPreparedCapacity: 140 } });
  await lab.poll();
  await lab.wait(0.5);
  const rest = await callsOf(lab);
  expect(asked.filter((one) => one === 'DescribeWarmPoolCommand')).toHaveLength(1);
  expect(rest).toBeLessThanOrEqual(13);
  lab.publish(NEW);
  let most = 0;
  for (let quarter = 0; quarter < 24; quarter += 1) {
    await lab.pass(15 * 60);
    most = Math.max(most, await callsOf(lab));
    expect(asked.filter((one) => one === 'SetInstanceHealthCommand').length).toBeLessThanOrEqual(20);
  }
  expect(most).toBeLessThanOrEqual(60);
});

test('an instance that starts takes seven calls of the poll that measures it, and one of each until it is 75 minutes old', async () => {
  const lab = fleetLab({ instanceCount: 2, maxSize: 40 });
  await lab.poll();
  const rest = await callsOf(lab);
  lab.fleet.group.scaleTo(3);
  await lab.pass(5 * 60);
  expect(await callsOf(lab)).toBe(rest + 7);
  const later: number[] = [];
  for (let quarter = 0; quarter < 5; quarter += 1) {
    await lab.pass(15 * 60);
    later.push((await callsOf(lab)) - rest);
  }
  expect(later).toEqual([1, 1, 1, 1, 0]);
  lab.fleet.group.scaleTo(40);
  await lab.pass(5 * 60);
  // Five at a time, however many there are: two more for each.
  expect(await callsOf(lab)).toBe(rest + 7 + 4 * 2);
});

test('a fleet at rest makes no more calls than its parameters and three services take, whatever its size', async () => {
  const lab = fleetLab({ instanceCount: 1000 });
  await lab.poll();
  const calls = await callsOf(lab);
  expect([...asked].sort()).toEqual([
    'DescribeAutoScalingGroupsCommand',
    'DescribeInstanceRefreshesCommand',
    'DescribeInstancesCommand',
    'DescribeLaunchTemplateVersionsCommand',
  ]);
  expect(calls).toBeLessThanOrEqual(12);
});
