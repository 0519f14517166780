import { atBoundary, countCalls, HAPPENINGS, WELL } from '../../support/deployment/at-boundary';

/** As long as it takes: the longest that a timer knows. */
jest.setTimeout(2 ** 31 - 1);

/** Of a slice: each so manieth border from one on, such as `WINBAKE_BOUNDARIES=10,3` for 3, 13, 23 and so on; absent: all. */
const [STEP = 1, FIRST = 1] = (process.env['WINBAKE_BOUNDARIES'] ?? '1,1').split(',').map(Number);

/** Some 900 calls, each three times, of which one takes a third of a second or two. All that is amiss is shown at the end. */
test.each(HAPPENINGS)('%s at each border of a call of a bake and a rollout', async (happening) => {
  const calls = await countCalls();
  const amiss: object[] = [];
  for (let number = FIRST; number <= calls; number += STEP) {
    const outcome = await atBoundary(number, happening).catch((error: unknown) => ({ error: String(error) }));
    if (JSON.stringify(outcome) !== JSON.stringify(WELL)) {
      amiss.push({ number, ...outcome });
    }
  }
  expect(calls).toBeGreaterThan(500);
  expect(amiss).toEqual([]);
});
