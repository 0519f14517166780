import { readDeliveries } from '../publish/deliveries-book';
import { awayTargets, targetName } from '../../contract/documents/pipeline-description';
import { fine, unsure, wrong, type Check } from './check-result';

/**
 * Whether the pipeline gets into each other account and region, as care noted it: its roles alone may take the accounts'
 * roles, so that it cannot be tried by anybody else.
 */
export const checkAccounts: Check = async ({ documents }, description) => {
  const { targets } = await readDeliveries(documents);
  return awayTargets(description).map((target) => {
    const name = targetName(target);
    const check = `account ${name}`;
    const delivery = targets[name];
    if (delivery === undefined) {
      return unsure(check, 'care has not looked there yet', 'It does within 15 minutes of a deployment.');
    }
    if (delivery.pending === null) {
      return fine(check, `as care saw it: let in last on ${delivery.reachedAt ?? ''}`);
    }
    const { reason, since } = delivery.pending;
    return wrong(
      check,
      `as care saw it: pending since ${since}: ${reason}`,
      target.account === description.account
        ? 'The next bake brings an AMI there; else see the message.'
        : `Deploy a WindowsAmiAccount in ${name}, with the pipeline's account and prefix.`,
    );
  });
};
