import type { WrapPorts } from '../../../sim/reliability/installation';
import { shrinkHistory, shrinkList } from '../../../sim/reliability/simulate-fleets';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

test.each([
  ['one of many', 100, [37]],
  ['two far apart', 64, [0, 63]],
  ['three neighbours', 30, [10, 11, 12]],
  ['all', 3, [0, 1, 2]],
  ['none', 5, []],
])('of a list %s are left', async (_name, count, needed) => {
  const { isShortest, part } = await shrinkList(numbers(count), (one) =>
    Promise.resolve(needed.every((each) => one.includes(each))),
  );
  expect({ isShortest, part }).toEqual({ isShortest: true, part: needed });
});

test('once the time is over what is left by then is given', async () => {
  let left = 3;
  const { isShortest, part } = await shrinkList(
    numbers(100),
    (one) => Promise.resolve(one.includes(37)),
    () => (left -= 1) < 0,
  );
  expect(isShortest).toBe(false);
  expect(part).toContain(37);
  expect(part.length).toBeLessThan(100);
});

test('a history of months is shrunk to the few happenings that break a planted rule', async () => {
  // Holds are not seen.
  const plant: WrapPorts = (_fleet, ports) => ({
    ...ports,
    parameters: {
      below: (path) => ports.parameters.below(path),
      put: (name, value, type) => ports.parameters.put(name, value, type),
      get: (name) => (name.endsWith('/overrides') ? Promise.resolve(undefined) : ports.parameters.get(name)),
    },
  });
  const found = await shrinkHistory({ years: 0.5, fleets: 4, seed: 3, rates: { hold: 0.5 }, plant });
  expect(found?.violation.rule).toBe('hold');
  expect(found?.isShortest).toBe(true);
  expect(found?.fleets).toHaveLength(1);
  const kinds = found?.happenings.map(({ kind }) => kind) ?? [];
  expect(kinds).toContain('hold');
  expect(kinds.length).toBeLessThanOrEqual(10);
});

test('where nothing breaks nothing is shrunk', async () => {
  expect(await shrinkHistory({ years: 0.1, fleets: 1, seed: 1 })).toBeUndefined();
});
