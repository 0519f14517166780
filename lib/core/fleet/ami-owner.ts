import type { Channel } from '../../contract/documents/publication';
import type { FleetControl } from '../ports/fleets';

/** What a fleet follows, and whose AMIs it takes. */
export interface TrustedOwner {
  readonly channel: string;
  /** The pipeline's account; undefined takes any, as settings of an older stack have it. */
  readonly amiOwner?: string | undefined;
}

/** What AWS calls itself as an owner of AMIs. */
const AMAZON = 'amazon';

/**
 * Why a fleet does not take a publication: its AMI is of another account than the pipeline's, or undefined where it is right. Whoever may
 * write the parameter that a fleet follows could show it any AMI. Amazon's own is right where nothing has been baked. An AMI that EC2
 * does not show to this account could not be started.
 */
export async function foreignAmi(
  { ownerOf }: Pick<FleetControl, 'ownerOf'>,
  { amiId, mode }: Channel,
  { amiOwner, channel }: TrustedOwner,
): Promise<string | undefined> {
  const owner = amiOwner === undefined ? undefined : await ownerOf(amiId);
  if (owner === undefined || owner.account === amiOwner || (mode === 'unbaked' && owner.alias === AMAZON)) {
    return undefined;
  }
  return (
    `${channel} shows ${amiId} of the account ${owner.account}, and only AMIs of ${amiOwner ?? ''} are taken. Find out who wrote the ` +
    "parameter and put it right; where that account is the pipeline's, name it as " +
    '"pipelineAccount" of the WindowsAmi'
  );
}
