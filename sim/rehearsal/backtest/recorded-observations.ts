import type { ExtraPoll, FamilyPoll } from '../../../lib/core/gate/gate-input';
import { isDigest } from '../../../lib/contract/values/digest';
import { familyOf, lineChanges, type ImageFamily } from '../../../lib/core/images/family';
import type { Release } from '../../../lib/contract/values/release';
import type { ImageExtra } from '../../../lib/core/images/image-extra';
import { formatOsVersion, type OsVersion, readOsVersion } from '../../../lib/contract/values/os-version';
import type { HistoryEvent } from '../../../lib/core/history/history-event';
import type { History } from '../../registry/history/history';
import { publishedContentOf } from '../../registry/images/image-store';

/** What is followed from an instant on. */
interface FollowedPeriod {
  readonly from: Date;
  readonly families: readonly ImageFamily[];
}

/** What families on a release follow over all time: each line that is named, of the others the live one of each day. */
export function followedPeriods(
  names: readonly string[],
  release: Release,
  lines: Readonly<Record<string, string>>,
): readonly FollowedPeriod[] {
  const changes = lineChanges(names.map((name) => ({ name, release })));
  const periods = [new Date(0), ...changes].map((from) => ({
    from,
    families: names.map((name) => familyOf(name, release, lines[name], from)),
  }));
  const followed = ({ families }: FollowedPeriod) => families.map(({ line }) => line).join();
  return periods.filter((one, index) => {
    const before = periods[index - 1];
    return before === undefined || followed(before) !== followed(one);
  });
}

/** A family with its line, since when that was followed, and what the history has of it. */
interface FollowedLine {
  readonly family: ImageFamily;
  readonly from: Date;
  readonly events: readonly HistoryEvent[];
}

/** What looks at the registry show over the time of a history, without a network. */
export class RecordedPolls {
  private readonly periods: readonly FollowedPeriod[];

  constructor(
    private readonly history: History,
    /** What is followed from the beginning on. */
    families: readonly ImageFamily[],
    /** What is followed from later instants on, in order. */
    later: readonly FollowedPeriod[] = [],
  ) {
    this.periods = [{ from: new Date(0), families }, ...later];
  }

  /** The families with the lines that they follow at an instant. */
  familiesAt(instant: Date): readonly ImageFamily[] {
    return this.periods.findLast(({ from }) => from <= instant)?.families ?? [];
  }

  /** The first instant at which every family shows an image whose version is known; undefined where there is none. */
  completeFrom(): Date | undefined {
    for (let at: Date | undefined = new Date(0); at !== undefined; at = this.changeAfter(at)) {
      if (this.at(at).every(({ image }) => image !== undefined)) {
        return at;
      }
    }
    return undefined;
  }

  /** What was followed between two instants, each with what the history has of it in that time. */
  followedBetween(from: Date, to: Date): readonly FollowedLine[] {
    return this.periods.flatMap(({ from: begun, families }, index) => {
      const start = begun > from ? begun : from;
      const end = this.periods[index + 1]?.from ?? to;
      const until = end < to ? end : to;
      return start > until || (start.getTime() === until.getTime() && start > from)
        ? []
        : families.map((family) => ({ family, from: start, events: this.eventsOf(family, start, until) }));
    });
  }

  /** What each family shows at an instant, as a poll over HTTP would. */
  at(instant: Date): readonly FamilyPoll[] {
    return this.familiesAt(instant).map((family) => this.pollFamily(family, instant));
  }

  /** What each extra shows at an instant; of a previous revision what its floating tag showed last of it, as if under the tag that stays. */
  extrasAt(extras: readonly ImageExtra[], instant: Date): readonly ExtraPoll[] {
    const shown = new Map(this.at(instant).map(({ family, image }) => [family.name, image?.osVersion]));
    return extras.map((extra) => {
      const { family, previousOf } = extra;
      const poll =
        previousOf === undefined
          ? this.pollFamily(family, instant)
          : this.previousPoll(family, instant, shown.get(previousOf));
      shown.set(family.name, poll.image?.osVersion);
      return { extra, poll };
    });
  }

