import { amissAtEach, countCalls } from '../../support/deployment/at-boundary';

/** As long as it takes: the longest that a timer knows. A file for each happening: they run beside each other. */
jest.setTimeout(2 ** 31 - 1);

test('an update at each border of a call of a bake and a rollout', async () => {
  expect(await countCalls()).toBeGreaterThan(500);
  expect(await amissAtEach('update')).toEqual([]);
});
