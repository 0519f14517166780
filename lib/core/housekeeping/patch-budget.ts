import type { Catalog } from '../../contract/documents/catalog';
import { type PipelineDescription, pipelinePath } from '../../contract/documents/pipeline-description';
import type { Channel } from '../../contract/documents/publication';
import { readOsVersion } from '../../contract/values/os-version';
import { osOf } from '../../contract/values/release';
import { readHold } from '../bake/hold';
import { lastPatchTuesday } from '../calendar/patch-tuesday';
import { readCatalog } from '../catalog/catalog-store';
import { type NoticeKind, heal, notifyOnce } from '../notify/notify-once';
import { homeParameters } from '../ports/stores';
import { readChannel } from '../publish/move-channel';
import type { HousekeepingPart, HousekeepingPorts } from './memory';

/** What a pipeline's patching is measured by. */
interface PatchBudgetInput {
  readonly now: Date;
  readonly catalog: Catalog;
  /** What fleets should run. */
  readonly current: Channel | undefined;
  /** From Microsoft's release to the last instance. */
  readonly patchWithinSeconds: number;
}

/** How long what Microsoft released has not been what fleets should run. */
interface PatchBudget {
  /** 0 where `current` is up to date. */
  readonly hoursUnpatched: number;
  /** How much of the budget is spent, in percent; above 100 it is overdrawn. */
  readonly percent: number;
  /** The oldest release that `current` does not have, as an OS version; undefined where it has all. */
  readonly missing: string | undefined;
}

/** How long after 10:00 Pacific of Patch Tuesday a first sight still counts as that day's release. */
const SAME_RELEASE_SECONDS = 36 * 3600;

/**
 * Measures from the oldest release that `current` does not have, so that a second release does not set the clock back; holds
 * do not stop it. A revision released with Patch Tuesday counts from 10:00 Pacific of that day, any other from its first
 * observation. One that came out of band counts only once a host was seen to have it, since most hosts are not offered it.
 */
export function patchBudget({ catalog, current, now, patchWithinSeconds }: PatchBudgetInput): PatchBudget {
  const has = current === undefined ? 0 : (readOsVersion(current.osVersion)?.revision ?? 0);
  const reached = Math.max(0, ...catalog.hosts.map(({ revision }) => revision));
  const missing = catalog.sets
    .map(({ target }) => readOsVersion(target)?.revision ?? 0)
    .filter((revision) => revision > has)
    .flatMap((revision) => {
      const release = releaseOf(catalog, revision);
      return release === undefined || (release.isOutOfBand && revision > reached)
        ? []
        : [{ revision, at: release.at }];
    })
    .sort((one, other) => one.at.getTime() - other.at.getTime());
  const [oldest] = missing;
  if (oldest === undefined) {
    return { hoursUnpatched: 0, percent: 0, missing: undefined };
  }
  const seconds = Math.max(0, (now.getTime() - oldest.at.getTime()) / 1000);
  return {
    hoursUnpatched: seconds / 3600,
    percent: (seconds / patchWithinSeconds) * 100,
    missing: `10.0.${catalog.build}.${oldest.revision}`,
  };
}

/** When a revision was released, as far as the catalog can tell; what the very first poll showed is of unknown age. */
function releaseOf(
  { build, observations }: Catalog,
  revision: number,
): { readonly at: Date; readonly isOutOfBand: boolean } | undefined {
  const seen = observations
    .filter(({ osVersion }) => {
      const version = osVersion === null ? undefined : readOsVersion(osVersion);
      return version?.build === build && version.revision === revision;
    })
    .map(({ at }) => Date.parse(at));
  if (seen.length === 0) {
    return undefined;
  }
  const first = new Date(Math.min(...seen));
  const beginning = Math.min(...observations.map(({ at }) => Date.parse(at)));
  const tuesday = lastPatchTuesday(first);
  const isRegular = (first.getTime() - tuesday.getTime()) / 1000 <= SAME_RELEASE_SECONDS;
  return first.getTime() === beginning
    ? { at: first, isOutOfBand: false }
    : { at: isRegular ? tuesday : first, isOutOfBand: !isRegular };
}

/** How much of the budget is spent when people are notified. */
const LEVELS: readonly { readonly cause: NoticeKind; readonly percent: number }[] = [
  { cause: 'budgetWarning', percent: 75 },
  { cause: 'budgetSpent', percent: 100 },
];

/** Measures how long the fleets of a pipeline have been without what Microsoft released, and notifies people in time. */
export const measurePatching: HousekeepingPart = async (ports, description) => {
  const home = await homeParameters(ports.stores, description);
  const path = pipelinePath(description);
  const now = ports.now();
  const budget = patchBudget({
    now,
    catalog: await readCatalog(ports.documents, osOf(description.os).release),
    current: await readChannel(home, path, 'current'),
    patchWithinSeconds: description.patchWithinSeconds,
  });
  ports.metrics.record(
    [
      { name: 'HoursUnpatched', value: budget.hoursUnpatched, unit: 'None' },
      { name: 'PatchBudgetUsed', value: budget.percent, unit: 'Percent' },
    ],
    now,
  );
  const hold = await readHold(home, path, now);
  const held = hold === undefined ? '' : ` ${hold.by} holds promotion until ${hold.until}: ${hold.reason}`;
  for (const level of LEVELS) {
    await notifyOfLevel(ports, description, level, budget, held);
  }
  return sentence(budget);
};

async function notifyOfLevel(
  ports: HousekeepingPorts,
  { patchWithinSeconds, pipeline }: PipelineDescription,
  { cause, percent }: (typeof LEVELS)[number],
  budget: PatchBudget,
  held: string,
): Promise<void> {
  if (budget.percent < percent) {
    await heal(ports, cause, `Winbake ${pipeline}: patched again within ${percent} % of its budget`);
    return;
  }
  await notifyOnce(
    ports,
    cause,
    `Winbake ${pipeline}: ${percent} % of the patch budget is spent`,
    `${sentence(budget)} The budget is ${patchWithinSeconds / 3600} h.${held}`,
  );
}

function sentence({ hoursUnpatched, missing }: PatchBudget): string {
  return missing === undefined
    ? 'current has every released update.'
    : `current has been without ${missing} for ${hoursUnpatched.toFixed(1)} h since its release.`;
}
