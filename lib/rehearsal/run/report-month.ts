import type { PassedMonth } from './pass-months';
import type { ReportedMonth } from './rehearsal-report';
import type { ScheduledCare } from './take-care';

/** A month with the longest that `current` was without a released update in it. */
export function reportMonth(
  { fleets, from, runs, until }: PassedMonth,
  { measurements }: Pick<ScheduledCare, 'measurements'>,
): ReportedMonth {
  const hours = measurements
    .filter(({ at, name }) => name === 'HoursUnpatched' && at >= from && at < until)
    .map(({ value }) => value);
  return {
    from: from.toISOString(),
    until: until.toISOString(),
    rebakes: runs.map(({ reported }) => reported),
    fleets,
    hoursUnpatched: Math.max(0, ...hours),
  };
}
