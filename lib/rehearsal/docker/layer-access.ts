import { lookup } from 'node:dns';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { Agent } from 'undici';
import type { Digest } from '../../contract/values/digest';
import { isThere } from '../../registry/accept-response';
import { createAnonymousAccess } from '../../registry/anonymous-token';
import { startLifetime } from '../../registry/client-lifetime';
import { createHttpSender } from '../../registry/http-sender';
import { guardedLookup } from '../../registry/network-address';
import { RegistryComplaints } from '../../registry/registry-errors';
import { DEFAULT_REGISTRY_LIMITS } from '../../registry/registry-limits';
import { blobPath } from '../../registry/registry-path';
import { parseRegistryUrl } from '../../registry/registry-url';
import { limitParallel, pacedRequests } from '../../registry/request-pace';
import { createRetryingSender } from '../../registry/retrying-sender';

/** Asks a registry for layers without reading them. */
export interface LayerAccess {
  /** The size that a HEAD of the blob tells, in bytes; null where it tells none, undefined where there is no such blob. */
  size(repository: string, digest: Digest): Promise<number | null | undefined>;
  close(): Promise<void>;
}

/**
 * Asks with HEAD only, with the parts of the registry's client: its limits, retries, redirects and tokens. The bytes of a
 * layer are never read.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#checking-if-content-exists-in-the-registry
 */
export function createLayerAccess(url: string): LayerAccess {
  const registry = parseRegistryUrl(url);
  const limits = DEFAULT_REGISTRY_LIMITS;
  const lifetime = startLifetime({ deadlineSeconds: undefined, signal: undefined, clock: Date.now });
  const complaints = new RegistryComplaints({ registry, clock: Date.now, deadlineSeconds: undefined });
  const dispatcher = new Agent({
    connect: { timeout: limits.silenceMilliseconds, lookup: guardedLookup(lookup, registry.hostname) },
  });
  const common = { lifetime, limits, complaints, registry, clock: Date.now, random: Math.random };
  const sleep = (milliseconds: number): Promise<void> => sleepFor(milliseconds);
  const once = createHttpSender({
    ...common,
    dispatcher,
    parallel: limitParallel(limits.parallel),
    pace: pacedRequests({ requestsPerSecond: undefined, clock: Date.now, sleep }),
    count: () => undefined,
  });
  const send = createRetryingSender({ ...common, send: once, sleep });
  const access = createAnonymousAccess({ ...common, send, count: () => undefined });
  return {
    size: async (repository, digest) => {
      const path = blobPath(registry, repository, digest);
      const question = { method: 'HEAD', accept: '*/*', limitBytes: limits.errorBytes, ...path } as const;
      const followed = await access(question, repository);
      if (!isThere(followed, complaints)) {
        return undefined;
      }
      const declared = followed.answer.headers['content-length'];
      return declared === undefined ? null : Number(declared);
    },
    close: async () => {
      lifetime.close();
      await dispatcher.destroy();
    },
  };
}
