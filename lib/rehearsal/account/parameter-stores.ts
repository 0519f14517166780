import type { ParameterStores } from '../../core/ports/stores';
import type { Environment } from '../assembly/environment';
import { unmodelled } from '../assembly/unmodelled';
import type { Caller } from '../iam/role-policies';
import type { Parameters } from './parameters';

/** The parameters that a caller reaches: those of the pretended region; what goes elsewhere stays pending. */
export function pretendedStores(
  parameters: Parameters,
  environment: Environment,
  caller: Caller,
): ParameterStores {
  return {
    of: ({ account, region }) =>
      account === environment.account && region === environment.region
        ? Promise.resolve(parameters.store(caller))
        : Promise.reject(unmodelled(`the account ${account} in ${region}`)),
  };
}
