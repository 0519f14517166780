import { monthsFrom } from '../../../../sim/rehearsal/pass-time';
import { history } from './event-fixture';

const HISTORY = history({ from: '2025-01-01T00:00:00Z' }, { from: '2025-06-20T00:00:00Z' });
const END = '2025-06-30T23:59:59.999Z';

function period(asOf: string | undefined, months: number): readonly string[] {
  const { asOf: start, ends } = monthsFrom(asOf, months, HISTORY);
  return [start, ...ends].map((instant) => instant.toISOString());
}

test('a month ends with the next Patch Tuesday', () => {
  const may = '2025-05-13T17:00:00.000Z';
  const june = '2025-06-10T17:00:00.000Z';
  expect(period('2025-04-20', 2)).toEqual(['2025-04-20T00:00:00.000Z', may, june]);
  expect(period(may, 2)).toEqual([may, june, END]);
  expect(period('2025-06-11', 1)).toEqual(['2025-06-11T00:00:00.000Z', END]);
});

test('the last months of the history are the default', () => {
  expect(period(undefined, 1)).toEqual(['2025-06-10T17:00:00.000Z', END]);
  expect(period(undefined, 3)[0]).toBe('2025-04-08T17:00:00.000Z');
});

test('a month that would begin after the history is refused', () => {
  expect(() => period('2025-06-11', 2)).toThrow(
    `The history ends at ${END}; got: --months 2 from 2025-06-11T00:00:00.000Z, whose month 2 would begin at 2025-07-08T17:00:00.000Z.`,
  );
});
