import { UsageError } from '../../contract/values/errors';
import type { Release } from '../../contract/values/release';
import type { HostRevisionLookup } from '../history/host-revisions';
import type { FreshHost } from '../host/host-faults';

/** AWS publishes its AMIs some days after Patch Tuesday; three is what was seen most often. */
const AMI_DELAY_MILLISECONDS = 3 * 24 * 3600 * 1000;

const FREE_BYTES = 75 * 1024 ** 3;

/**
 * The base AMI's host at an instant: it lags behind what Windows Update offers. Throws a `UsageError` where no revision is
 * known at that moment.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/WindowsGuide/windows-ami-version-history.html
 */
export function baseHostAt(
  os: { readonly name: string; readonly release: Release },
  revisions: HostRevisionLookup,
  now: Date,
  given: number | undefined,
  instanceId: string,
): FreshHost {
  const { build, name } = os.release;
  const offeredRevision = given ?? revisions(build, now);
  if (offeredRevision === undefined) {
    throw new UsageError(
      `No revision of Windows Server ${name} is known at ${now.toISOString()}; give one with --host-revision or --hosts.`,
    );
  }
  const released = revisions(build, new Date(now.getTime() - AMI_DELAY_MILLISECONDS)) ?? offeredRevision;
  return {
    offeredRevision,
    facts: {
      currentBuild: String(build),
      ubr: Math.min(released, offeredRevision),
      productName: `Windows Server ${name} Datacenter`,
      installationType: os.name.endsWith('_CORE') ? 'Server Core' : 'Server',
      pendingReboot: false,
      services: { docker: 'Running', UsoSvc: 'Running', wuauserv: 'Running' },
      instanceId,
      freeBytes: FREE_BYTES,
      clockOffsetSeconds: Math.round((now.getTime() - Date.now()) / 1000),
    },
  };
}
