import { tenPacific } from '../../core/calendar/patch-tuesday';
import type { HostRevision } from '../../core/history/host-revisions';

/** From this instant on (milliseconds since 1970) a fully updated host has this revision, unless it has a greater one. */
export interface HostStep {
  readonly time: number;
  readonly revision: number;
}

/** The steps that a table gives a build: its `B` updates, each from 10:00 Pacific of its day. */
export function tableSteps(rows: readonly HostRevision[], build: number): readonly HostStep[] {
  return rows
    .filter((row) => row.build === build && row.type === 'B')
    .map((row) => ({ time: tenPacific(row.date).getTime(), revision: row.revision }));
}

/** The greatest revision of the steps up to an instant, since no update takes a host back; undefined before the first. */
export function revisionAt(steps: readonly HostStep[], instant: Date): number | undefined {
  const reached = steps.filter((step) => step.time <= instant.getTime());
  return reached.length === 0 ? undefined : Math.max(...reached.map((step) => step.revision));
}

/** The revision of a fully updated host of a build at an instant, by a table; undefined before its first `B` update. */
export function hostRevisionAt(
  rows: readonly HostRevision[],
  build: number,
  instant: Date,
): number | undefined {
  return revisionAt(tableSteps(rows, build), instant);
}
