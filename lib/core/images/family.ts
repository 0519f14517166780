import { UsageError, WinbakeError } from '../../contract/values/errors';
import type { Release, ReleaseName } from '../../contract/values/release';
import {
  dayBegins,
  DOTNET_LINES,
  type FamilyLine,
  type FamilyLines,
  followedLine,
  frameworkLines,
  isLive,
  ONE_LINE,
  SINGLE,
} from './family-lines';

/** A kind of base image on one release, and which of its repository's tags belong to it. */
export interface ImageFamily {
  readonly name: string;
  readonly release: Release;
  /** Without the registry's host name. */
  readonly repository: string;
  /** The line of tags that is followed, such as `4.8.1`; undefined where a repository has only one. */
  readonly line: string | undefined;
  /** The tags that move with each Windows Update; the first that exists counts. */
  readonly floatingTags: readonly string[];
  /** The tags of the same line that stand for one moment; its first group is a date or patch number. */
  readonly datedTag: RegExp | undefined;
}

/** The families that are cached unless others are named; `nanoserver` only where its release still has it. */
const DEFAULT_FAMILIES: readonly string[] = ['servercore', 'nanoserver', 'iis', 'aspnet'];

interface FamilyRule {
  readonly repository: string;
  /** A release that is not named has no such image. */
  readonly lines: FamilyLines;
  readonly floatingTags: (line: string, channel: string) => readonly string[];
  readonly datedTag?: (line: string, channel: string) => RegExp;
  /** Said of a release without a line: since when, and what to take instead. */
  readonly ended: string;
}

const CHANNEL: Readonly<Record<ReleaseName, string>> = {
  '2016': 'ltsc2016',
  '2019': 'ltsc2019',
  '2022': 'ltsc2022',
  '2025': 'ltsc2025',
};

const NANOSERVER_ENDED =
  'Nano Server images for Windows Server 2016 ended on 2018-10-09 and only frozen leftovers remain; use servercore';

function framework(image: string): FamilyRule {
  return {
    repository: `dotnet/framework/${image}`,
    lines: frameworkLines(image),
    floatingTags: (line, channel) => [`${line}-windowsservercore-${channel}`],
    datedTag: (line, channel) => exactly(line, `-(\\d{8})-windowsservercore-${channel}`),
    ended: '',
  };
}

function dotnet(image: string): FamilyRule {
  return {
    repository: `dotnet/${image}`,
    lines: DOTNET_LINES,
    floatingTags: (line, channel) => [`${line}-nanoserver-${nanoChannel(channel)}`],
    datedTag: (line, channel) => exactly(line, `\\.(\\d{1,8})-nanoserver-${nanoChannel(channel)}`),
    ended: NANOSERVER_ENDED,
  };
}

/**
 * Which repository and which tags each family has.
 *
 * @see https://learn.microsoft.com/virtualization/windowscontainers/manage-containers/container-base-images
 * @see https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/base-image-lifecycle - what ended when
 */
const FAMILIES: Readonly<Record<string, FamilyRule>> = {
  servercore: {
    repository: 'windows/servercore',
    lines: ONE_LINE,
    floatingTags: (_line, channel) => [channel],
    ended: '',
  },
  nanoserver: {
    repository: 'windows/nanoserver',
    lines: { '2019': SINGLE, '2022': SINGLE, '2025': SINGLE },
    floatingTags: (_line, channel) => (channel === 'ltsc2019' ? ['1809', channel] : [channel]),
    ended: NANOSERVER_ENDED,
  },
  iis: {
    repository: 'windows/servercore/iis',
    lines: ONE_LINE,
    floatingTags: (_line, channel) => [`windowsservercore-${channel}`],
    datedTag: (_line, channel) => new RegExp(`^(\\d{8})-windowsservercore-${channel}$`),
    ended: '',
  },
  aspnet: framework('aspnet'),
  server: {
    repository: 'windows/server',
    lines: { '2022': SINGLE, '2025': SINGLE },
    floatingTags: (_line, channel) => [channel],
    ended: 'The server image exists since Windows Server 2022; use servercore',
  },
  'framework-runtime': framework('runtime'),
  'framework-sdk': framework('sdk'),
  'dotnet-aspnet': dotnet('aspnet'),
  'dotnet-runtime': dotnet('runtime'),
  'nanoserver-iis': {
    repository: 'windows/nanoserver/iis',
    lines: {},
    floatingTags: () => [],
    ended: 'IIS on Nano Server ended with Windows Server 2016, since version 1709 has no IIS on it; use iis',
  },
};

/** The names that `familyOf` takes. */
export const FAMILY_NAMES: readonly string[] = Object.keys(FAMILIES).filter(
  (name) => name !== 'nanoserver-iis',
);

/** The name of the family whose images a repository has; undefined for one of nobody's. */
export function familyNameIn(repository: string): string | undefined {
  return FAMILY_NAMES.find((name) => FAMILIES[name]?.repository === repository);
}

