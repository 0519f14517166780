import { wrongSchedule } from '../../../lib/core/aws-rules/schedule-rules';

const SCHEDULER = { at: true, isRateOfOneSingular: false };
const EVENTS = { at: false, isRateOfOneSingular: true };

test.each([
  'cron(15 10 ? * 6L 2027-2028)',
  'cron(0 9 ? * 2#1 *)',
  'cron(0 18 L * ? *)',
  'cron(0 8 15W * ? *)',
  'cron(0/5 8-17 ? * MON-FRI *)',
  'cron(0-15/1 8-8 ? * 2,3,4,5,6,7 *)',
  'cron(1-31/30 1-1 ? JAN,JUL 1,7 *)',
  'cron(0 0 1,15 * ? *)',
  'rate(5 minutes)',
  'rate(1 hour)',
  'rate(30 days)',
])('%s is a schedule everywhere', (expression) => {
  expect(wrongSchedule(expression, SCHEDULER)).toEqual([]);
  expect(wrongSchedule(expression, EVENTS)).toEqual([]);
});

test.each([
  ['* * * * *', 'cron(...)'],
  ['cron(0 10 * * *)', 'six fields'],
  ['cron(0 10 * * * *)', '?'],
  ['cron(0 10 ? * ? *)', '?'],
  ['cron(60 10 * * ? *)', '60'],
  ['cron(0 24 * * ? *)', '24'],
  ['cron(0 10 0 * ? *)', '0'],
  ['cron(0 10 * 13 ? *)', '13'],
  ['cron(0 10 ? * 0 *)', '0'],
  ['cron(0 10 ? * MON#6 *)', '6'],
  ['cron(0 10 * * ? 1969)', '1969'],
  ['rate(0 minutes)', 'rate(0 minutes)'],
  ['rate(10 seconds)', 'rate(10 seconds)'],
  ['rate(1.5 hours)', 'rate(1.5 hours)'],
  ['every(5 minutes)', 'every(5 minutes)'],
])('%s is a schedule nowhere', (expression, got) => {
  expect(wrongSchedule(expression, SCHEDULER).join()).toContain(got);
  expect(wrongSchedule(expression, EVENTS)).not.toEqual([]);
});

test('a rate of one is spelled in the singular by EventBridge, and as one likes by its Scheduler', () => {
  expect(wrongSchedule('rate(1 minutes)', EVENTS)).not.toEqual([]);
  expect(wrongSchedule('rate(5 minute)', EVENTS)).not.toEqual([]);
  expect(wrongSchedule('rate(1 minutes)', SCHEDULER)).toEqual([]);
});

test('an instant is for the Scheduler alone, and without a zone', () => {
  expect(wrongSchedule('at(2027-02-28T09:00:00)', SCHEDULER)).toEqual([]);
  expect(wrongSchedule('at(2027-02-28T09:00:00Z)', SCHEDULER)).not.toEqual([]);
  expect(wrongSchedule('at(2027-02-30T09:00:00)', SCHEDULER)).not.toEqual([]);
  expect(wrongSchedule('at(2027-02-28T09:00:00)', EVENTS)).not.toEqual([]);
});
