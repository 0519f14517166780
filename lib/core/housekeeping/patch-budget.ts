import type { Catalog } from '../../contract/documents/catalog';
import type { LastDecision } from '../../contract/documents/memory';
import { type PipelineDescription, pipelinePath } from '../../contract/documents/pipeline-description';
import type { Channel } from '../../contract/documents/publication';
import { readOsVersion } from '../../contract/values/os-version';
import { osOf, type Release } from '../../contract/values/release';
import { readHold } from '../bake/hold';
import { lastPatchTuesday, patchTuesdayOf } from '../calendar/patch-tuesday';
import { firstSeenTimes } from '../catalog/catalog';
import { readCatalog } from '../catalog/catalog-store';
import type { UnreadSince } from '../gate/gate-input';
import { readLastDecision } from '../gate/last-decision';
import { readOutage } from '../gate/outage';
import { familyImages } from '../images/image-extra';
import { familyNameIn } from '../images/family';
import { heal, type NoticeKind, notifyOnce } from '../notify/notify-once';
import { type DocumentStore, homeParameters } from '../ports/stores';
import { readChannel } from '../publish/move-channel';
import { readPublication } from '../publish/record-publication';
import type { HousekeepingPart, HousekeepingPorts } from './memory';

/** What a pipeline's patching is measured by. */
interface PatchBudgetInput {
  readonly now: Date;
  readonly catalog: Catalog;
  /** What fleets should run. */
  readonly current: Channel | undefined;
  /** From Microsoft's release to the last instance. */
  readonly patchWithinSeconds: number;
  /** Since when repositories cannot be read, of those that cannot; absent: all can. */
  readonly unreadSince?: UnreadSince;
  /** The gate's last poll; absent: not known. */
  readonly polledAt?: Date;
}

/** How long what Microsoft released has not been what fleets should run. */
interface PatchBudget {
  /** 0 where `current` is up to date. */
  readonly hoursUnpatched: number;
  /** How much of the budget is spent, in percent; above 100 it is overdrawn. */
  readonly percent: number;
  /**
   * The oldest release that `current` does not have: an OS version, or the updates of a Patch Tuesday whose revision nobody has seen.
   * Undefined where it has all.
   */
  readonly missing: string | undefined;
}

/** How long after 10:00 Pacific of Patch Tuesday a first sight still counts as that day's release. */
const SAME_RELEASE_SECONDS = 36 * 3600;

/**
 * Measures from the oldest release that `current` does not have, so that a second release does not set the clock back; holds
 * do not stop it. What was released is what floating tags showed and hosts reached, whether a set was accepted or not. A revision
 * of Patch Tuesday counts from 10:00 Pacific of that day, any other from its first sight; one that came out of band
 * only once a host has it, since most hosts are not offered it. The updates of a Patch Tuesday that nobody could look for count too.
 */
export function patchBudget(input: PatchBudgetInput): PatchBudget {
  const { catalog, current, now, patchWithinSeconds } = input;
  const has = current === undefined ? 0 : (readOsVersion(current.osVersion)?.revision ?? 0);
  const seenTimes = firstSeenTimes(catalog);
  const reached = Math.max(0, ...catalog.hosts.map(({ revision }) => revision));
  // The revision of a plain base AMI is not known: what was out when channels were pointed to it may be in it, but for the newest.
  const basedAt = current?.mode === 'unbaked' ? Date.parse(current.at) : -Infinity;
  const newestThen = Math.max(
    0,
    ...[...seenTimes].filter(([, first]) => first.getTime() <= basedAt).map(([revision]) => revision),
  );
  const seen = [...seenTimes]
    .filter(([revision]) => revision > has && revision >= newestThen)
    .flatMap(([revision, first]) => {
      const release = releaseOf(catalog, first);
      return release.isOutOfBand && revision > reached
        ? []
        : [
            {
              what: `10.0.${catalog.build}.${revision}`,
              at: new Date(Math.max(release.at.getTime(), basedAt)),
            },
          ];
    });
  const [oldest] = [...seen, ...unseenRelease(input, seenTimes.get(has))].sort(
    (one, other) => one.at.getTime() - other.at.getTime(),
  );
  if (oldest === undefined) {
    return { hoursUnpatched: 0, percent: 0, missing: undefined };
  }
  const seconds = Math.max(0, (now.getTime() - oldest.at.getTime()) / 1000);
  return {
    hoursUnpatched: seconds / 3600,
    percent: (seconds / patchWithinSeconds) * 100,
    missing: oldest.what,
  };
}

/** When what was first seen then was released, as far as the catalog can tell; what the very first poll showed is of unknown age. */
function releaseOf(
  { observations }: Catalog,
  first: Date,
): { readonly at: Date; readonly isOutOfBand: boolean } {
  const tuesday = patchTuesdayOf(first);
  const isRegular = (first.getTime() - tuesday.getTime()) / 1000 <= SAME_RELEASE_SECONDS;
  return first.getTime() === beginningOf(observations)
    ? { at: first, isOutOfBand: false }
    : { at: isRegular ? tuesday : first, isOutOfBand: !isRegular };
}

/** The very first poll. */
function beginningOf(observations: Catalog['observations']): number {
  return Math.min(...observations.map(({ at }) => Date.parse(at)));
}

/**
 * The last Patch Tuesday, where `current` is older, or of unknown age, and nothing shows what it brought: at once, until what it
 * brought has had its time to be seen, and after that as long as nobody could look.
 */
