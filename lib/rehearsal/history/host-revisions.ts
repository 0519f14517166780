import type { HostRevision } from '../../core/history/host-revisions';
import { readOsVersion } from '../../contract/values/os-version';
import { releaseOfBuild } from '../../contract/values/release';
import type { History } from './history';
import { revisionAt, tableSteps, type HostStep } from './host-steps';
import { patchTuesdaySteps } from './patch-tuesday-steps';
import { readHostRevisions } from './read-host-revisions';

/** Where the revisions of a pretended host come from. */
export interface HostRevisionsOptions {
  readonly history: History;
  /** Whether the history is a file of the user and not the built-in one. */
  readonly userHistory: boolean;
  /** A table in place of the built-in one. */
  readonly hosts?: string;
}

/** The revision of a fully updated host of a build at an instant; undefined where nothing is known up to it. */
export type HostRevisionLookup = (build: number, instant: Date) => number | undefined;

/**
 * At which revision a fully updated pretended host is.
 *
 * By the user's table where there is one, else by the built-in table. Beside a history of the user the built-in table
 * counts only for months whose `B` revision that history also holds; in all other months the host gets what servercore's
 * floating tag showed on Patch Tuesday. Throws a `WinbakeError` where the table cannot be read.
 */
export function hostRevisions(options: HostRevisionsOptions): HostRevisionLookup {
  const rows = readHostRevisions(options.hosts);
  const mixed = options.userHistory && options.hosts === undefined;
  const stepsOf = (build: number): readonly HostStep[] =>
    mixed ? mixedSteps(rows, options.history, build) : tableSteps(rows, build);
  const known = new Map<number, readonly HostStep[]>();
  return (build, instant) => {
    const steps = known.get(build) ?? stepsOf(build);
    known.set(build, steps);
    return revisionAt(steps, instant);
  };
}

function mixedSteps(table: readonly HostRevision[], history: History, build: number): readonly HostStep[] {
  const seen = firstSeen(history, build);
  const held = table.filter((row) => row.build === build && row.type === 'B' && isHeld(row, seen));
  const months = new Set(held.map((row) => row.date.slice(0, 7)));
  const release = releaseOfBuild(build);
  const shown = release === undefined ? [] : patchTuesdaySteps(history, release);
  return [...tableSteps(held, build), ...shown.filter((step) => !months.has(step.month))];
}

/**
 * Whether a history holds the revision of a row: by the end of the row's month, or in what it begins with. A revision
 * that it shows only later is another thing under the same number, as in a recorded timeline moved to other years.
 */
function isHeld(row: HostRevision, seen: ReadonlyMap<number, number>): boolean {
  const [year, month] = row.date.split('-').map(Number);
  const monthEnd = Date.UTC(year ?? 0, month ?? 0, 1);
  const time = seen.get(row.revision);
  return time !== undefined && (time < monthEnd || time === Math.min(...seen.values()));
}

/** When each revision of a build was first seen in a history, under any tag. */
function firstSeen(history: History, build: number): ReadonlyMap<number, number> {
  const seen = new Map<number, number>();
  for (const { osVersion, time } of history.events) {
    const version = osVersion === null ? undefined : readOsVersion(osVersion);
    if (version?.build === build && !seen.has(version.revision)) {
      seen.set(version.revision, time);
    }
  }
  return seen;
}
