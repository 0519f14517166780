import { findingKey, isAccepted } from '../../contract/documents/catalog';
import { FROZEN_STOP_SECONDS, FROZEN_WARNING_SECONDS, after, toMinute, type Thresholds } from '../../contract/documents/gate-policy';
import type { Finding } from '../../contract/values/finding';
import { formatOsVersion } from '../../contract/values/os-version';
import { familyOf } from '../resolve/family';
import type { GuardedFamily } from './gate-image';
import type { GateInput } from './gate-input';
import type { Sightings } from './sightings';

/**
 * Families that have been behind servercore for long: their line of tags is probably no longer built. For more than 30 days
 * it is a warning, for more than 60 days it stops the gate until an operator accepts it; both name the live line.
 */
export function findFrozen(
  { catalog }: GateInput,
  families: readonly GuardedFamily[],
  sightings: Sightings,
  at: Thresholds,
): readonly Finding[] {
  const base = families.find(({ family }) => family.name === 'servercore')?.image;
  return families.flatMap((one): Finding[] => {
    const { family, image } = one;
    if (base === undefined || image === undefined || image.osVersion.revision >= base.osVersion.revision) {
      return [];
    }
    const since = sightings.firstNewer('servercore', image.osVersion.revision);
    if (since === undefined || !at.passed(justAfter(since, FROZEN_WARNING_SECONDS))) {
      return [];
    }
    const version = formatOsVersion(image.osVersion);
    const stops = at.passed(justAfter(since, FROZEN_STOP_SECONDS));
    const finding: Finding = {
      code: 'FROZEN',
      severity: stops ? 'stop' : 'warning',
      family: family.name,
      message: `${family.name} stands at ${version} while servercore moved on at ${toMinute(since)}${liveLine(one)}.`,
    };
    const key = findingKey(finding, version);
    if (isAccepted(catalog, key)) {
      return [{ ...finding, severity: 'warning' }];
    }
    const wayOut = ` It is baked as it is once an operator accepts "${key}".`;
    return [stops ? { ...finding, message: `${finding.message}${wayOut}` } : finding];
  });
}

/** "More than" a time: the millisecond after it. */
function justAfter(since: Date, seconds: number): Date {
  return new Date(after(since, seconds).getTime() + 1);
}

function liveLine({ family }: GuardedFamily): string {
  const live = familyOf(family.name, family.release).line;
  return live === undefined || live === family.line
    ? ''
    : `; its line ${family.line ?? ''} is no longer built, the live line is ${live}`;
}
