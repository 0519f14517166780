import { createHash } from 'node:crypto';
import { patchTuesday } from '../../lib/core/calendar/patch-tuesday';

/** A Patch Tuesday that never was. */
export interface SyntheticMonth {
  readonly build: number;
  readonly year: number;
  /** From 0, as in `Date`. */
  readonly month: number;
  /** What every tag shows from the month before on. */
  readonly before: number;
  /** What the tags show afterwards. */
  readonly after: number;
  /** Minutes after 10:00 Pacific at which each family moves. */
  readonly minutes: Readonly<Record<'servercore' | 'nanoserver' | 'iis' | 'aspnet', number>>;
}

const TAGS = {
  servercore: ['windows/servercore', 'ltsc2022'],
  nanoserver: ['windows/nanoserver', 'ltsc2022'],
  iis: ['windows/servercore/iis', 'windowsservercore-ltsc2022'],
  aspnet: ['dotnet/framework/aspnet', '4.8.1-windowsservercore-ltsc2022'],
} as const;

const LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A history file, as JSON lines, in which 2022's four default families move on one Patch Tuesday. */
export function syntheticHistory(invented: SyntheticMonth): string {
  const tuesday = patchTuesday(invented.year, invented.month).getTime();
  const rows = Object.entries(invented.minutes).flatMap(([family, minutes]) => [
    eventOf(invented, family, new Date(tuesday - 20 * DAY), invented.before),
    eventOf(invented, family, new Date(tuesday + minutes * MINUTE), invented.after),
  ]);
  // The last event ends the range: the month of it can be asked.
  return `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
}

/** The table of host revisions that goes with it. */
export function syntheticHosts({ build, year, month, before, after }: SyntheticMonth): string {
  const rows = [
    [before, patchTuesday(year, month - 1)] as const,
    [after, patchTuesday(year, month)] as const,
  ].map(([revision, at], index) => {
    const date = at.toISOString().slice(0, 10);
    return `${build},${revision},10.0.${build}.${revision},KB900000${index},${date},B,yes`;
  });
  return ['build,revision,os_version,kb,date,type,hasContainerImage', ...rows, ''].join('\n');
}

function eventOf({ build }: SyntheticMonth, family: string, from: Date, revision: number) {
  const [repository, tag] = TAGS[family as keyof typeof TAGS];
  const hash = createHash('sha256').update(`${repository} ${revision}`).digest('hex');
  return {
    from: from.toISOString(),
    repository,
    tag,
    osVersion: `10.0.${build}.${revision}`,
    digest: `sha256:${hash}`,
    mediaType: LIST,
    evidence: 'synthetic',
  };
}
