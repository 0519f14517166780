import type { ReleaseName } from '../../contract/values/release';

/** A line of tags, and the days (UTC) of its life, `YYYY-MM-DD`. */
export interface FamilyLine {
  /** Empty where a repository has only one. */
  readonly line: string;
  /** The first whole day on which it has images; left out, it is older than all that is known. */
  readonly from?: string;
  /** The first day on which it is not built any more; left out, no end is known. */
  readonly until?: string;
}

/** The lines of each release, of two live ones the preferred first; a release that is not named has no such image. */
export type FamilyLines = Readonly<Partial<Record<ReleaseName, readonly FamilyLine[]>>>;

/** On this day 3.5 and all of 4.x but the newest that each release can have were given up. */
const FRAMEWORK_UNTIL = '2025-10-14';

/** Since this day the SDK has no 4.7.1 and 4.7.2 any more. */
const SDK_4_7_UNTIL = '2019-10-09';

/**
 * When .NET Framework's images were given up is announced; when they began is recorded, see `docs/recorded-history.md`.
 *
 * @see https://github.com/microsoft/dotnet-framework-docker/pull/1262 - 4.8 on 2022, and all that are older, on 2025-10-14
 * @see https://github.com/dotnet/announcements/issues/349 - 3.5 on 2025, on 2025-05-13
 * @see https://github.com/microsoft/dotnet-framework-docker/issues/428 - 4.7.x of the SDK, after 2019-10-08
 */
export function frameworkLines(image: string): FamilyLines {
  const older = (...lines: readonly string[]): readonly FamilyLine[] =>
    lines.flatMap((line) => {
      const isOfSdk = line === '3.5' || line.startsWith('4.7.');
      const until = image === 'sdk' && line !== '3.5' ? SDK_4_7_UNTIL : FRAMEWORK_UNTIL;
      return image === 'sdk' && !isOfSdk ? [] : { line, until };
    });
  return {
    '2016': [{ line: '4.8' }, ...older('4.7.2', '4.7.1', '4.7', '4.6.2', '3.5')],
    '2019': [{ line: '4.8' }, ...older('4.7.2', '3.5')],
    '2022': [
      { line: '4.8.1', from: '2022-09-14' },
      { line: '4.8', from: '2021-08-19', until: FRAMEWORK_UNTIL },
      { line: '3.5', from: '2021-08-19', until: FRAMEWORK_UNTIL },
    ],
    '2025': [
      { line: '4.8.1', from: '2025-01-15' },
      { line: '3.5', from: '2025-01-15', until: '2025-05-13' },
    ],
  };
}

/**
 * .NET's lines, those with long-term support first, from the day after their release to the day after their end of support.
 *
 * @see https://github.com/dotnet/core/blob/main/releases.md
 * @see https://github.com/dotnet/core/blob/main/release-notes/10.0/README.md
 * @see https://github.com/dotnet/dotnet-docker/pull/6542 - .NET 10 has no image for 2019
 */
const DOTNET: readonly FamilyLine[] = [
  { line: '10.0', from: '2025-11-12', until: '2028-11-15' },
  { line: '8.0', from: '2023-11-15', until: '2026-11-11' },
  { line: '6.0', from: '2021-11-09', until: '2024-11-13' },
  { line: '9.0', from: '2024-11-13', until: '2026-11-11' },
  { line: '7.0', from: '2022-11-09', until: '2024-05-15' },
  { line: '5.0', from: '2020-11-11', until: '2022-05-11' },
];

/** The lines of .NET on Nano Server. */
export const DOTNET_LINES: FamilyLines = {
  '2019': DOTNET.filter(({ line }) => line !== '10.0'),
  '2022': DOTNET,
  '2025': DOTNET.filter(({ line }) => ['10.0', '9.0', '8.0'].includes(line)),
};

/** Of a repository that has only one line. */
export const SINGLE: readonly FamilyLine[] = [{ line: '' }];

/** One line on every release. */
export const ONE_LINE: FamilyLines = { '2016': SINGLE, '2019': SINGLE, '2022': SINGLE, '2025': SINGLE };

/** The instant at which a day of the table begins. */
export function dayBegins(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

/** Whether a line has images and is still built at an instant. */
export function isLive({ from, until }: FamilyLine, at: Date): boolean {
  return (from === undefined || dayBegins(from) <= at) && (until === undefined || at < dayBegins(until));
}

/**
 * The line that is followed unless another is named: the first live one at an instant; where none is, the first that ended
 * before it, or the oldest of those to come. Without an instant the first of all, which is today's.
 */
export function followedLine(lines: readonly FamilyLine[], at: Date | undefined): string | undefined {
  const begun = lines.filter(({ from }) => at === undefined || from === undefined || dayBegins(from) <= at);
  const live = at && begun.find((line) => isLive(line, at));
  const oldest = lines.toSorted((one, other) => ((one.from ?? '') < (other.from ?? '') ? -1 : 1))[0];
  return (live ?? begun[0] ?? oldest)?.line;
}
