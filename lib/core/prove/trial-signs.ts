import type { ProofFacts, SeenTrial } from './facts';
import type { ClaimSigns, Sign } from './sign';

/** What only taking a fleet away shows; CloudFormation names what it could not delete as the trial's template does. */
export const TRIAL_SIGNS: Readonly<Record<string, ClaimSigns>> = {
  'hosts-deregister-in-time': ofRemoval(
    /\bCluster\b/,
    (instances) => `with its cluster right after ${instances} instances`,
  ),
  'force-delete-takes-all': ofRemoval(
    /\bGroup\b/,
    (instances) => `after ForceDelete of its group with ${instances} protected instances`,
  ),
};

/** Where CloudFormation failed for another reason, nothing is shown. */
function ofRemoval(contrary: RegExp, text: (instances: number) => string): ClaimSigns {
  return {
    ifNone: 'No fleet of a trial was taken away with its instances: winbake prove NAME --run.',
    signs: ({ trial }: ProofFacts) => (trial === null ? [] : signsOf(trial, contrary, text)),
  };
}

function signsOf(
  { failures, stack, taken }: SeenTrial,
  contrary: RegExp,
  text: (instances: number) => string,
): readonly Sign[] {
  const against = failures.filter((reason) => contrary.test(reason));
  return against.length > 0
    ? against.map((reason) => ({ against: `${stack} was not deleted: ${reason}` }))
    : failures.length > 0 || taken.length === 0
      ? []
      : [{ for: `${stack} was deleted ${text(taken.length)}` }];
}
