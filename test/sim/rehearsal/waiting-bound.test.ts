import { WaitingBound } from '../../../sim/rehearsal/rebake';
import type { ReportedDecision } from '../../../sim/rehearsal/rehearsal-report';

const HOUR = 3600;

function look(hour: number, code: 'LATE' | 'EXPECTED_NEWER', decision = 'wait'): ReportedDecision {
  const at = new Date(Date.UTC(2025, 9, 14, hour)).toISOString();
  return { at, decision, findings: [{ code, severity: 'warning', message: '' }] };
}

function take(looks: readonly ReportedDecision[]): number {
  const bound = new WaitingBound(36 * HOUR);
  for (const [index, one] of looks.entries()) {
    try {
      bound.check(one, 'Nothing can be read.');
    } catch (error) {
      expect(error).toMatchObject({
        code: 'REHEARSAL_FAILED',
        message: 'The gate waited for more than 36 h and nothing changed (LATE): Nothing can be read.',
      });
      return index;
    }
  }
  return looks.length;
}

test('one longest wait without a change is what the gate may take', () => {
  const hours = Array.from({ length: 100 }, (_, hour) => hour);
  expect(take(hours.slice(0, 37).map((hour) => look(hour, 'LATE')))).toBe(37);
  expect(take(hours.map((hour) => look(hour, 'LATE')))).toBe(38);
});

test('a change begins a new wait', () => {
  const looks = Array.from({ length: 72 }, (_, hour) => look(hour, hour < 36 ? 'EXPECTED_NEWER' : 'LATE'));
  expect(take(looks)).toBe(72);
});

test('a wait that is longer than the longest between two looks is no sign', () => {
  expect(take([look(0, 'LATE'), look(50, 'LATE')])).toBe(2);
});
