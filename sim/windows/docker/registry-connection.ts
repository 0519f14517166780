import { lookup } from 'node:dns';
import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Digest } from '../../../lib/contract/values/digest';
import { isThere } from '../../../lib/registry/accept-response';
import { createRegistryAccess, type RegistryLogin } from '../../../lib/registry/registry-access';
import { startLifetime } from '../../../lib/registry/client-lifetime';
import { createHttpAgents } from '../../../lib/registry/http-agents';
import { createHttpSender } from '../../../lib/registry/http-sender';
import { checkedLookup } from '../../../lib/registry/network-address';
import { createRegistryClient, type RegistryClient } from '../../../lib/registry/registry-client';
import { RegistryErrors } from '../../../lib/registry/registry-errors';
import { DEFAULT_REGISTRY_LIMITS } from '../../../lib/registry/registry-limits';
import { blobPath } from '../../../lib/registry/registry-path';
import { parseRegistryUrl } from '../../../lib/registry/registry-url';
import { limitParallel, pacedRequests } from '../../../lib/registry/request-pace';
import { createRetryingSender } from '../../../lib/registry/retrying-sender';
import { unknownRegistry } from './docker-failure';
import type { Engine } from './docker-host';

/** Asks a registry for layers without reading them. */
interface LayerAccess {
  /** The size that a HEAD of the blob tells, in bytes; null where it tells none, undefined where there is no such blob. */
  size(repository: string, digest: Digest): Promise<number | null | undefined>;
  close(): Promise<void>;
}

/**
 * Asks with HEAD only, with the parts of the registry's client: its limits, retries, redirects and tokens. The bytes of a
 * layer are never read.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#checking-if-content-exists-in-the-registry
 */
function createLayerAccess(url: string, login: () => Promise<RegistryLogin | undefined>): LayerAccess {
  const registry = parseRegistryUrl(url);
  const limits = DEFAULT_REGISTRY_LIMITS;
  const lifetime = startLifetime({ deadlineSeconds: undefined, signal: undefined, clock: Date.now });
  const errors = new RegistryErrors({ registry, clock: Date.now, deadlineSeconds: undefined });
  const agents = createHttpAgents({ lookup: checkedLookup(lookup, registry.hostname) });
  const common = { limits, errors, registry, clock: Date.now, random: Math.random };
  const sleep = (milliseconds: number): Promise<void> => sleepFor(milliseconds);
  const once = createHttpSender({
    ...common,
    agents,
    parallel: limitParallel(limits.parallel),
    pace: pacedRequests({ requestsPerSecond: undefined, clock: Date.now, sleep }),
    count: () => undefined,
  });
  const send = createRetryingSender({ ...common, send: once, sleep });
  const access = createRegistryAccess({ ...common, send, count: () => undefined, login });
  return {
    size: async (repository, digest) => {
      const path = blobPath(registry, repository, digest);
      const limitBytes = limits.errorBytes;
      const request = { method: 'HEAD', accept: '*/*', limitBytes, lifetime, ...path } as const;
      const followed = await access(request, repository);
      if (!isThere(followed, errors)) {
        return undefined;
      }
      const declared = followed.response.headers['content-length'];
      return declared === undefined ? null : Number(declared);
    },
    close: () => {
      lifetime.close();
      agents.destroy();
      return Promise.resolve();
    },
  };
}

/** A registry that the engine pulls from. */
export interface RegistryConnection {
  /** As image references name it. */
  readonly host: string;
  readonly client: RegistryClient;
  readonly layers: LayerAccess;
}

/**
 * Does work with the registry of that name; throws a `DaemonError` where the simulated network does not have it.
 *
 * Requests are tried again as the registry's client does it. The engine gives up at a 429 at once, and the script that
 * called it tries the whole pull again some seconds later; in a rehearsal no such time passes. A registry that goes on
 * throttling fails the pull here, too.
 */
export async function withRegistry<T>(
  { login, registries }: Pick<Engine, 'login' | 'registries'>,
  host: string,
  work: (connection: RegistryConnection) => Promise<T>,
): Promise<T> {
  const url = registries.get(host);
  if (url === undefined) {
    throw unknownRegistry(host);
  }
  const client = createRegistryClient({ url, login: () => login(host) });
  const layers = createLayerAccess(url, () => login(host));
  try {
    return await work({ host, client, layers });
  } finally {
    await Promise.all([client.close(), layers.close()]);
  }
}
