import { formatOsVersion } from '../../contract/values/os-version';
import { buildImageSet } from './build-image-set';
import { checkFamilies, type FamilyChecksInput } from './check-families';
import { FirstObservations } from './first-observations';
import type { CheckedFamily, ExtraPoll, GateImage, GateInput } from './gate-input';

/** What a family shows, how late that is, and what the gate goes by; an extra has an `@` in its name. */
export interface ExplainedFamily {
  readonly family: string;
  readonly tag: string;
  readonly shows: string | null;
  /** Since when it has shown that, as far as it is known. */
  readonly since: string | null;
  /** What the gate goes by, where there is anything. */
  readonly counts: string | null;
  /** Whether any other family is newer. */
  readonly isBehind: boolean;
  /**
   * Hours after the first family that it showed the newest revision, or has not shown it; null where that is of unknown age, and of extras,
   * which nothing waits for.
   */
  readonly lateHours: number | null;
}

/** Explains each family, and each extra after them, from a poll and a catalog that knows it. */
export function explainFamilies(
  input: FamilyChecksInput & Pick<GateInput, 'now' | 'release'>,
  extras: readonly ExtraPoll[],
): readonly ExplainedFamily[] {
  const { catalog, polls } = input;
  const first = new FirstObservations(
    catalog,
    polls.map(({ family }) => family),
  );
  const { families } = checkFamilies(input, first);
  const newest = Math.max(...families.map(({ image }) => image?.osVersion.revision ?? -1));
  const taken = buildImageSet({ ...input, extras }, families, newest, []).images;
  return [
    ...families.map((counted, index) => ({
      ...shownBy(first, { family: counted.family, image: polls[index]?.image }),
      counts: versionOf(counted.image),
      ...lateness(first, counted, newest, input.now),
    })),
    ...extras.map(({ poll }) => ({
      // Its tags may be those of a family.
      ...shownBy(new FirstObservations(catalog, [poll.family]), poll),
      counts: taken.find(({ family }) => family === poll.family.name)?.osVersion ?? null,
      isBehind: false,
      lateHours: null,
    })),
  ];
}

function shownBy(
  first: FirstObservations,
  { family, image }: CheckedFamily,
): Pick<ExplainedFamily, 'family' | 'tag' | 'shows' | 'since'> {
  return {
    family: family.name,
    tag: `${family.repository}:${image?.tag ?? family.floatingTags[0] ?? ''}`,
    shows: versionOf(image),
    since: (image && shownSince(first, { family, image }))?.toISOString() ?? null,
  };
}

/** Since when a family shows a revision, which it may have shown before. */
function shownSince(first: FirstObservations, { family, image }: CheckedFamily): Date | undefined {
  const seen = first.of(family);
  const isShown = ({ revision }: (typeof seen)[number]) => revision === image?.osVersion.revision;
  const other = seen.findLastIndex((one) => !isShown(one));
  return (seen[other + 1] ?? seen.findLast(isShown))?.at;
}

/** When a family was first seen with a revision. */
function firstShown(first: FirstObservations, { family, image }: CheckedFamily): Date | undefined {
  return first.of(family).find(({ revision }) => revision === image?.osVersion.revision)?.at;
}

function lateness(
  first: FirstObservations,
  counted: CheckedFamily,
  newest: number,
  now: Date,
): Pick<ExplainedFamily, 'isBehind' | 'lateHours'> {
  const isBehind = counted.image?.osVersion.revision !== newest;
  const out = first.firstOf(newest);
  const isOfUnknownAge = out === undefined || out.getTime() === first.beginning?.getTime();
  const arrived = isBehind ? now : firstShown(first, counted);
  return {
    isBehind,
    lateHours:
      isOfUnknownAge || arrived === undefined ? null : (arrived.getTime() - out.getTime()) / 3_600_000,
  };
}

function versionOf(image: GateImage | undefined): string | null {
  return image === undefined ? null : formatOsVersion(image.osVersion);
}
