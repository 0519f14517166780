import { Option } from 'commander';
import {
  BASE_AMI_POLICIES,
  DEFAULT_GATE_POLICY,
  LATE_POLICIES,
  OUT_OF_BAND_POLICIES,
  HOST_WITHOUT_IMAGE_POLICIES,
  MOST_PREVIOUS_REVISIONS,
  type BaseAmiPolicy,
  type GatePolicy,
  type HostWithoutImagePolicy,
  type LatePolicy,
  type OutOfBandPolicy,
} from '../../lib/contract/values/gate-policy';
import { UsageError } from '../../lib/contract/values/errors';
import { parseRelease } from '../../lib/contract/values/release';
import { defaultPreviousRevisions, EXTRA_FORMS } from '../../lib/core/images/image-extra';
import { namesOwnImage } from '../../lib/core/images/own-image';
import type { BacktestOptions } from '../../sim/rehearsal/backtest/backtest-report';
import { RequiredOption } from '../shared/help';
import { parseDuration, parseRevision } from '../shared/option-values';

/** What the policy options of a command line say. */
export interface PolicyOptions {
  /** Seconds. */
  readonly longestWait?: number;
  readonly late?: LatePolicy;
  readonly outOfBand?: OutOfBandPolicy;
  /** Seconds. */
  readonly maxAge?: number;
  readonly baseAmi?: BaseAmiPolicy;
  readonly hostWithoutImage?: HostWithoutImagePolicy;
  readonly previousRevisions?: number;
  readonly extra?: readonly string[];
  readonly line?: Readonly<Record<string, string>>;
  readonly hostRevision?: number;
}

/** The options that replace the gate's policy, each made anew for its command. */
export function policyOptions(): readonly Option[] {
  return [
    new Option('--longest-wait <duration>', 'how long to wait for late families (default: 36h)').argParser(
      parseDuration,
    ),
    new Option(
      '--late <policy>',
      'what to do with a family that stays behind (default: usePrevious)',
    ).choices(LATE_POLICIES),
    new Option('--out-of-band <policy>', 'what to do with out-of-band images (default: follow)').choices(
      OUT_OF_BAND_POLICIES,
    ),
    new Option('--max-age <duration>', 'age at which a publication is baked again (default: 35d)').argParser(
      parseDuration,
    ),
    new Option(
      '--base-ami <policy>',
      'whether a newer base AMI orders a bake (default: withNextBake)',
    ).choices(BASE_AMI_POLICIES),
    new Option(
      '--host-without-image <policy>',
      'what to do for a host that is newer than every image (default: nearestLower)',
    ).choices(HOST_WITHOUT_IMAGE_POLICIES),
    previousRevisionsOption(),
    extraOption(),
    lineOption(),
    new Option(
      '--host-revision <revision>',
      'revision that hosts are at and that the gate knows of',
    ).argParser(parseRevision),
  ];
}

/** The option that caches previous revisions of the families. */
export function previousRevisionsOption(): Option {
  return new Option(
    '--previous-revisions <number>',
    `revisions before the newest to cache of each family, 0 to ${MOST_PREVIOUS_REVISIONS} (default: 1, on 2016 0)`,
  ).argParser(parsePreviousRevisions);
}

function parsePreviousRevisions(text: string): number {
  if (!/^\d$/.test(text) || Number(text) > MOST_PREVIOUS_REVISIONS) {
    throw new UsageError(
      `As many as ${MOST_PREVIOUS_REVISIONS} previous revisions are cached, or 0; got: '${text}'.`,
    );
  }
  return Number(text);
}

/** The option that caches more beside the families. */
export function extraOption(): Option {
  return new Option('--extra <image...>', `image to cache beside the families: ${EXTRA_FORMS}`);
}

/** The option that follows another line of a family than the live one. */
export function lineOption(): Option {
  return new Option(
    '--line <family=line>',
    'line of tags to follow, such as aspnet=4.8; may be repeated',
  ).argParser(parseLine);
}

/** What the options say of the policy, and nothing of what they leave out. */
export function policyOf(options: PolicyOptions): Partial<GatePolicy> {
  const { longestWait, late, outOfBand, maxAge, baseAmi, extra, hostWithoutImage, line, previousRevisions } =
    options;
  const policy = {
    longestWaitSeconds: longestWait,
    late,
    outOfBand,
    maxAgeSeconds: maxAge,
    baseAmi,
    hostWithoutImage,
    lines: line,
    previousRevisions,
    extras: extra,
  };
  return Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined));
}

function parseLine(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, family, line] = /^([a-z-]+)=(\d+(?:\.\d+){1,3})$/.exec(text) ?? [];
  if (family === undefined || line === undefined) {
    throw new UsageError(`A line is given as a family and its version, such as aspnet=4.8; got: '${text}'.`);
  }
  return { ...before, [family]: line };
}

/** Throws a `UsageError` for an own image where base images alone are meant: recorded history, or one registry. */
export function refuseOwnImages(extras: readonly string[] = []): void {
  const own = extras.find((text) => namesOwnImage(text));
  if (own !== undefined) {
    throw new UsageError(
      `An own image is read by its pipeline alone; got: '${own}'. Leave it out; \`winbake coverage\` says what a host pulls of it.`,
    );
  }
}

/** What the commands say that run the gate over history. */
export interface SimulationOptions extends PolicyOptions {
  readonly release: string;
  readonly history?: string;
  readonly hosts?: string;
  readonly accept?: readonly string[];
}

/** The options of those commands, each made anew for its command. */
export function simulationOptions(): readonly Option[] {
  return [
    new RequiredOption('--release <release>', 'Windows Server release: 2016, 2019, 2022 or 2025'),
    new Option('--history <file>', 'timeline instead of the recorded one, JSON lines, plain or gzip'),
    new Option('--hosts <file>', 'table of host revisions instead of the built-in one, CSV'),
    new Option(
      '--accept <finding...>',
      'finding that an operator passed, such as "WENT_BACK servercore 10.0.20348.3328"',
    ),
    ...policyOptions(),
  ];
}

/** What the options make, without the time that is run over. Throws a `UsageError` for a release that is none. */
export function simulationOf(options: SimulationOptions): Omit<BacktestOptions, 'from' | 'to'> {
  const release = parseRelease(options.release);
  refuseOwnImages(options.extra);
  return {
    release,
    history: options.history,
    hosts: options.hosts,
    hostRevision: options.hostRevision,
    policy: {
      ...DEFAULT_GATE_POLICY,
      previousRevisions: defaultPreviousRevisions(release),
      ...policyOf(options),
    },
    accepted: options.accept ?? [],
  };
}
