import { Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { GatePolicy as GateRules } from '../../contract/values/gate-policy';
import { parseRelease } from '../../contract/values/release';
import { familyOf } from '../../core/images/family';
import { checkHours, refuse } from '../../internal/validate';
import type { FollowedLine } from './image-family';

/** Whether a newer base AMI is a reason to bake. */
export enum BaseAmiPolicy {
  /** The next bake takes it, whatever causes that bake. */
  WITH_NEXT_BAKE = 'withNextBake',
  /** It causes a bake of its own. */
  AT_ONCE = 'atOnce',
}

/** What is done for a host whose revision is newer than every image. */
export enum HostWithoutImagePolicy {
  /** The newest image that is not newer than the host is cached; on 2016, which runs equal revisions only, the bake stops. */
  NEAREST_LOWER = 'nearestLower',
  /** An operator is asked. */
  STOP = 'stop',
}

/** What becomes of a family that is still behind the others when the longest wait is over. */
export enum LatePolicy {
  /** The bake starts with the family's previous image, and says so. */
  USE_PREVIOUS = 'usePrevious',
  /** No bake starts until an operator has decided. */
  STOP = 'stop',
}

/** What becomes of images that Microsoft releases outside Patch Tuesday. */
export enum OutOfBandPolicy {
  /** A bake is tried; where Windows Update does not offer the update to hosts, it ends as nothing. */
  FOLLOW = 'follow',
  /** They are taken by the next bake that the hosts' own updates cause. */
  WAIT_FOR_HOSTS = 'waitForHosts',
  /** They are no reason for a bake. */
  IGNORE = 'ignore',
}

/** When a bake is due, and for what it waits. */
export interface GatePolicy {
  /**
   * How long a bake waits for families whose image is not out yet. Counted from the first sight of the newer revision.
   *
   * @default Duration.hours(36)
   */
  readonly longestWait?: Duration;

  /**
   * What becomes of a family that is still behind when the wait is over.
   *
   * @default LatePolicy.USE_PREVIOUS
   */
  readonly late?: LatePolicy;

  /**
   * What becomes of images that Microsoft releases outside Patch Tuesday.
   *
   * @default OutOfBandPolicy.FOLLOW
   */
  readonly outOfBand?: OutOfBandPolicy;

  /**
   * The age at which a publication is baked again although nothing newer is out. It never cuts a wait short.
   *
   * @default Duration.days(35)
   */
  readonly maxAge?: Duration;

  /**
   * Whether a newer base AMI is a reason to bake.
   *
   * @default BaseAmiPolicy.WITH_NEXT_BAKE
   */
  readonly baseAmi?: BaseAmiPolicy;

  /**
   * What is done for a host whose revision is newer than every image.
   *
   * @default HostWithoutImagePolicy.NEAREST_LOWER
   */
  readonly hostWithoutImage?: HostWithoutImagePolicy;

  /**
   * Lines of tags that are followed in place of the live ones, such as `{ family: ImageFamily.ASPNET, line: '4.8' }`.
   *
   * @default - of each family the line that Microsoft keeps alive
   */
  readonly lines?: FollowedLine[];
}

/** The lines by family. Ends synthesis for one that its family does not have, and for a family that is named twice. */
function linesOf(
  scope: IConstruct,
  release: string,
  followed: readonly FollowedLine[] = [],
): Readonly<Record<string, string>> {
  const lines: Record<string, string> = {};
  for (const { family, line } of followed) {
    const { name } = family;
    try {
      familyOf(name, parseRelease(release), line);
    } catch (error) {
      refuse(scope, 'gate.lines', 'must fit the os', `'${name}=${line}'`, (error as Error).message);
    }
    if (name in lines) {
      refuse(scope, 'gate.lines', 'must name each family once', `'${name}' twice`, 'Take one away.');
    }
    lines[name] = line;
  }
  return lines;
}

/** What the prop says of the policy, with every default filled in. */
export type GateSettings = Omit<GateRules, 'extras' | 'noBakeWindows' | 'previousRevisions'>;

/** Fills in the defaults, and ends synthesis where the policy cannot be used. */
export function gateSettings(scope: IConstruct, release: string, gate: GatePolicy = {}): GateSettings {
  const longestWait = gate.longestWait ?? Duration.hours(36);
  const maxAge = gate.maxAge ?? Duration.days(35);
  checkHours(scope, 'gate.longestWait', longestWait, {
    least: 1,
    most: 168,
    wayOut: 'The longest seen in five years was 24.7 hours.',
  });
  checkHours(scope, 'gate.maxAge', maxAge, {
    least: 7 * 24,
    most: 365 * 24,
    wayOut: 'Windows changes once a month at least.',
  });
  return {
    longestWaitSeconds: longestWait.toSeconds(),
    late: (gate.late ?? LatePolicy.USE_PREVIOUS) === LatePolicy.STOP ? 'stop' : 'usePrevious',
    outOfBand: gate.outOfBand ?? OutOfBandPolicy.FOLLOW,
    maxAgeSeconds: maxAge.toSeconds(),
    baseAmi: gate.baseAmi ?? BaseAmiPolicy.WITH_NEXT_BAKE,
    hostWithoutImage: gate.hostWithoutImage ?? HostWithoutImagePolicy.NEAREST_LOWER,
    lines: linesOf(scope, release, gate.lines),
  };
}
