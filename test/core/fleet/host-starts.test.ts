import fc from 'fast-check';
import type { FleetRollout } from '../../../lib/contract/documents/fleet-state';
import { hostStartsSchema, type HostStart } from '../../../lib/contract/documents/host-starts';
import { keepStarts, measureStarts, readStarts, tooSlow } from '../../../lib/core/fleet/host-starts';
import type { FleetWorld } from '../../../lib/core/fleet/fleet-world';
import type { ContainerHost, GroupInstance, HostTask } from '../../../lib/core/ports/fleets';
import { memoryParameters } from '../../support/memory-ports';
import { NAMES, NEW, NEWER, OLD } from '../../support/fleet-lab';

const LAUNCH = new Date('2026-01-14T08:00:00.000Z');
const after = (seconds: number) => new Date(LAUNCH.getTime() + seconds * 1000);

const INSTANCE: GroupInstance = {
  id: 'i-1',
  amiId: NEW.amiId,
  version: '2',
  template: 'one',
  launchedAt: LAUNCH,
  isFirstStart: true,
  isLeaving: false,
};

const TASK: HostTask = {
  id: 'task',
  status: 'RUNNING',
  createdAt: after(290),
  pullStartedAt: after(310),
  pullStoppedAt: after(350),
  startedAt: after(390),
  stoppedAt: null,
  stopCode: null,
  reasons: [],
  exitCodes: [],
  group: 'service:web',
};

function hostWith(tasks: readonly HostTask[] | undefined, host: Partial<ContainerHost> = {}): ContainerHost {
  return {
    arn: 'arn:i-1',
    instanceId: 'i-1',
    registeredAt: after(300),
    upAt: after(240),
    status: 'ACTIVE',
    isConnected: true,
    taskCount: 1,
    tasks,
    ...host,
  };
}

function worldOf(instance: Partial<GroupInstance> = {}, now = after(900)): FleetWorld {
  const rollout = {
    publication: NEW,
    from: { amiId: OLD.amiId, publication: OLD },
    startedAt: LAUNCH.toISOString(),
  };
  return {
    now,
    state: { fleet: 'shop', publication: OLD, equalAmis: [], bad: [], rollout, wanted: null },
    group: { instances: [{ ...INSTANCE, ...instance }] },
    policy: { maxFirstTaskSlowdown: 3 },
  } as unknown as FleetWorld;
}

const START: HostStart = {
  instance: 'i-1',
  publication: NEW.id,
  launched: LAUNCH.toISOString(),
  again: false,
  up: 240,
  registered: 300,
  pull: 40,
  firstTask: 390,
};

describe('a start', () => {
  const measured = (host: ContainerHost, instance: Partial<GroupInstance> = {}, now = after(900)) =>
    measureStarts(worldOf(instance, now), [host], []).fresh;

  test.each<[string, ContainerHost, Partial<GroupInstance>, Partial<HostStart>]>([
    ['counts to the first task that ran', hostWith([{ ...TASK, startedAt: after(700) }, TASK]), {}, {}],
    ['counts a first task that has stopped', hostWith([{ ...TASK, status: 'STOPPED' }]), {}, {}],
    [
      'leaves out the time in which there was no task for it',
      hostWith([{ ...TASK, createdAt: after(700), startedAt: after(790) }]),
      {},
      {},
    ],
    [
      'has no pull where there was none',
      hostWith([{ ...TASK, pullStartedAt: null, pullStoppedAt: null }]),
      {},
      { pull: null },
    ],
    ['out of a warm pool is another', hostWith([TASK]), { isFirstStart: false }, { again: true }],
    ['of a host that does not say when it was up', hostWith([TASK], { upAt: null }), {}, { up: null }],
    ['of a host that was up before, as it says', hostWith([TASK], { upAt: after(-60) }), {}, { up: null }],
    ['of an AMI that the fleet does not know', hostWith([TASK]), { amiId: 'ami-9' }, { publication: null }],
  ])('%s', (_, host, instance, expected) => {
    expect(measured(host, instance)).toEqual([{ ...START, ...expected }]);
  });

  test.each<[string, ContainerHost, Partial<GroupInstance>, Date]>([
    ['no task has run yet', hostWith([{ ...TASK, startedAt: null }]), {}, after(900)],
    ['its tasks were not asked for', hostWith(undefined), {}, after(3700)],
    ['it has not registered', hostWith([TASK], { instanceId: 'i-2' }), {}, after(900)],
    ['it leaves', hostWith([TASK]), { isLeaving: true }, after(900)],
    ['it is too old for ECS to show its first task', hostWith([TASK]), {}, after(75 * 60)],
    ['EC2 does not say when it was launched', hostWith([TASK]), { launchedAt: null }, after(900)],
  ])('is not measured where %s', (_, host, instance, now) => {
    expect(measured(host, instance, now)).toEqual([]);
  });

  test('without a task for an hour has none', () => {
    expect(measured(hostWith([]), {}, after(3599))).toEqual([]);
    expect(measured(hostWith([]), {}, after(3600))).toEqual([{ ...START, pull: null, firstTask: null }]);
  });

  test('is measured once, and once more when the instance was started again', () => {
    const known = [START];
    expect(measureStarts(worldOf(), [hostWith([TASK])], known).fresh).toEqual([]);
    const again = { launchedAt: after(120), isFirstStart: false };
    expect(measureStarts(worldOf(again), [hostWith([TASK])], known).fresh).toMatchObject([
      { again: true, registered: 180 },
    ]);
  });
});

