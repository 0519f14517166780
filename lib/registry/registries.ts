import { ownRegistryOf } from '../core/images/own-image';
import { WinbakeError } from '../contract/values/errors';
import { type Registry, RegistryError } from '../core/oci/registry';
import { isLoopbackHost } from './network-address';
import type { RegistryLogin } from './registry-access';
import { createRegistryClient, type RegistryClient, type RegistryClientOptions } from './registry-client';

/** Hosts whose registry answers under another name. */
const API_HOSTS: Readonly<Partial<Record<string, string>>> = { 'docker.io': 'registry-1.docker.io' };

/** The registries that something reads, each opened once. */
export interface Registries {
  of(reference: { readonly registry: string }): Registry;
  close(): Promise<void>;
}

/** How registries are opened, by their hosts, when they are first read. */
interface RegistriesOptions {
  readonly deadlineSeconds: number;
  /** Who reads, where a registry wants to know. */
  readonly login: (host: string) => Promise<RegistryLogin | undefined>;
  /** Left out, clients over the network. */
  readonly open?: (options: RegistryClientOptions) => RegistryClient;
  /** What each is read through; left out, nothing. */
  readonly through?: (registry: Registry) => Registry;
}

/** Opens registries by their hosts when they are first read. */
export function openRegistries({
  deadlineSeconds,
  login,
  open = createRegistryClient,
  through = (registry) => registry,
}: RegistriesOptions): Registries {
  const clients: RegistryClient[] = [];
  const opened = new Map<string, Registry>();
  return {
    of: ({ registry: host }) => {
      const known = opened.get(host);
      if (known !== undefined) {
        return known;
      }
      const address = API_HOSTS[host] ?? host;
      const [, name = ''] = /^(.*?)(?::\d+)?$/.exec(address) ?? [];
      const url = `${isLoopbackHost(name) ? 'http' : 'https'}://${address}`;
      const client = open({ url, deadlineSeconds, login: () => login(host) });
      clients.push(client);
      const registry = through(client);
      opened.set(host, registry);
      return registry;
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}

/**
 * A registry that knows own images as well: a repository that begins with a host is read there. One that nobody could sign in to throws a
 * `RegistryError`, as any registry that cannot be read.
 */
export function withOwnRegistries(base: Registry, registries: Pick<Registries, 'of'>): Registry {
  const read = async <T>(repository: string, ask: (registry: Registry, path: string) => Promise<T>) => {
    const own = ownRegistryOf(repository);
    if (own === undefined) {
      return ask(base, repository);
    }
    try {
      return await ask(registries.of(own), own.path);
    } catch (error) {
      throw error instanceof WinbakeError && !(error instanceof RegistryError)
        ? new RegistryError('REGISTRY_UNREACHABLE', error.message, { cause: error })
        : error;
    }
  };
  return {
    head: (repository, reference) => read(repository, (registry, path) => registry.head(path, reference)),
    manifest: (repository, reference) =>
      read(repository, (registry, path) => registry.manifest(path, reference)),
    blob: (repository, digest) => read(repository, (registry, path) => registry.blob(path, digest)),
    tags: (repository) => read(repository, (registry, path) => registry.tags(path)),
  };
}