function unseenRelease(
  { catalog, current, now, polledAt, unreadSince = {} }: PatchBudgetInput,
  seenAt: Date | undefined,
): readonly { readonly what: string; readonly at: Date }[] {
  const tuesday = lastPatchTuesday(now);
  if (current === undefined || current.mode === 'unbaked' || catalog.observations.length === 0) {
    return [];
  }
  const known = Math.min(seenAt?.getTime() ?? Infinity, Date.parse(current.revisionSeenAt ?? current.at));
  const until = tuesday.getTime() + SAME_RELEASE_SECONDS * 1000;
  const repositories = repositoriesOf(catalog);
  const isUnread =
    repositories.length > 0 &&
    repositories.every((repository) => Date.parse(unreadSince[repository] ?? '') <= until);
  const isUnseen =
    now.getTime() <= until || isUnread || (polledAt !== undefined && polledAt.getTime() <= until);
  const isOlder = known <= beginningOf(catalog.observations) || patchTuesdayOf(new Date(known)) < tuesday;
  return isOlder && isUnseen
    ? [{ what: `the updates of Patch Tuesday ${tuesday.toISOString().slice(0, 10)}`, at: tuesday }]
    : [];
}

/** Where the families of the newest set are; before the first set, whatever was seen. */
function repositoriesOf({ observations, sets: [newest] }: Catalog): readonly string[] {
  return newest === undefined
    ? observations.map(({ repository }) => repository)
    : familyImages(newest.images).map(({ repository }) => repository);
}

/** Measures by what could not be read and when the gate polled last, too. */
export async function readPatchBudget(
  documents: Pick<DocumentStore, 'read'>,
  release: Release,
  last: LastDecision | undefined,
  input: Omit<PatchBudgetInput, 'unreadSince' | 'polledAt'>,
): Promise<PatchBudget> {
  return patchBudget({
    ...input,
    unreadSince: await readOutage(documents, release),
    ...(last === undefined ? {} : { polledAt: new Date(last.at) }),
  });
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
  const { release } = osOf(description.os);
  const budget = await readPatchBudget(ports.documents, release, await readLastDecision(ports.documents), {
    now,
    catalog: await readCatalog(ports.documents, release),
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
    : `current has been without ${missing} for ${hoursUnpatched.toFixed(1)} h since the release.`;
}

/** What came at the last Patch Tuesday, and when. */
export interface PatchTimeline {
  readonly released: string;
  /** When each family showed it first, or something newer; null where it has not yet. */
  readonly families: readonly { readonly family: string; readonly shownAt: string | null }[];
  /** The first publication with it; null where none is known. */
  readonly publication: Pick<Channel, 'id' | 'at'> | null;
}

/** When what came at the last Patch Tuesday reached families and publications; null where nothing has come since that is of known age. */
export async function readPatchTimeline(
  documents: Pick<DocumentStore, 'read'>,
  catalog: Catalog,
  channels: readonly Channel[],
  now: Date,
): Promise<PatchTimeline | null> {
  const { build, observations, sets } = catalog;
  const released = lastPatchTuesday(now);
  const seenTimes = [...firstSeenTimes(catalog)];
  const beginning = Math.min(...seenTimes.map(([, at]) => at.getTime()));
  const isNew = (at: Date) => at.getTime() > beginning && patchTuesdayOf(at) >= released;
  const before = Math.max(0, ...seenTimes.filter(([, at]) => !isNew(at)).map(([revision]) => revision));
  const since = seenTimes.filter(([revision, at]) => isNew(at) && revision > before);
  if (since.length === 0) {
    return null;
  }
  // What came out of band later has it, too.
  const least = Math.min(...since.map(([revision]) => revision));
  const has = (osVersion: string | null) => {
    const version = readOsVersion(osVersion ?? '');
    return version?.build === build && version.revision >= least;
  };
  // Own images, and extras, come whenever they are built.
  const families = (sets[0]?.images ?? []).filter(
    ({ family, repository }) => !family.includes('@') && familyNameIn(repository) !== undefined,
  );
  const shownIn = (repository: string) =>
    observations
      .filter((one) => one.repository === repository && has(one.osVersion))
      .map(({ at }) => new Date(at).toISOString())
      .sort()[0];
  const shown = channels.filter(({ mode, osVersion }) => mode !== 'unbaked' && has(osVersion));
  const versions = [
    ...since.map(([revision]) => `${build}.${revision}`),
    ...shown.map(({ id }) => id.split('-')[0] ?? ''),
  ];
  const firsts = await Promise.all(
    [...new Set(versions)].map((version) => firstPublicationOf(documents, version, shown)),
  );
  const [first] = firsts
    .filter((one) => one !== null)
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return {
    released: released.toISOString(),
    families: families.map(({ family, repository }) => ({ family, shownAt: shownIn(repository) ?? null })),
    publication: first === undefined ? null : { id: first.id, at: first.at },
  };
}

/** The publication of a version's least number; a channel may show a rebake of it. */
async function firstPublicationOf(
  documents: Pick<DocumentStore, 'read'>,
  version: string,
  shown: readonly Channel[],
): Promise<PatchTimeline['publication']> {
  const numbers = shown.flatMap(({ id }) => (id.startsWith(`${version}-`) ? Number(id.split('-')[1]) : []));
  for (let number = 1; number <= Math.max(1, ...numbers); number += 1) {
    const id = `${version}-${number}`;
    const first = shown.find((one) => one.id === id) ?? (await readPublication(documents, id));
    if (first !== undefined) {
      return first;
    }
  }
  return null;
}
