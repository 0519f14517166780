import { join } from 'node:path';
import { readOsVersion } from '../../../lib/contract/values/os-version';
import { type Release, releaseOfBuild } from '../../../lib/contract/values/release';
import { tenPacific, patchTuesday } from '../../../lib/core/calendar/patch-tuesday';
import type { HistoryEvent } from '../../../lib/core/history/history-event';
import { familyOf } from '../../../lib/core/images/family';
import { packageRoot } from '../../package-root';
import type { History } from './history';
import { readText } from './read-history';
import { WinbakeError } from '../../../lib/contract/values/errors';
import { readDay } from '../../../lib/contract/values/instant';

/**
 * The kinds of Windows updates: `B` on the second Tuesday, `OOB` out of band, `C` and `D` optional previews, `hotpatch`,
 * `RTM` the release itself, `non-B` an old update of which no more is known.
 */
const UPDATE_TYPES = ['B', 'OOB', 'C', 'D', 'hotpatch', 'RTM', 'non-B'] as const;

/** The kind of a Windows update. */
type UpdateType = (typeof UPDATE_TYPES)[number];

/** One update of a Windows build that hosts could get. */
export interface HostRevision {
  readonly build: number;
  readonly revision: number;
  readonly osVersion: string;
  /** The article of the update, such as `KB5066782`; empty for a release itself. */
  readonly kb: string;
  /** The day of release, `YYYY-MM-DD`, in Redmond. */
  readonly date: string;
  readonly type: UpdateType;
  readonly hasContainerImage: 'yes' | 'no' | 'unknown';
}

const HEADER = 'build,revision,os_version,kb,date,type,hasContainerImage';
const ANSWERS = ['yes', 'no', 'unknown'] as const;

/**
 * The rows of a table of host revisions: comma-separated, unquoted, with a fixed header. `name` names the file to people;
 * throws a `WinbakeError` with code `DOCUMENT_INVALID` that says which line is wrong.
 */
function parseHostRevisions(text: string, name: string): readonly HostRevision[] {
  const [header = '', ...lines] = text.split(/\r?\n/);
  if (header !== HEADER) {
    throw new WinbakeError(
      'DOCUMENT_INVALID',
      `${name} must begin with the line ${HEADER}; got: '${header.slice(0, 80)}'.`,
    );
  }
  const rows = lines.flatMap((line, index) => {
    return line.trim() === '' ? [] : [parseRow(line, `${name}, line ${index + 2}`)];
  });
  if (rows.length === 0) {
    throw new WinbakeError('DOCUMENT_INVALID', `${name} names no revision; got: only a header.`);
  }
  return rows;
}

function parseRow(line: string, place: string): HostRevision {
  const fail = (problem: string): never => {
    throw new WinbakeError('DOCUMENT_INVALID', `${place}: ${problem}; got: '${line.slice(0, 80)}'.`);
  };
  const fields = line.split(',');
  if (fields.length !== 7) {
    return fail(`a row has 7 fields`);
  }
  const [build = '', revision = '', osVersion = '', kb = '', date = '', type, image] = fields;
  const version =
    readOsVersion(osVersion) ?? fail('os_version must have four parts, 10.0.<build>.<revision>');
  if (String(version.build) !== build || String(version.revision) !== revision) {
    return fail('build and revision must be those of os_version');
  }
  return {
    ...version,
    osVersion,
    kb: /^(KB\d+)?$/.test(kb) ? kb : fail('kb must be KB and digits, or empty'),
    date: readDay(date) === undefined ? fail('date must be a day, YYYY-MM-DD') : date,
    type:
      UPDATE_TYPES.find((known) => known === type) ?? fail(`type must be one of ${UPDATE_TYPES.join(', ')}`),
    hasContainerImage:
      ANSWERS.find((known) => known === image) ??
      fail(`hasContainerImage must be one of ${ANSWERS.join(', ')}`),
  };
}

/** From this instant on (milliseconds since 1970) a fully updated host has this revision, unless it has a greater one. */
interface HostStep {
  readonly time: number;
  readonly revision: number;
}

