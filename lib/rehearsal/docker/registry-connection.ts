import { createRegistryClient, type RegistryClient } from '../../registry/registry-client';
import { createLayerAccess, type LayerAccess } from './layer-access';
import { unknownRegistry } from './registry-failure';

/** A registry that the engine pulls from. */
export interface RegistryConnection {
  /** As image references name it. */
  readonly host: string;
  readonly client: RegistryClient;
  readonly layers: LayerAccess;
}

/**
 * Does work with the registry of that name; throws a `DaemonError` where the pretended network does not have it.
 *
 * Requests are tried again as the registry's client does it. The engine gives up at a 429 at once, and the script that
 * called it tries the whole pull again some seconds later; in a rehearsal no such time passes. A registry that goes on
 * throttling fails the pull here, too.
 */
export async function withRegistry<T>(
  registries: ReadonlyMap<string, string>,
  host: string,
  work: (connection: RegistryConnection) => Promise<T>,
): Promise<T> {
  const url = registries.get(host);
  if (url === undefined) {
    throw unknownRegistry(host);
  }
  const client = createRegistryClient({ url });
  const layers = createLayerAccess(url);
  try {
    return await work({ host, client, layers });
  } finally {
    await Promise.all([client.close(), layers.close()]);
  }
}
