import { patchTuesday } from '../../lib/core/calendar/patch-tuesday';
import { formatOsVersion } from '../../lib/contract/values/os-version';
import { RELEASES, type Release, type ReleaseName } from '../../lib/contract/values/release';

/** One month's images of a release. */
export interface PublishedMonth {
  /** `YYYYMMDD`, as dated tags write it. */
  readonly date: string;
  readonly revision: number;
  readonly osVersion: string;
  /** The number of the month's update, such as `KB5090000`. */
  readonly update: string;
}

/** The newest month, and how many months each release has had images, roughly as it is. */
const NEWEST = { year: 2026, month: 7 };
const MONTHS: Readonly<Record<ReleaseName, number>> = { '2016': 125, '2019': 95, '2022': 62, '2025': 22 };

/** The newest revision of each release; the older ones are invented, a fixed step apart. */
const REVISIONS: Readonly<Record<ReleaseName, number>> = {
  '2016': 9060,
  '2019': 8511,
  '2022': 5499,
  '2025': 33296,
};
const STEP = 60;

/** The months of a release that have images, newest first. Dates are Patch Tuesdays; revisions and updates are invented. */
export function publishedMonths(release: Release): readonly PublishedMonth[] {
  return Array.from({ length: MONTHS[release.name] }, (_, ago) => {
    const revision = REVISIONS[release.name] - ago * STEP;
    return {
      date: patchTuesday(NEWEST.year, NEWEST.month - ago)
        .toISOString()
        .slice(0, 10)
        .replaceAll('-', ''),
      revision,
      osVersion: formatOsVersion({ build: release.build, revision }),
      update: `KB${5_090_000 - ago * 100 - RELEASES.indexOf(release)}`,
    };
  });
}
