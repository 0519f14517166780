import { patchTuesday } from '../../core/calendar/patch-tuesday';
import type { HistoryEvent } from '../../core/history/history-event';
import { familyOf } from '../../core/images/family';
import { readOsVersion } from '../../contract/values/os-version';
import type { Release } from '../../contract/values/release';
import type { History } from './history';
import type { HostStep } from './host-steps';

/** A step that a history's own tags give; `month` is `YYYY-MM`. */
export interface PatchTuesdayStep extends HostStep {
  readonly month: string;
}

const HOUR = 3_600_000;

/**
 * For each month of a history the newest revision that servercore's floating tag showed on Patch Tuesday, a day of
 * Redmond; a fully updated host has it from 10:00 of that day, whenever the tag came.
 */
export function patchTuesdaySteps(history: History, release: Release): readonly PatchTuesdayStep[] {
  const { repository, floatingTags } = familyOf('servercore', release);
  const steps: PatchTuesdayStep[] = [];
  const { first, last } = history.range();
  const year = first.getUTCFullYear();
  const end = (last.getUTCFullYear() - year) * 12 + last.getUTCMonth();
  for (let month = first.getUTCMonth(); month <= end; month += 1) {
    const ten = patchTuesday(year, month).getTime();
    const [from, to] = [ten - 10 * HOUR, ten + 14 * HOUR];
    const shown = floatingTags.flatMap((tag) => shownBetween(history, repository, tag, from, to));
    const revisions = shown.flatMap((event) => revisionOf(event, release) ?? []);
    if (revisions.length > 0) {
      steps.push({
        time: ten,
        revision: Math.max(...revisions),
        month: new Date(ten).toISOString().slice(0, 7),
      });
    }
  }
  return steps;
}

/** The events that a tag showed from one moment until before another: where it stood, and its changes. */
function shownBetween(
  history: History,
  repository: string,
  tag: string,
  from: number,
  to: number,
): HistoryEvent[] {
  const standing = history.pointsAt(repository, tag, new Date(from));
  const changes = history.eventsOf(repository, tag).filter((event) => event.time > from && event.time < to);
  return standing === undefined ? changes : [standing, ...changes];
}

function revisionOf({ osVersion }: HistoryEvent, release: Release): number | undefined {
  const version = osVersion === null ? undefined : readOsVersion(osVersion);
  return version?.build === release.build ? version.revision : undefined;
}