const starts = (publication: string, firstTasks: readonly (number | null)[], launched: Date, again = false) =>
  firstTasks.map((firstTask, index): HostStart => ({
    ...START,
    instance: `i-${index}`,
    publication,
    launched: launched.toISOString(),
    again,
    firstTask,
  }));

describe('what is kept', () => {
  test('fits into a parameter, and has the newest starts of each publication', async () => {
    const start = fc.record({
      at: fc.integer({ min: 0, max: 1e6 }),
      publication: fc.constantFrom(null, OLD.id, NEW.id, NEWER.id),
      firstTask: fc.option(fc.integer({ min: 0, max: 3600 })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(start, { minLength: 1, maxLength: 120 }), async (all) => {
        const parameters = memoryParameters();
        const fresh = all.map(({ at, firstTask, publication }, index): HostStart => ({
          ...START,
          instance: `i-${String(index).padStart(17, '0')}`,
          publication,
          launched: after(at).toISOString(),
          firstTask,
        }));
        const world = { ...worldOf(), starts: { fresh, known: [] } };
        await keepStarts({ parameters } as never, NAMES.starts, world);
        const text = parameters.values.get(NAMES.starts) ?? '';
        expect(text.length).toBeLessThanOrEqual(4096);
        const kept = hostStartsSchema.parse(JSON.parse(text)).starts;
        expect(kept.length).toBeGreaterThanOrEqual(Math.min(10, fresh.length > 10 ? 10 : 1));
        const newest = Math.max(...fresh.map(({ launched }) => Date.parse(launched)));
        expect(kept[0]?.launched).toBe(new Date(newest).toISOString());
        for (const one of Map.groupBy(kept, ({ publication }) => publication).values()) {
          expect(one.length).toBeLessThanOrEqual(10);
        }
      }),
    );
  });

  test('is measured anew where it cannot be read', async () => {
    const parameters = memoryParameters();
    expect(await readStarts(parameters, NAMES.starts)).toEqual([]);
    parameters.values.set(NAMES.starts, '{"schema":"winbake.host-starts/9"}');
    expect(await readStarts(parameters, NAMES.starts)).toEqual([]);
  });
});

interface VerdictOptions {
  readonly bad?: readonly { readonly publication: string }[];
  readonly most?: number | null;
  readonly instances?: number;
}

describe('a canary', () => {
  const BEFORE = new Date(LAUNCH.getTime() - 86_400_000);
  const six = [390, 400, 380, 410, 420, 370];
  const verdict = (
    known: readonly HostStart[],
    { bad = [], most = 3, instances = 1 }: VerdictOptions = {},
  ) => {
    const world = worldOf();
    const group = {
      instances: Array.from({ length: instances }, (_, index) => ({ ...INSTANCE, id: `i-${index}` })),
    };
    return tooSlow(
      {
        ...world,
        group,
        state: { ...world.state, bad },
        policy: { maxFirstTaskSlowdown: most },
        starts: { fresh: [], known },
      } as never,
      { publication: NEW, template: null, startedAt: LAUNCH.toISOString() } as FleetRollout,
    );
  };

  test.each<[string, readonly HostStart[], Parameters<typeof verdict>[1], boolean]>([
    [
      'three times as long is not too slow',
      [...starts(OLD.id, six, BEFORE), ...starts(NEW.id, [1170], after(60))],
      {},
      false,
    ],
    [
      'more than three times as long is',
      [...starts(OLD.id, six, BEFORE), ...starts(NEW.id, [1171], after(60))],
      {},
      true,
    ],
    [
      'the prop allows more',
      [...starts(OLD.id, six, BEFORE), ...starts(NEW.id, [1171], after(60))],
      { most: 4 },
      false,
    ],
    [
      'a fleet that compares nothing',
      [...starts(OLD.id, six, BEFORE), ...starts(NEW.id, [9999], after(60))],
      { most: null },
      false,
    ],
    [
      'four starts of before are too few',
      [...starts(OLD.id, six.slice(0, 4), BEFORE), ...starts(NEW.id, [9999], after(60))],
      {},
      false,
    ],
    [
      'one of four new instances is too few',
      [...starts(OLD.id, six, BEFORE), ...starts(NEW.id, [9999], after(60))],
      { instances: 4 },
      false,
    ],
    [
      'three of four are enough',
      [...starts(OLD.id, six, BEFORE), ...starts(NEW.id, [9999, 9999, 390], after(60))],
      { instances: 4 },
      true,
    ],
    [
      'not later than nine of ten of before',
      [...starts(OLD.id, [...six, 2000], BEFORE), ...starts(NEW.id, [1999], after(60))],
      {},
      false,
    ],
    [
      'a warm pool says nothing of before',
      [...starts(OLD.id, six, BEFORE, true), ...starts(NEW.id, [390], after(60))],
      {},
      false,
    ],
    [
      'nor of the canary',
      [...starts(OLD.id, six, BEFORE), ...starts(NEW.id, [9999], after(60), true)],
      {},
      false,
    ],
    [
      'instances without a task say nothing',
      [...starts(OLD.id, six, BEFORE), ...starts(NEW.id, [null], after(60))],
      {},
      false,
    ],
    [
      'what was bad is no measure',
      [...starts(NEWER.id, six, BEFORE), ...starts(NEW.id, [9999], after(60))],
      { bad: [{ publication: NEWER.id }] },
      false,
    ],
    [
      'a launch template of the same publication is compared with that',
      [...starts(NEW.id, six, BEFORE), ...starts(NEW.id, [9999], after(60))],
      {},
      true,
    ],
  ])('%s', (_, known, options, isSlow) => {
    expect(verdict(known, options) !== undefined).toBe(isSlow);
  });

  test('is never too slow where it is no later than the slowest of before, whatever the order and the scale', () => {
    const seconds = fc.integer({ min: 1, max: 3600 });
    fc.assert(
      fc.property(
        fc.array(seconds, { minLength: 1, maxLength: 20 }),
        seconds,
        fc.integer({ min: 1, max: 9 }),
        (before, now, scale) => {
          const all = (factor: number, olds: readonly number[]) => [
            ...starts(
              OLD.id,
              olds.map((one) => one * factor),
              BEFORE,
            ),
            ...starts(NEW.id, [now * factor], after(60)),
          ];
          const isSlow = verdict(all(1, before)) !== undefined;
          expect(verdict(all(scale, [...before].reverse())) !== undefined).toBe(isSlow);
          expect(isSlow && (before.length < 5 || now <= 3 * Math.min(...before))).toBe(false);
          expect(!isSlow && before.length >= 5 && now > 3 * Math.max(...before)).toBe(false);
        },
      ),
    );
  });

  test('is told in seconds', () => {
    expect(verdict([...starts(OLD.id, six, BEFORE), ...starts(NEW.id, [1500], after(60))])).toBe(
      'its first tasks run 1500 s after launch (median of 1), those of before 390 s (median of 6): more than 3 times as long',
    );
  });
});
