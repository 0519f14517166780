import { UsageError } from '../contract/values/errors';
import { isLoopbackHost } from './network-address';

/** Where a registry is. */
export interface RegistryAddress {
  /** Scheme, host and port, as `https://mcr.microsoft.com`. */
  readonly origin: string;
  /** The host as URLs have it, without port. */
  readonly hostname: string;
  /** How people call it in a sentence: the host, or the whole origin where it is plain http. */
  readonly name: string;
  /** Whether it is on this computer. */
  readonly loopback: boolean;
}

/**
 * Parses the base address of a registry: https, or http on this computer, and nothing behind the host and port. Throws
 * a `UsageError` that says what is wrong and what to write.
 */
export function parseRegistryUrl(text: string): RegistryAddress {
  const url = /^[^\s\\]+$/.test(text) ? parse(text) : undefined;
  if (url === undefined || url.hostname === '') {
    throw refusal('is an address such as https://mcr.microsoft.com', text);
  }
  const loopback = isLoopbackHost(url.hostname);
  const wayOut = `${loopback && url.protocol === 'http:' ? 'http' : 'https'}://${url.host}`;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refusal('is read over https:// only', text, wayOut);
  }
  if (url.protocol === 'http:' && !loopback) {
    throw refusal('is read over http:// only where it is on this computer', text, wayOut);
  }
  const extra = whatIsTooMuch(text, url);
  if (extra !== undefined) {
    throw refusal(`is named without ${extra}`, text, wayOut);
  }
  return {
    origin: url.origin,
    hostname: url.hostname,
    name: url.protocol === 'https:' ? url.host : url.origin,
    loopback,
  };
}

function parse(text: string): URL | undefined {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text)) {
    const guess = `https://${text}`;
    if (!URL.canParse(guess)) {
      return undefined;
    }
    const { host, hostname } = new URL(guess);
    const wayOut = `${isLoopbackHost(hostname) ? 'http' : 'https'}://${host}`;
    throw refusal('needs https:// before its name, or http:// on this computer', text, wayOut);
  }
  return URL.canParse(text) ? new URL(text) : undefined;
}

function whatIsTooMuch(text: string, url: URL): string | undefined {
  if (/^[^/]+\/\/[^/?#]*@/.test(text)) {
    return 'user name and password, since Winbake reads anonymously';
  }
  if (text.includes('?')) {
    return 'a query';
  }
  if (text.includes('#')) {
    return 'a fragment';
  }
  return url.pathname === '/' ? undefined : 'a path';
}

function refusal(rule: string, text: string, wayOut?: string): UsageError {
  const advice = wayOut === undefined ? '' : `; write ${wayOut}`;
  return new UsageError(`A registry ${rule}, got: '${withoutSecrets(text)}'${advice}.`);
}

/** What was typed, without a password or a signed query, on one line. */
function withoutSecrets(text: string): string {
  return text
    .replace(/^([a-z][a-z\d+.-]*:\/\/)?[^/?#]*@/i, '$1***@')
    .replace(/\?.*$/s, '?***')
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, 200);
}