/** What is wrong with the line that a family follows. */
interface LineFault {
  /** It is not built any more, is not known at all, or has no images yet. */
  readonly kind: 'ended' | 'unknown' | 'toCome';
  /** Half a sentence: which line, what is wrong with it, and which one lives. */
  readonly sentence: string;
}

/** What is wrong with the line of a family at an instant, or undefined where it is live or a family has only one. */
export function lineFault(
  { line, name, release }: Pick<ImageFamily, 'name' | 'release' | 'line'>,
  at: Date,
): LineFault | undefined {
  const lines = linesOf({ name, release });
  const known = lines?.find((one) => one.line === (line ?? ''));
  if (line === undefined || lines === undefined || (known !== undefined && isLive(known, at))) {
    return undefined;
  }
  const live = lines.find((one) => isLive(one, at))?.line;
  const instead = live === undefined ? 'no other is live' : `the live line is ${live}`;
  const { from, until } = known ?? {};
  if (known !== undefined && (until === undefined || at < dayBegins(until))) {
    return {
      kind: 'toCome',
      sentence: `the line ${line}, which has images since ${from ?? ''} only; ${instead}`,
    };
  }
  return until === undefined
    ? { kind: 'unknown', sentence: `the line ${line}, which is not known; ${instead}` }
    : {
        kind: 'ended',
        sentence: `the line ${line}, which is no longer built since ${until}; ${instead}`,
      };
}

/** The lines of a family, or of the one that an extra is of; undefined for an own repository. */
function linesOf({
  name,
  release,
}: Pick<ImageFamily, 'name' | 'release'>): readonly FamilyLine[] | undefined {
  const [family = ''] = name.split('@');
  return Object.hasOwn(FAMILIES, family) ? FAMILIES[family]?.lines[release.name] : undefined;
}

/** The instants at which the live lines of families change, in order. */
export function lineChanges(families: readonly Pick<ImageFamily, 'name' | 'release'>[]): readonly Date[] {
  const days = families.flatMap((family) =>
    (linesOf(family) ?? []).flatMap(({ from, until }) => [from ?? [], until ?? []].flat()),
  );
  return [...new Set(days)].sort().map((day) => dayBegins(day));
}

/**
 * A family on a release; `line` replaces its live line, which is that of an instant where one is given. Throws a `UsageError` for a
 * name that is none, and for a family that ended on that release, saying since when.
 */
export function familyOf(name: string, release: Release, line?: string, at?: Date): ImageFamily {
  const rule = Object.hasOwn(FAMILIES, name) ? FAMILIES[name] : undefined;
  if (rule === undefined) {
    throw new UsageError(`An image family is one of ${FAMILY_NAMES.join(', ')}; got: '${name}'.`);
  }
  const live = followedLine(rule.lines[release.name] ?? [], at);
  if (live === undefined) {
    throw new UsageError(`There is no ${name} image for Windows Server ${release.name}: ${rule.ended}.`);
  }
  if (line !== undefined && (live === '' || !/^\d+(\.\d+){1,3}$/.test(line))) {
    throw new UsageError(
      live === ''
        ? `The family ${name} has a single line of tags; got: '${line}'.`
        : `A line of ${name} is a version such as ${live}; got: '${line}'.`,
    );
  }
  const followed = line ?? live;
  const channel = CHANNEL[release.name];
  return {
    name,
    release,
    repository: rule.repository,
    line: followed === '' ? undefined : followed,
    floatingTags: rule.floatingTags(followed, channel),
    datedTag: rule.datedTag?.(followed, channel),
  };
}

/**
 * The default families that a release has: all four, without `nanoserver` on 2016. Throws a `WinbakeError` with code
 * `NO_DATA` if it has none.
 */
export function defaultFamilies(release: Release): readonly string[] {
  const names = DEFAULT_FAMILIES.filter((name) => FAMILIES[name]?.lines[release.name] !== undefined);
  if (names.length === 0) {
    throw new WinbakeError(
      'NO_DATA',
      `No default image family is known for Windows Server ${release.name}; add its lines to lib/core/images/family-lines.ts.`,
    );
  }
  return names;
}

/**
 * Whether every image of a family has a servercore image below it, whose revision is then its own.
 *
 * @see https://github.com/microsoft/iis-docker and https://github.com/microsoft/dotnet-framework-docker - their Dockerfiles
 */
export function isBuiltOnServerCore({ repository }: Pick<ImageFamily, 'repository'>): boolean {
  return repository.startsWith('windows/servercore/') || repository.startsWith('dotnet/framework/');
}

function exactly(line: string, rest: string): RegExp {
  return new RegExp(`^${line.replaceAll('.', '\\.')}${rest}$`);
}

/** Nano Server's tags for 2019 carry the version's old name. */
function nanoChannel(channel: string): string {
  return channel === 'ltsc2019' ? '1809' : channel;
}
