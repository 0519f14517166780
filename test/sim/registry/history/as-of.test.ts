import { UsageError } from '../../../../lib/contract/values/errors';
import { checkAsOf, parseAsOf } from '../../../../sim/registry/history/history';
import { history } from './event-fixture';

const timeline = history({ from: '2026-03-10T18:00:00Z' }, { from: '2026-04-14T18:00:00Z' });

test.each([
  ['2026-03-10T18:00:00Z', '2026-03-10T18:00:00.000Z'],
  ['2026-03-10T11:00:00-07:00', '2026-03-10T18:00:00.000Z'],
  ['2026-03-11', '2026-03-11T00:00:00.000Z'],
  ['2026-04-14T18:00Z', '2026-04-14T18:00:00.000Z'],
  ['2026-04-30T23:59:59.999Z', '2026-04-30T23:59:59.999Z'],
  [undefined, '2026-04-14T18:00:00.000Z'],
])('%p is the moment %s', (text, instant) => {
  expect(parseAsOf(text, timeline).toISOString()).toBe(instant);
});

test.each([
  '',
  'yesterday',
  '2026-03-10T18:00:00',
  '2026-02-30',
  '2026-13-01',
  '2026-03-10T25:00:00Z',
  '1773165600',
])('%p is no moment', (text) => {
  expect(() => parseAsOf(text, timeline)).toThrow(UsageError);
  expect(() => parseAsOf(text, timeline)).toThrow(`got: '${text}'`);
});

test.each(['2026-03-10', '2026-03-10T17:59:59Z', '2026-05-01', '1999-01-01'])(
  '%s is outside the history',
  (text) => {
    expect(() => parseAsOf(text, timeline)).toThrow(
      new UsageError(
        `The history goes from 2026-03-10T18:00:00.000Z to 2026-04-30T23:59:59.999Z; got: '${text}'.`,
      ),
    );
  },
);

test('a date that is none is outside as well', () => {
  expect(() => checkAsOf(new Date(NaN), timeline)).toThrow(UsageError);
});
