import type { LookupFunction } from 'node:net';
import { isLoopbackHost, isPrivateHost } from './network-address';

/** A name that another server sent us to belongs to an address of a private network. */
export class PrivateAddressError extends Error {
  readonly code = 'PRIVATE_ADDRESS';

  constructor(hostname: string) {
    super(`${hostname} belongs to an address of a private network`);
    this.name = 'PrivateAddressError';
  }
}

/**
 * Looks names up at the moment of connecting, and refuses those that lead to private addresses: a public registry must
 * not make us ask servers inside our network. The registry's own name may be private, since a person chose it.
 */
export function guardedLookup(lookup: LookupFunction, registryHost: string): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, address, family) => {
      const addresses = typeof address === 'string' ? [address] : address.map((entry) => entry.address);
      const chosen = hostname === registryHost || isLoopbackHost(hostname);
      if (error === null && !chosen && addresses.some(isPrivateHost)) {
        callback(new PrivateAddressError(hostname), '');
        return;
      }
      callback(error, address, family);
    });
  };
}
