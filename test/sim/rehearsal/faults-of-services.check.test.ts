import fc from 'fast-check';
import { AMI_FAULTS } from '../../../sim/aws/fleet/ami-behaviour';
import { VirtualClock } from '../../../sim/clock/virtual-clock';
import { deployPipeline, findPipeline } from '../../../sim/rehearsal/deploy-pipeline';
import { deployFleets } from '../../../sim/rehearsal/roll-out-fleets';
import { SimulatedAccount } from '../../../sim/rehearsal/simulated-account';
import { assembly, changedAssembly, resourceOf } from '../../support/assembly';
import { bakeAndRollOut, threeDays } from '../../support/faulty-account';
import { propertyRuns } from '../../support/property-runs';

const SEED = fc.integer({ min: 1 });

/** What holds on the plain day and on any other: instants, retries and how often a message came aside. */
function endOf({ days, failures, ...rest }: Awaited<ReturnType<typeof threeDays>>) {
  const notified = days.flatMap((day) => day.notified);
  // A request that ends after it has notified, and before it has noted that, notifies once more.
  expect(notified.length - new Set(notified).size).toBeLessThanOrEqual(failures);
  return { ...rest, days: days.map((day) => ({ ...day, notified: [...new Set(day.notified)] })) };
}

test('whatever seed: a bake, its publication, delivery and rollout end as on the plain day', async () => {
  const plain = endOf(await bakeAndRollOut(undefined));
  expect(plain).toMatchObject({ decision: 'bake', status: 'finished', published: ['20348.4294-1'] });
  const property = fc.asyncProperty(SEED, async (seed) => {
    expect(endOf(await bakeAndRollOut(seed))).toEqual(plain);
  });
  await fc.assert(property, { numRuns: propertyRuns(2) });
});

test.each(AMI_FAULTS)(
  'whatever seed: $name goes as on the plain day, and the day after too',
  async (fault) => {
    const plain = endOf(await threeDays(undefined, fault.behaviour));
    const [, bad] = plain.days;
    expect(bad?.notified).toEqual(['Winbake fleet cluster-2022-core: a rollout was rolled back']);
    expect(plain).toMatchObject({ rollout: null, waiting: null });
    const property = fc.asyncProperty(SEED, async (seed) => {
      expect(endOf(await threeDays(seed, fault.behaviour))).toEqual(plain);
    });
    await fc.assert(property, { numRuns: propertyRuns(1) });
  },
);

test('a function whose time is up ends there: another try finds its lease', async () => {
  const folder = changedAssembly(await assembly(), ({ fleet }) => {
    resourceOf(fleet, 'AWS::Lambda::Function', 'RolloutFunction')['Properties'].Timeout = 1;
  });
  const clock = new VirtualClock(new Date('2025-10-16T12:00:00Z'));
  // Nothing happens but that each call takes long, and each event comes after five seconds.
  const account = new SimulatedAccount({ folder, clock, random: () => 0.99 });
  const end = account.install();
  const done: string[] = [];
  try {
    await deployPipeline(account, findPipeline(account, '2022'));
    await deployFleets(account, '/winbake/2022-core');
    account.functions.onLine((_functionArn, line) => {
      done.push(...[...line.matchAll(/"kind":"(\w+)"/g)].map(([, kind = '']) => kind));
    });
    await clock.waitUntil(new Date(clock.now().getTime() + 3 * 60_000));
  } finally {
    end();
  }
  expect(done).toEqual(['skip']);
  expect(account.parameters.read('/winbake/fleets/cluster-2022-core/state')).toBeUndefined();
});
