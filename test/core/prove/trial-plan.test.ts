import { MAX_USD, planTrial, USD_PER_HOUR } from '../../../lib/core/prove/trial-plan';

const BUDGET = { maxUsd: MAX_USD, usdPerHour: USD_PER_HOUR, instanceType: 'm6i.xlarge' };

test.each([
  ['SERVER_2022_CORE', 19, 12],
  ['SERVER_2016_FULL', 22, 16],
])('a trial of %s costs at most %s USD and takes %s hours', (os, atMostUsd, atMostHours) => {
  const plan = planTrial({ os, pipeline: 'web' }, { ...BUDGET, maxUsd: 30 });
  expect(plan).toMatchObject({ atMostUsd, atMostHours });
  const text = plan.lines.join('\n');
  expect(text).toContain(`at most ${atMostUsd}.00 USD and ${atMostHours} h`);
  expect(text).toContain('run on, for at most 3.00 USD an hour: winbake prove web --clean');
});

test('what is more than a person allows is refused to the cent', () => {
  const description = { os: 'SERVER_2022_CORE', pipeline: 'web' };
  expect(planTrial(description, { ...BUDGET, maxUsd: 19 }).atMostUsd).toBe(19);
  expect(() => planTrial(description, { ...BUDGET, maxUsd: 18.99 })).toThrow(/may cost 19\.00 USD/);
});
