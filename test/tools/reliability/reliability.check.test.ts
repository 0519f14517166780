import { simulate } from '../../../tools/reliability/run-reliability';

test('what goes wrong by seed ends in publications without a person, none of them wrong', async () => {
  const bakes = await simulate(22, 20);
  expect(bakes).toHaveLength(22);
  expect(bakes.filter(({ faults }) => faults.length > 0).length).toBeGreaterThan(0);
  expect(bakes.filter(({ hours, wrong }) => hours === null || wrong.length > 0)).toEqual([]);
});

test('the same seed is the same year', async () => {
  expect(await simulate(3, 7)).toEqual(await simulate(3, 7));
});
