import type { FleetEvidence } from '../../lib/core/fleet/fleet-evidence';
import { latest, rolloutRow, type TimelineRow } from '../shared/timeline-text';

/** What was published and rolled out to fleets since the newest release of a month; what is open lasts until now. */
export function evidenceRows(all: readonly FleetEvidence[]): {
  readonly released: string;
  readonly rows: readonly TimelineRow[];
} {
  const steps = all.flatMap(stepsOf);
  const released = latest(steps.map((one) => one.released));
  const ofRelease = steps.filter((one) => one.released === released);
  const now = all.flatMap(({ open }) =>
    open === null ? [] : [new Date(Date.parse(open.released) + open.hoursSinceRelease * HOUR).toISOString()],
  );
  const end = latest([
    ...now,
    ...ofRelease.flatMap(
      ({ firstInstanceAt, lastInstanceAt, promotedAt }) => lastInstanceAt ?? firstInstanceAt ?? promotedAt,
    ),
  ]);
  const published = (publication: string, at: string): TimelineRow => ({
    ...{ label: publication, at, note: 'published' },
    spans: [
      { from: released, until: at, mark: 'waits' },
      { from: at, until: end, mark: 'there' },
    ],
  });
  const rows = [...Map.groupBy(ofRelease, (one) => one.publication)].flatMap(([publication, of]) => [
    published(publication, latest(of.map((one) => one.published))),
    ...of.map((one) => rolloutRow(one, end)),
  ]);
  return { released, rows };
}

/** What a fleet did with each publication, and what is open and has no entry yet. */
function stepsOf({ fleet, open, rollouts }: FleetEvidence) {
  const ended = rollouts.map(({ firstInstance, lastInstance, outcome, promoted, publication, ...one }) => ({
    ...{ fleet, publication, outcome, released: one.released, published: one.published },
    ...{ promotedAt: promoted, firstInstanceAt: firstInstance, lastInstanceAt: lastInstance },
  }));
  const isKnown =
    open === null ||
    rollouts.some((one) => one.publication === open.publication && one.released === open.released);
  return isKnown
    ? ended
    : [
        ...ended,
        {
          ...{ fleet, publication: open.publication, outcome: 'open' },
          ...{ released: open.released, published: open.published, promotedAt: open.promoted },
          ...{ firstInstanceAt: null, lastInstanceAt: null },
        },
      ];
}

const HOUR = 3_600_000;
