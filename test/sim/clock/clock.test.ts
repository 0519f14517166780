import { SkippedWaits, VirtualClock } from '../../../sim/clock/virtual-clock';

const START = new Date('2025-10-14T17:00:00Z');
const later = (minutes: number) => new Date(START.getTime() + minutes * 60_000);

test('the clock stands still until something waits, and tells of every jump', async () => {
  const clock = new VirtualClock(START);
  const jumps: Date[] = [];
  clock.onJump((now) => jumps.push(now));
  expect(clock.now()).toEqual(START);
  await clock.waitUntil(later(15));
  await clock.waitUntil(later(15));
  await clock.waitUntil(later(5));
  await clock.waitUntil(later(30));
  expect(clock.now()).toEqual(later(30));
  expect(jumps).toEqual([later(15), later(30)]);
});

test('what is done again and again is done in its order, at its instants, and not within itself', async () => {
  const clock = new VirtualClock(START);
  const done: string[] = [];
  const note = (name: string) => done.push(`${name} ${clock.now().toISOString().slice(11, 16)}`);
  clock.every(15 * 60_000, async () => {
    note('housekeeping');
    await clock.waitUntil(new Date(clock.now().getTime() + 60_000));
  });
  clock.every(10 * 60_000, () => {
    note('poll');
    return Promise.resolve();
  });
  await clock.waitUntil(later(31));
  expect(done).toEqual([
    'poll 17:10',
    'housekeeping 17:15',
    'poll 17:20',
    'housekeeping 17:30',
    'poll 17:31',
  ]);
  expect(clock.now()).toEqual(later(31));
});

test('what fails ends the wait that passed it, and the next one goes on', async () => {
  const clock = new VirtualClock(START);
  clock.every(60_000, () => Promise.reject(new Error('failed')));
  await expect(clock.waitUntil(later(5))).rejects.toThrow('failed');
  expect(clock.now()).toEqual(later(1));
  await expect(clock.waitUntil(later(5))).rejects.toThrow('failed');
  expect(clock.now()).toEqual(later(2));
});

test('nobody can move the clock by what it gave them', () => {
  const clock = new VirtualClock(START);
  clock.now().setTime(0);
  expect(clock.now()).toEqual(START);
});

describe('waits of a network client', () => {
  const { signal } = new AbortController();

  test('take no time, and pass on the clock', async () => {
    const { clock, sleep } = new SkippedWaits();
    const [real, before] = [Date.now(), clock()];
    await sleep(1_800_000, signal);
    await sleep(1_800_000, signal);
    expect(Date.now() - real).toBeLessThan(1_800_000);
    expect(clock() - before).toBeGreaterThanOrEqual(3_600_000);
  });

  test('that began together pass together, the shortest first', async () => {
    const { clock, sleep } = new SkippedWaits();
    const before = clock();
    const woken: number[] = [];
    await Promise.all(
      [3_000_000, 1_000_000, 2_000_000].map(async (milliseconds) => {
        await sleep(milliseconds, signal);
        woken.push(milliseconds);
      }),
    );
    expect(woken).toEqual([1_000_000, 2_000_000, 3_000_000]);
    expect(clock() - before).toBeLessThan(4_000_000);
  });

  test('end with the signal', async () => {
    const controller = new AbortController();
    const { sleep } = new SkippedWaits();
    const waiting = sleep(1000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(sleep(1000, controller.signal)).rejects.toThrow('enough');
  });
});