  /** Of the greatest version below another the last push. */
  private previousPoll(family: ImageFamily, instant: Date, above: OsVersion | undefined): FamilyPoll {
    const followed = this.familiesAt(instant).find(({ repository }) => repository === family.repository);
    const older = (followed?.floatingTags ?? [])
      .flatMap((tag) => this.history.eventsOf(family.repository, tag))
      .flatMap((event) => {
        const { build, revision = -1 } = (event.osVersion && readOsVersion(event.osVersion)) || {};
        const isOlder = above !== undefined && build === above.build && revision < above.revision;
        return isOlder && event.time <= instant.getTime() ? { event, revision } : [];
      })
      .sort((one, other) => one.revision - other.revision || one.event.time - other.event.time);
    const newest = older.at(-1);
    if (newest === undefined) {
      return { family, image: undefined, findings: [] };
    }
    const { findings, image } = this.pollEvent(family, newest.event);
    return { family, image: image && { ...image, tag: formatOsVersion(image.osVersion) }, findings };
  }

  /** The first change of a floating tag, or of what is followed, after an instant; or undefined. */
  changeAfter(instant: Date, extras: readonly ImageExtra[] = []): Date | undefined {
    const families = [...this.familiesAt(instant), ...extras.map(({ family }) => family)];
    const next = this.periods.find(({ from }) => from > instant)?.from.getTime();
    const times = families.flatMap((family) =>
      family.floatingTags.flatMap((tag) => {
        const change = this.history
          .eventsOf(family.repository, tag)
          .find((event) => event.time > instant.getTime());
        return change === undefined ? [] : [change.time];
      }),
    );
    const all = next === undefined ? times : [...times, next];
    return all.length === 0 ? undefined : new Date(Math.min(...all));
  }

  /** The event that put an image under a family's floating tag, the last one up to an instant. */
  eventOf(family: ImageFamily, instant: Date): HistoryEvent | undefined {
    for (const tag of family.floatingTags) {
      const event = this.history.pointsAt(family.repository, tag, instant);
      if (event !== undefined) {
        return event;
      }
    }
    return undefined;
  }

  /** The event by which a family's floating tags first showed a version, up to an instant. */
  firstShown(
    { floatingTags, repository }: ImageFamily,
    osVersion: string,
    until: Date,
  ): HistoryEvent | undefined {
    return floatingTags
      .flatMap((tag) => this.history.eventsOf(repository, tag))
      .filter((event) => event.osVersion === osVersion && event.time <= until.getTime())
      .sort((one, other) => one.time - other.time)[0];
  }

  /** What a family's floating tag showed between two instants: where it stood, and its changes. */
  private eventsOf(family: ImageFamily, from: Date, to: Date): readonly HistoryEvent[] {
    const stood = this.eventOf(family, from);
    const tag = stood?.tag ?? family.floatingTags[0];
    const changes = this.history
      .eventsOf(family.repository, tag)
      .filter(({ time }) => time > from.getTime() && time <= to.getTime());
    return stood === undefined ? changes : [stood, ...changes];
  }

  private pollFamily(family: ImageFamily, instant: Date): FamilyPoll {
    const event = this.eventOf(family, instant);
    return event === undefined ? { family, image: undefined, findings: [] } : this.pollEvent(family, event);
  }

  private pollEvent(family: ImageFamily, event: HistoryEvent): FamilyPoll {
    const osVersion = event.osVersion === null ? undefined : readOsVersion(event.osVersion);
    const name = `${family.repository}:${event.tag}`;
    if (osVersion === undefined) {
      const message = `${name} has a Windows image that does not say its OS version; it is not used.`;
      return {
        family,
        image: undefined,
        findings: [{ code: 'NO_OS_VERSION', severity: 'warning', family: family.name, message }],
      };
    }
    if (osVersion.build !== family.release.build) {
      const message = `${name} has no windows/amd64 image of 10.0.${family.release.build}.N.`;
      return {
        family,
        image: undefined,
        findings: [{ code: 'PLATFORM_MISSING', severity: 'warning', family: family.name, message }],
      };
    }
    const { resolved, platform } = publishedContentOf(this.history).images.imageOf(event);
    const { digest } = resolved;
    const platformDigest = platform.manifest.digest;
    const known = isDigest(digest) && isDigest(platformDigest);
    const { compressedBytes } = platform;
    const image = known
      ? { tag: event.tag, digest, platformDigest, osVersion, compressedBytes, evidence: event.evidence }
      : undefined;
    return { family, image, findings: [] };
  }
}
