import { tenPacific, lastPatchTuesday, nextPatchTuesday } from '../../../lib/core/calendar/patch-tuesday';
import type { FamilyPoll } from '../../../lib/core/gate/gate-input';
import type { NaiveSummary } from './backtest-report';
import type { RecordedPolls } from './recorded-observations';

/** A rule that bakes what the floating tags show at its own hours, whatever that is. */
type NaiveSchedule = (after: Date) => Date;

const DAY = 24 * 3_600_000;

/** Every Monday at 10:00 Pacific: the weekly cron that most image pipelines have. */
export function weekly(after: Date): Date {
  for (let day = after.getTime(); ; day += DAY) {
    const date = new Date(day);
    const instant = tenPacific(date.toISOString().slice(0, 10));
    if (date.getUTCDay() === 1 && instant > after) {
      return instant;
    }
  }
}

/** Patch Tuesday at 11:00 Pacific: an hour after Microsoft's release. */
export function patchTuesdayAtEleven(after: Date): Date {
  const today = new Date(lastPatchTuesday(after).getTime() + DAY / 24);
  return today > after ? today : new Date(nextPatchTuesday(after).getTime() + DAY / 24);
}

/** What a naive rule would have done over a time; its host is updated in the bake, as ours is. */
export function naiveBakes(
  polls: RecordedPolls,
  schedule: NaiveSchedule,
  from: Date,
  to: Date,
  hostAt: (instant: Date) => number | undefined,
): NaiveSummary {
  let previous = '';
  let [bakes, wrong, unchanged] = [0, 0, 0];
  const baked: { readonly at: Date; readonly revision: number }[] = [];
  for (let at = schedule(new Date(from.getTime() - 1)); at <= to; at = schedule(at)) {
    const shown = polls.at(at);
    const images = shown.map(({ image }) => image?.digest ?? '').join(' ');
    bakes += 1;
    wrong += isWrongImage(shown, hostAt(at)) ? 1 : 0;
    unchanged += images === previous ? 1 : 0;
    previous = images;
    baked.push({ at, revision: revisionOf(shown) });
  }
  return {
    bakes,
    wrongImageBakes: wrong,
    unchangedBakes: unchanged,
    hoursBehind: hoursBehind(polls, baked, from, to),
  };
}

/**
 * The hours in which servercore's floating tag showed something newer than what was baked last; measured from the first bake
 * on.
 */
export function hoursBehind(
  polls: RecordedPolls,
  baked: readonly { readonly at: Date; readonly revision: number }[],
  from: Date,
  to: Date,
): number {
  let behind = 0;
  for (let at = from.getTime(); at < to.getTime();) {
    const now = new Date(at);
    const lastPublished = baked.findLast((bake) => bake.at <= now);
    const nextBake = baked.find((bake) => bake.at > now)?.at ?? to;
    const nextChange = polls.changeAfter(now) ?? to;
    const next = Math.min(nextBake.getTime(), nextChange.getTime(), to.getTime());
    if (lastPublished !== undefined && revisionOf(polls.at(now)) > lastPublished.revision) {
      behind += next - at;
    }
    at = next;
  }
  return Math.round(behind / 36_000) / 100;
}

function revisionOf(shown: readonly FamilyPoll[]): number {
  return shown.find(({ family }) => family.name === 'servercore')?.image?.osVersion.revision ?? 0;
}

function isWrongImage(shown: readonly FamilyPoll[], host: number | undefined): boolean {
  const revisions = shown.map(({ image }) => image?.osVersion.revision);
  return (
    new Set(revisions).size > 1 ||
    revisions.some((revision) => revision === undefined || (host !== undefined && revision > host))
  );
}
