import { isLoopbackHost, isPrivateHost } from './network-address';
import type { RegistryAddress } from './registry-url';

/**
 * Why an address that a server names may not be asked, as a noun for the end of a sentence; undefined where it may.
 *
 * From https only https follows, and never an address of a private network, the registry itself excepted. A registry on
 * this computer may name others on this computer, as long as nobody else stood between.
 */
export function objectionTo(target: URL, from: URL, registry: RegistryAddress): string | undefined {
  if (target.username !== '' || target.password !== '') {
    return 'an address with a password';
  }
  const local = registry.loopback && isLoopbackHost(from.hostname) && isLoopbackHost(target.hostname);
  if (target.protocol === 'http:' && local && from.protocol === 'http:') {
    return undefined;
  }
  if (target.protocol !== 'https:') {
    return 'an address without https';
  }
  const chosen = target.origin === registry.origin || local;
  return !chosen && isPrivateHost(target.hostname) ? 'an address of a private network' : undefined;
}

/**
 * Whether a status sends the same question to another address.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15.4
 */
export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}
