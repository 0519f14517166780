import type { ExtraPoll, FamilyPoll } from '../../../lib/core/gate/gate-input';
import { isDigest } from '../../../lib/contract/values/digest';
import type { ImageFamily } from '../../../lib/core/images/family';
import type { ImageExtra } from '../../../lib/core/images/image-extra';
import { readOsVersion } from '../../../lib/contract/values/os-version';
import type { HistoryEvent } from '../../../lib/core/history/history-event';
import type { History } from '../../registry/history/history';
import { publishedContentOf } from '../../registry/images/image-store';

/** What looks at the registry show over the time of a history, without a network. */
export class RecordedPolls {
  constructor(
    private readonly history: History,
    readonly families: readonly ImageFamily[],
  ) {}

  /** What each family shows at an instant, as a poll over HTTP would. */
  at(instant: Date): readonly FamilyPoll[] {
    return this.families.map((family) => this.pollFamily(family, instant));
  }

  /** What each extra shows at an instant; a previous revision has no tag of its own. */
  extrasAt(extras: readonly ImageExtra[], instant: Date): readonly ExtraPoll[] {
    return extras.map((extra) => {
      const { family, previousOf } = extra;
      const poll =
        previousOf === undefined
          ? this.pollFamily(family, instant)
          : { family, image: undefined, findings: [] };
      return { extra, poll };
    });
  }

  /** The first change of a floating tag after an instant, or undefined. */
  changeAfter(instant: Date, extras: readonly ImageExtra[] = []): Date | undefined {
    const families = [...this.families, ...extras.map(({ family }) => family)];
    const times = families.flatMap((family) =>
      family.floatingTags.flatMap((tag) => {
        const next = this.history
          .eventsOf(family.repository, tag)
          .find((event) => event.time > instant.getTime());
        return next === undefined ? [] : [next.time];
      }),
    );
    return times.length === 0 ? undefined : new Date(Math.min(...times));
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

  private pollFamily(family: ImageFamily, instant: Date): FamilyPoll {
    const event = this.eventOf(family, instant);
    if (event === undefined) {
      return { family, image: undefined, findings: [] };
    }
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
