import { findingKey, type ImageSet, isAccepted } from '../../contract/documents/catalog';
import type { Finding } from '../../contract/values/finding';
import { formatOsVersion, readOsVersion } from '../../contract/values/os-version';
import { lastPatchTuesday } from '../calendar/patch-tuesday';
import { type FirstObservations, isOutOfBand } from './first-observations';
import type { GateInput } from './gate-input';
import { isOrderOf } from './why-bake';

/** What is known of hosts with regard to a set. */
export interface HostVerdict {
  readonly findings: readonly Finding[];
  /** Why no bake of this set can be ordered, though one were due. */
  readonly withheld?: { readonly decision: 'nothing' | 'needsOperator'; readonly reason: string };
}

/** The revision that a set is for. */
export function targetRevision(set: ImageSet): number {
  return readOsVersion(set.target)?.revision ?? 0;
}

/**
 * Compares a set with the revision that hosts really reached. A host beyond every image gets the nearest lower ones, except
 * on 2016; an out-of-band target that hosts are not offered is not tried again for the same set.
 */
export function checkHost(
  input: GateInput,
  set: ImageSet,
  firstObservations: FirstObservations,
): HostVerdict {
  const { catalog, failed, now, policy, release } = input;
  const target = targetRevision(set);
  const [host] = [...catalog.hosts].sort((one, other) => (one.at < other.at ? 1 : -1));
  if (host !== undefined && host.revision > target) {
    return beyondImages(input, host.revision, set);
  }
  if (!isOutOfBand(firstObservations, target, policy.longestWaitSeconds)) {
    return { findings: [] };
  }
  if (policy.outOfBand === 'waitForHosts' && !catalog.hosts.some(({ revision }) => revision >= target)) {
    const reason = `${set.target} is an out-of-band release, and no host has shown it; the policy is to wait for hosts.`;
    return { findings: [behind('info', reason)], withheld: { decision: 'nothing', reason } };
  }
  const first = firstObservations.firstOf(target);
  // What a host was not offered before, it may be offered since the next Patch Tuesday.
  const isRecent = host !== undefined && new Date(host.at) >= lastPatchTuesday(now);
  const refused = isRecent && first !== undefined && new Date(host.at) >= first && host.revision < target;
  const isSameOrder = failed !== undefined && isOrderOf(catalog, failed.set, set) && host?.bake === failed.id;
  if (refused && (isSameOrder || set.images.some((image) => image.late))) {
    const reached = formatOsVersion({ build: release.build, revision: host.revision });
    const reason = `Hosts are not offered the out-of-band release ${set.target}: the last one reached ${reached}.`;
    return { findings: [behind('info', reason)], withheld: { decision: 'nothing', reason } };
  }
  return { findings: [] };
}

function beyondImages({ catalog, policy, release }: GateInput, revision: number, set: ImageSet): HostVerdict {
  const host = formatOsVersion({ build: release.build, revision });
  const message = `No image of the host's revision ${host} is out; the newest is ${set.target}`;
  const key = findingKey({ code: 'HOST_WITHOUT_IMAGE' }, host);
  const why = release.needsEqualRevision
    ? `Windows Server ${release.name} needs equal revisions`
    : policy.hostWithoutImage === 'stop' && !isAccepted(catalog, key)
      ? `the policy is to stop. It is used once an operator accepts "${key}"`
      : undefined;
  if (why === undefined) {
    const used = `${message} and is used as nearestLower.`;
    return { findings: [{ code: 'HOST_WITHOUT_IMAGE', severity: 'info', message: used }] };
  }
  const reason = `${message}, and ${why}.`;
  return {
    findings: [{ code: 'HOST_WITHOUT_IMAGE', severity: 'stop', message: reason }],
    withheld: { decision: 'needsOperator', reason },
  };
}

function behind(severity: Finding['severity'], message: string): Finding {
  return { code: 'HOST_BEHIND_TARGET', severity, message };
}
