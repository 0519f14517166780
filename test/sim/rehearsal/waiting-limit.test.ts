import { WaitingLimit } from '../../../sim/rehearsal/rebake';
import type { ReportedDecision } from '../../../sim/rehearsal/rehearsal-report';

const HOUR = 3600;

function poll(hour: number, code: 'LATE' | 'EXPECTED_NEWER', decision = 'wait'): ReportedDecision {
  const at = new Date(Date.UTC(2025, 9, 14, hour)).toISOString();
  return { at, decision, findings: [{ code, severity: 'warning', message: '' }] };
}

function take(polls: readonly ReportedDecision[]): number {
  const limit = new WaitingLimit(36 * HOUR);
  for (const [index, one] of polls.entries()) {
    try {
      limit.check(one, 'Nothing can be read.');
    } catch (error) {
      expect(error).toMatchObject({
        code: 'REHEARSAL_FAILED',
        message: 'The gate waited for more than 36 h and nothing changed (LATE): Nothing can be read.',
      });
      return index;
    }
  }
  return polls.length;
}

test('one longest wait without a change is what the gate may take', () => {
  const hours = Array.from({ length: 100 }, (_, hour) => hour);
  expect(take(hours.slice(0, 37).map((hour) => poll(hour, 'LATE')))).toBe(37);
  expect(take(hours.map((hour) => poll(hour, 'LATE')))).toBe(38);
});

test('a change begins a new wait', () => {
  const polls = Array.from({ length: 72 }, (_, hour) => poll(hour, hour < 36 ? 'EXPECTED_NEWER' : 'LATE'));
  expect(take(polls)).toBe(72);
});

test('a wait that is longer than the longest between two polls is no sign', () => {
  expect(take([poll(0, 'LATE'), poll(50, 'LATE')])).toBe(2);
});
