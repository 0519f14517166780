import { simulateAccountYears } from '../../../tools/reliability/simulate-account-years';
import { NOTHING, PLANTS } from '../../support/account-plants';

test.each(PLANTS.map((one) => [one.name, one] as const))(
  'the oracle of accounts sees that %s',
  async (_name, { months, plant, rates, rule }) => {
    const { violations } = await simulateAccountYears({
      years: (months / 12) * 3,
      seed: 1,
      isFirstEnough: true,
      rates: { ...NOTHING, ...rates },
      plant,
    });
    expect(violations.map((one) => one.rule)).toContain(rule);
  },
);

/** Another draw each day. */
const DAY = Math.floor(Date.now() / 86_400_000);

test("a fleet-year of this day's seed breaks no rule", async () => {
  const { violations } = await simulateAccountYears({ years: 1, seed: DAY });
  expect(violations).toEqual([]);
});
