import { amissAtEach } from '../../support/deployment/at-boundary';

/** As long as it takes: the longest that a timer knows. A file for each happening: they run beside each other. */
jest.setTimeout(2 ** 31 - 1);

test('a deletion, the fleet first, at each border of a call of a bake and a rollout', async () => {
  expect(await amissAtEach('deleteFleetFirst')).toEqual([]);
});