/** The steps that a table gives a build: its `B` updates, each from 10:00 Pacific of its day. */
function tableSteps(rows: readonly HostRevision[], build: number): readonly HostStep[] {
  return rows
    .filter((row) => row.build === build && row.type === 'B')
    .map((row) => ({ time: tenPacific(row.date).getTime(), revision: row.revision }));
}

/** The greatest revision of the steps up to an instant, since no update takes a host back; undefined before the first. */
function revisionAt(steps: readonly HostStep[], instant: Date): number | undefined {
  const reached = steps.filter((step) => step.time <= instant.getTime());
  return reached.length === 0 ? undefined : Math.max(...reached.map((step) => step.revision));
}

/** A step that a history's own tags give; `month` is `YYYY-MM`. */
interface PatchTuesdayStep extends HostStep {
  readonly month: string;
}

const HOUR = 3_600_000;

/**
 * For each month of a history the newest revision that servercore's floating tag showed on Patch Tuesday, a day of
 * Redmond; a fully updated host has it from 10:00 of that day, whenever the tag came.
 */
function patchTuesdaySteps(history: History, release: Release): readonly PatchTuesdayStep[] {
  const { repository, floatingTags } = familyOf('servercore', release);
  const steps: PatchTuesdayStep[] = [];
  const { first, last } = history.range();
  const year = first.getUTCFullYear();
  const end = (last.getUTCFullYear() - year) * 12 + last.getUTCMonth();
  for (let month = first.getUTCMonth(); month <= end; month += 1) {
    const ten = patchTuesday(year, month).getTime();
    const [from, to] = [ten - 10 * HOUR, ten + 14 * HOUR];
    const shown = floatingTags.flatMap((tag) => shownBetween(history, repository, tag, from, to));
    const revisions = shown.flatMap((event) => revisionOf(event, release) ?? []);
    if (revisions.length > 0) {
      steps.push({
        time: ten,
        revision: Math.max(...revisions),
        month: new Date(ten).toISOString().slice(0, 7),
      });
    }
  }
  return steps;
}

/** The events that a tag showed from one moment until before another: where it stood, and its changes. */
function shownBetween(
  history: History,
  repository: string,
  tag: string,
  from: number,
  to: number,
): HistoryEvent[] {
  const published = history.pointsAt(repository, tag, new Date(from));
  const changes = history.eventsOf(repository, tag).filter((event) => event.time > from && event.time < to);
  return published === undefined ? changes : [published, ...changes];
}

function revisionOf({ osVersion }: HistoryEvent, release: Release): number | undefined {
  const version = osVersion === null ? undefined : readOsVersion(osVersion);
  return version?.build === release.build ? version.revision : undefined;
}

/**
 * Reads a table of host revisions, CSV, plain or gzip; without a path, the one that comes with the package, which ends with
 * June 2026. Throws a `WinbakeError` with code `FILE_UNREADABLE` or
 * `DOCUMENT_INVALID`.
 */
export function readHostRevisions(path?: string): readonly HostRevision[] {
  return path === undefined ? builtInHostRevisions() : readFile(path);
}

function readFile(path: string): readonly HostRevision[] {
  return parseHostRevisions(readText(path), `Table of host revisions '${path}'`);
}

let builtIn: readonly HostRevision[] | undefined;

/** Read at the first call only. */
function builtInHostRevisions(): readonly HostRevision[] {
  builtIn ??= readFile(join(packageRoot(), 'assets', 'history', 'host-revisions.csv'));
  return builtIn;
}

/** Where the revisions of a simulated host come from. */
interface HostRevisionsOptions {
  readonly history: History;
  /** Whether the history is a file of the user and not the built-in one. */
  readonly userHistory: boolean;
  /** A table in place of the built-in one. */
  readonly hosts?: string;
}

/** The revision of a fully updated host of a build at an instant; undefined where nothing is known up to it. */
export type HostRevisionLookup = (build: number, instant: Date) => number | undefined;

/**
 * At which revision a fully updated simulated host is.
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
