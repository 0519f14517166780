import type { FleetStatuses } from '../../lib/contract/documents/fleet-statuses';
import type { FleetEvidence } from '../../lib/core/fleet/fleet-evidence';
import { budgetFigure, budgetText, plainHours, timelineFigure } from '../shared/html-chart';
import { page, table, type Markup } from '../shared/html-page';
import { evidenceRows } from './evidence-timeline';

/** The fleets of accounts and regions, each with where it is. */
type PlacedFleet = FleetStatuses['fleets'][number] & Pick<FleetStatuses, 'account' | 'region'>;

/** The fleets of accounts and regions as a page: which drift and which are over their budget, first. */
export function fleetsPage(
  places: readonly FleetStatuses[],
  /** Of the last Patch Tuesday. */
  evidence: readonly FleetEvidence[],
): string {
  const fleets = places.flatMap(({ account, fleets: all, region }) =>
    all.map((one) => ({ ...one, account, region })),
  );
  const drifting = fleets.filter((one) => driftOf(one) !== ON_TARGET);
  const late = fleets.filter((one) => verdictOf(one) === 'over budget');
  const held = fleets.filter(({ hold }) => hold !== null);
  const names = (some: readonly PlacedFleet[]) => {
    const shown = some.slice(0, MOST_NAMES).map((one) => nameIn(places, one));
    const more = some.length - shown.length;
    return `${shown.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
  };
  return page({
    title: 'Winbake fleets',
    answer: [
      fleets.length === 0
        ? 'There is no fleet here.'
        : `${fleets.length - drifting.length} of ${fleets.length} fleets run what their channel shows on every instance` +
          (drifting.length === 0 ? '.' : `; not: ${names(drifting)}.`),
      late.length === 0
        ? 'None is known to be over its patch budget.'
        : `Over the patch budget: ${names(late)}.`,
      ...(held.length === 0 ? [] : [`Held by people: ${names(held)}.`]),
    ],
    facts: [
      ['Fleets', fleets.length],
      ['Instances', fleets.reduce((sum, { instances }) => sum + instances.length, 0)],
      ['Accounts', new Set(fleets.map(({ account }) => account)).size],
      ['Regions', new Set(fleets.map(({ region }) => region)).size],
      ['Over budget', late.length],
      ['Held', held.length],
    ],
    sections: [
      { title: 'Drift over fleets, accounts and regions', content: [drift(fleets), versions(fleets)] },
      { title: 'Patch budgets', content: [...places.map(budgets), instances(fleets)] },
      { title: 'The last Patch Tuesday', content: timeline(evidence) },
      { title: 'What each AMI is', content: [amis(fleets)] },
      { title: 'What people set and fleets wait for', content: [overrides(fleets)] },
    ],
    footer: places
      .map(({ account, at, region }) => `Account ${account}, ${region}, as of ${at ?? 'an unknown time'}.`)
      .join(' '),
  });
}

const ON_TARGET = 'on target';

/** Fleets that an answer names; the tables have all. */
const MOST_NAMES = 5;

/** How far a fleet is from what its channel shows, in words. */
function driftOf({ instances: all, isGroupThere, wanted }: PlacedFleet): string {
  if (!isGroupThere) {
    return 'group is gone';
  }
  if (wanted === null) {
    return 'not polled yet';
  }
  const there = all.filter(({ osVersion }) => osVersion === wanted.osVersion).length;
  return there === all.length ? ON_TARGET : `${there} of ${all.length} on target`;
}

function verdictOf({ hoursUnpatched, patchWithinHours }: PlacedFleet): string {
  return budgetText({ hours: hoursUnpatched, budget: patchWithinHours });
}

/** The name of a fleet, with its place where there are several. */
function nameIn(places: readonly FleetStatuses[], { account, fleet, region }: PlacedFleet): string {
  return places.length === 1 ? fleet : `${fleet} in ${account} ${region}`;
}

const RIGHT = { align: 'right' } as const;

function drift(fleets: readonly PlacedFleet[]): Markup {
  return table({
    caption: 'What each fleet runs, and what its channel shows',
    columns: [
      ...['Fleet', 'Account', 'Region', 'Ring', 'Runs', 'Channel shows', 'Drift'].map((title) => ({ title })),
      { title: 'Behind', ...RIGHT },
      { title: 'Unpatched', ...RIGHT },
      { title: 'Patch budget', ...RIGHT },
      { title: 'Result' },
    ],
    rows: fleets.map((one) => [
      ...[one.fleet, one.account, one.region, one.ring === null ? '-' : String(one.ring)],
      one.runs.publication ?? one.runs.amiId,
      one.wanted?.id ?? '-',
      driftOf(one),
      plainHours(one.hoursBehind),
      plainHours(one.hoursUnpatched),
      one.patchWithinHours === null ? '-' : plainHours(one.patchWithinHours),
      verdictOf(one),
    ]),
  });
}

/** How many instances of each place are on each version, the newest first. */
function versions(fleets: readonly PlacedFleet[]): Markup {
  const all = fleets.flatMap(({ account, instances: of, region }) =>
    of.map((one) => ({ place: `${account} ${region}`, version: one.osVersion ?? 'not known' })),
  );
  const places = [...new Set(all.map(({ place }) => place))];
  const names = [...new Set(all.map(({ version }) => version))].sort(newestFirst);
  return table({
    caption: 'Instances by OS version, account and region',
    columns: [{ title: 'OS version' }, ...places.map((title) => ({ title, ...RIGHT }))],
    rows: names.map((name) => [
      name,
      ...places.map((here) => all.filter(({ place, version }) => version === name && place === here).length),
    ]),
  });
}

function newestFirst(one: string, other: string): number {
  return other.localeCompare(one, 'en', { numeric: true });
}

function budgets({ account, fleets, region }: FleetStatuses): Markup {
  return budgetFigure(
    `Hours without what Microsoft released: account ${account}, ${region}`,
    fleets.map(({ fleet, hoursUnpatched: hours, patchWithinHours: budget }) => ({
      ...{ label: fleet, hours, budget },
    })),
  );
}

function instances(fleets: readonly PlacedFleet[]): Markup {
  return table({
    caption: 'Instances against the patch budget',
    columns: [
      ...['Instance', 'Fleet', 'Account', 'Region', 'Publication', 'OS version', 'Lifecycle'].map(
        (title) => ({
          title,
        }),
      ),
      { title: 'Unpatched', ...RIGHT },
      { title: 'Patch budget', ...RIGHT },
      { title: 'Result' },
    ],
    rows: fleets.flatMap(({ account, fleet, instances: all, patchWithinHours: budget, region }) =>
      all.map(({ hoursUnpatched: hours, ...one }) => [
        ...[one.id, fleet, account, region, one.publication ?? 'not known', one.osVersion ?? 'not known'],
        one.lifecycle,
        hours === null ? '-' : plainHours(hours),
        budget === null ? '-' : plainHours(budget),
        hours === null ? 'not known' : budgetText({ hours, budget }),
      ]),
    ),
  });
}

function timeline(evidence: readonly FleetEvidence[]): readonly Markup[] {
  const { released, rows } = evidenceRows(evidence);
  return rows.length === 0
    ? []
    : timelineFigure({
        title: `Publications and fleets, Patch Tuesday of ${released}`,
        origin: released,
        rows,
        works: 'replaces instances',
      });
}

/** Each AMI that an instance runs: what it was published as, and where it runs. */
function amis(fleets: readonly PlacedFleet[]): Markup {
  const all = fleets.flatMap(({ account, fleet, instances: of, region }) =>
    of.map((one) => ({ ...one, fleet, place: `${account} ${region}` })),
  );
  return table({
    caption: 'AMIs that instances run',
    columns: [
      ...['AMI', 'Publication', 'OS version', 'Fleets', 'Account and region'].map((title) => ({ title })),
      { title: 'Instances', ...RIGHT },
    ],
    rows: [...Map.groupBy(all, ({ amiId, place }) => `${amiId} ${place}`)].map(([, of]) => [
      of[0]?.amiId ?? '',
      of[0]?.publication ?? 'not known',
      of[0]?.osVersion ?? 'not known',
      [...new Set(of.map(({ fleet }) => fleet))].join(', '),
      of[0]?.place ?? '',
      of.length,
    ]),
  });
}

function overrides(fleets: readonly PlacedFleet[]): Markup {
  return table({
    caption: 'Holds and waits',
    columns: ['Fleet', 'Account', 'Region', 'What', 'Since or until', 'Reason'].map((title) => ({ title })),
    rows: fleets.flatMap(({ account, fleet, hold, region, waiting }) => [
      ...(hold === null
        ? []
        : [[fleet, account, region, `held by ${hold.by}`, `until ${hold.until}`, hold.reason]]),
      ...(waiting === null
        ? []
        : [[fleet, account, region, `waits for ${waiting.for}`, `since ${waiting.since}`, waiting.reason]]),
    ]),
  });
}
