import { GOOD_AMI, type AmiBehaviour } from '../fleet/ami-behaviour';
import type { AmiFault } from '../fleet/ami-faults';
import type { Stage } from './stage';

/**
 * What instances of an AMI do: what they should, but for those of the AMI that faults strike. Of several months that is the
 * second publication, so that one before it is there to go back to and one after it to go on with.
 */
export function amiBehaviour(
  { account, monthEnds }: Pick<Stage, 'account' | 'monthEnds'>,
  [fault]: readonly AmiFault[],
): (amiId: string) => AmiBehaviour {
  const struck = monthEnds.length > 1 ? 1 : 0;
  return (amiId) => {
    const published = account.amis.all.filter(({ tags }) => tags['winbake:publication'] !== undefined);
    return fault !== undefined && published[struck]?.id === amiId ? fault.behaviour : GOOD_AMI;
  };
}
