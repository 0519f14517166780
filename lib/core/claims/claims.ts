import { UsageError } from '../../contract/values/errors';
import { ACCOUNT_CLAIMS } from './account-claims';
import { BAKE_CLAIMS } from './bake-claims';
import type { Claim } from './claim';
import { HOST_CLAIMS } from './host-claims';
import { INSTANCE_CLAIMS } from './instance-claims';
import { REGISTRY_CLAIMS } from './registry-claims';
import { ROLLOUT_CLAIMS } from './rollout-claims';
import { SIMULATOR_CLAIMS } from './simulator-claims';

/** The claims by what they are about. */
export const CLAIM_GROUPS: Readonly<Record<string, readonly Claim[]>> = {
  'Windows, Docker and PowerShell on an instance': INSTANCE_CLAIMS,
  'Image Builder and AWSTOE': BAKE_CLAIMS,
  'Rights, and the other services of an account': ACCOUNT_CLAIMS,
  'Instance refreshes, groups and launch templates': ROLLOUT_CLAIMS,
  'Container hosts, clusters and tasks': HOST_CLAIMS,
  'The registry, the command line and the packages': REGISTRY_CLAIMS,
  'What the rehearsal assumes': SIMULATOR_CLAIMS,
};

/** Everything that is claimed and not proven, in the order of docs/unproven.md. */
export const CLAIMS: readonly Claim[] = Object.values(CLAIM_GROUPS).flat();

/** The claim of an id. Throws a `UsageError` where there is none. */
export function claimOf(id: string): Claim {
  const claim = CLAIMS.find((one) => one.id === id);
  if (claim === undefined) {
    throw new UsageError(`There is no claim '${id}'; docs/unproven.md lists them.`);
  }
  return claim;
}
