import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Networks that no public server has: special-purpose addresses that are not reachable from everywhere. */
const PRIVATE_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
];

const PRIVATE_V6: readonly (readonly [string, number])[] = [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

/** Where an IPv6-only network reaches IPv4 servers: the last 32 bits are the IPv4 address. */
const NAT64 = '64:ff9b::';

/** Made when it is first needed; a registry that a person chose never needs it. */
let privateList: BlockList | undefined;

function privateNetworks(): BlockList {
  if (privateList !== undefined) {
    return privateList;
  }
  const list = new BlockList();
  for (const [network, prefix] of PRIVATE_V4) {
    list.addSubnet(network, prefix, 'ipv4');
    list.addSubnet(`${NAT64}${network}`, 96 + prefix, 'ipv6');
  }
  for (const [network, prefix] of PRIVATE_V6) {
    list.addSubnet(network, prefix, 'ipv6');
  }
  privateList = list;
  return list;
}

/** A host name as it is compared: without the brackets of IPv6 and the dot of an absolute name. */
function plainHost(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

/** Whether a host name of a URL is this computer itself: `localhost`, 127.0.0.0/8 or `[::1]`. */
export function isLoopbackHost(hostname: string): boolean {
  const host = plainHost(hostname);
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * Whether a host name of a URL, or an address that it led to, is this computer or an address of a private network,
 * IPv4 written as IPv6 included. Other names are not looked up and count as public.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 */
export function isPrivateHost(hostname: string): boolean {
  const host = plainHost(hostname);
  const family = isIP(host);
  if (family === 0) {
    return host === 'localhost' || host.endsWith('.localhost');
  }
  return privateNetworks().check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/** The networks of an organization; neither this computer nor its link, where a cloud answers with credentials. */
const INTERNAL =
  /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd][0-9a-f]{2}:)/i;

function isInternal(address: string): boolean {
  return INTERNAL.test(address);
}

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
export function checkedLookup(lookup: LookupFunction, registryHost: string): LookupFunction {
  let isInternalRegistry = false;
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, address, family) => {
      // Node's own lookup gives nothing but the error, whatever its type says.
      if (error !== null) {
        callback(error, '');
        return;
      }
      const addresses = typeof address === 'string' ? [address] : address.map((entry) => entry.address);
      if (hostname === registryHost) {
        isInternalRegistry = addresses.every(isInternal);
      }
      const chosen = hostname === registryHost || isLoopbackHost(hostname);
      const isRefused = (one: string) => isPrivateHost(one) && !(isInternalRegistry && isInternal(one));
      if (!chosen && addresses.some(isRefused)) {
        callback(new PrivateAddressError(hostname), '');
        return;
      }
      callback(null, address, family);
    });
  };
}
