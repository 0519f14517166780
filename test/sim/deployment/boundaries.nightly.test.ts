import { atBoundary, countCalls, HAPPENINGS, WELL } from '../../support/deployment/at-boundary';

/** As long as it takes: the longest that a timer knows. */
jest.setTimeout(2 ** 31 - 1);

test.each(HAPPENINGS)('%s at each border of a call of a bake and a rollout', async (happening) => {
  const calls = await countCalls();
  for (let number = 1; number <= calls; number += 1) {
    expect({ number, ...(await atBoundary(number, happening)) }).toEqual({ number, ...WELL });
  }
});
