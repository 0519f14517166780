import { RegistryError, type Registry } from '../../../lib/core/oci/registry';
import type { RegistryClient } from '../../../lib/registry/registry-client';
import { memoryRegistry, shapeOf, storeRegistry, type ShownRevisions } from '../../registry/memory-registry';

type Family = keyof ShownRevisions;

/** The families whose images of 2022 a pipeline bakes unless told otherwise. */
export const FAMILIES: readonly Family[] = ['servercore', 'nanoserver', 'iis', 'aspnet'];

/** What Microsoft shows: the revision that Windows Update offers, and a registry of which images come when they come. */
export class Microsoft {
  /** What Windows Update offers hosts, and since when. */
  revision: number;
  since: number;
  private shown: ShownRevisions;
  private salts: Partial<Record<Family, string>> = {};
  private registry: Registry;
  /** By the digest under which a tag shows it. */
  private readonly versions = new Map<string, string>();
  private isDown = false;

  constructor(first: number, start: Date) {
    this.revision = first;
    this.since = start.getTime();
    this.shown = { servercore: first, nanoserver: first, iis: first, aspnet: first };
    this.registry = this.publish();
  }

  /** Windows Update offers a newer revision, for which images come later. */
  release(revision: number, at: Date): void {
    this.revision = revision;
    this.since = at.getTime();
  }

  /** An image of the newest revision is pushed. */
  push(family: Family, revision: number): void {
    this.shown = { ...this.shown, [family]: Math.max(this.shown[family], revision) };
    this.registry = this.publish();
  }

  /** Another image of the revision that a family has. */
  repush(family: Family, salt: string): void {
    this.salts = { ...this.salts, [family]: salt };
    this.registry = this.publish();
  }

  /** Nobody reaches the registry, until somebody does. */
  setDown(isDown: boolean): void {
    this.isDown = isDown;
  }

  /** The OS version of what a tag has shown by a digest. */
  versionOf(digest: string): string | undefined {
    return this.versions.get(digest);
  }

  /** The registry as a function reaches it. */
  readonly open = (): RegistryClient => {
    const ask = <T>(work: (registry: Registry) => Promise<T>): Promise<T> =>
      this.isDown
        ? Promise.reject(new RegistryError('REGISTRY_UNREACHABLE', 'The registry was not reached.'))
        : work(this.registry);
    return {
      manifest: (repository, reference) => ask((one) => one.manifest(repository, reference)),
      head: (repository, reference) => ask((one) => one.head(repository, reference)),
      blob: (repository, digest) => ask((one) => one.blob(repository, digest)),
      tags: (repository) => ask((one) => one.tags(repository)),
      traffic: { requests: 0, redirects: 0 },
      close: () => Promise.resolve(),
    };
  };

  private publish(): Registry {
    const shape = shapeOf(this.shown, this.salts);
    const stored = storeRegistry(shape);
    for (const [repository, tags] of Object.entries(shape)) {
      for (const [tag, { images }] of Object.entries(tags)) {
        const digest = stored.get(repository)?.tags.get(tag)?.digest ?? '';
        this.versions.set(digest, images[0]?.osVersion ?? '');
      }
    }
    return memoryRegistry(shape);
  }
}
