import { createHash } from 'node:crypto';
import { type Registry, RegistryError } from '../../lib/core/oci/registry';
import type { Digest } from '../../lib/contract/values/digest';
import type { RegistryClient } from '../../lib/registry/registry-client';

/** An image as a publisher might have made it. */
export interface ImageShape {
  readonly os?: string;
  readonly architecture?: string;
  readonly osVersion: string | undefined;
  /** Tells two images of one version apart. */
  readonly salt?: string;
  /** Bytes of each layer. */
  readonly layers?: readonly number[];
}

/** What a tag points at: a list of images, or one image whose version is only in its config. */
export interface TagShape {
  readonly flavour: 'docker' | 'oci';
  readonly list: boolean;
  readonly images: readonly (ImageShape & { readonly versionInEntry: boolean })[];
}

/** Repositories by name, and in each the tags by name. */
export type RegistryShape = Readonly<Record<string, Readonly<Record<string, TagShape>>>>;

/** A manifest as it is stored. */
export interface StoredManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly body: string;
}

/** The content of one repository, addressed as the distribution API does. */
export interface StoredRepository {
  readonly tags: ReadonlyMap<string, StoredManifest>;
  readonly manifests: ReadonlyMap<string, StoredManifest>;
  readonly blobs: ReadonlyMap<string, string>;
}

const TYPES = {
  docker: {
    list: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
  oci: {
    list: 'application/vnd.oci.image.index.v1+json',
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
} as const;

/** The sha256 digest of a text. */
export function digestOf(text: string): Digest {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** Writes out the manifests, indexes and configs of a shape. */
export function storeRegistry(shape: RegistryShape): ReadonlyMap<string, StoredRepository> {
  return new Map(Object.entries(shape).map(([repository, tags]) => [repository, storeRepository(tags)]));
}

/** The digest of the image's own manifest, as `storeRegistry` makes it. */
export function platformDigestOf(flavour: TagShape['flavour'], image: ImageShape): Digest {
  return storeImage(flavour, image).manifest.digest;
}

function storeRepository(tags: Readonly<Record<string, TagShape>>): StoredRepository {
  const manifests = new Map<string, StoredManifest>();
  const blobs = new Map<string, string>();
  const keep = (manifest: StoredManifest): StoredManifest => {
    manifests.set(manifest.digest, manifest);
    return manifest;
  };
  const entries = Object.entries(tags).map(([name, tag]): [string, StoredManifest] => {
    const images = tag.images.map((image) => {
      const stored = storeImage(tag.flavour, image);
      blobs.set(stored.config.digest, stored.config.body);
      return { ...stored, image, manifest: keep(stored.manifest) };
    });
    const [first] = images;
    if (first === undefined) {
      throw new Error(`The tag ${name} has no image.`);
    }
    return [name, tag.list ? keep(storeList(tag.flavour, images)) : first.manifest];
  });
  return { tags: new Map(entries), manifests, blobs };
}

function storeImage(flavour: TagShape['flavour'], image: ImageShape) {
  const types = TYPES[flavour];
  const config = JSON.stringify({
    os: image.os ?? 'windows',
    architecture: image.architecture ?? 'amd64',
    ...(image.osVersion === undefined ? {} : { 'os.version': image.osVersion }),
    salt: image.salt,
  });
  const layers = (image.layers ?? [1000, 100]).map((size, index) => ({
    mediaType: types.layer,
    digest: digestOf(`${config}${index}`),
    size,
  }));
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: digestOf(config), size: config.length },
    layers,
  });
  return {
    config: { digest: digestOf(config), body: config },
    manifest: { digest: digestOf(body), mediaType: types.manifest, body },
  };
}

function storeList(
  flavour: TagShape['flavour'],
  images: readonly { manifest: StoredManifest; image: TagShape['images'][number] }[],
): StoredManifest {
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: TYPES[flavour].list,
    manifests: images.map(({ manifest, image }) => ({
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.body.length,
      platform: {
        os: image.os ?? 'windows',
        architecture: image.architecture ?? 'amd64',
        ...(image.versionInEntry && image.osVersion !== undefined ? { 'os.version': image.osVersion } : {}),
      },
    })),
  });
  return { digest: digestOf(body), mediaType: TYPES[flavour].list, body };
}

/** A registry in memory that counts what is asked of it. */
export interface MemoryRegistry extends Registry {
  readonly asked: string[];
}

/** The port of a registry over a shape, without a network. */
export function memoryRegistry(shape: RegistryShape): MemoryRegistry {
  const stored = storeRegistry(shape);
  const asked: string[] = [];
  return {
    asked,
    manifest: (repository, reference) => {
      asked.push(`manifest ${repository} ${reference}`);
      const content = stored.get(repository);
      return Promise.resolve(content?.tags.get(reference) ?? content?.manifests.get(reference));
    },
    head: (repository, reference) => {
      asked.push(`head ${repository} ${reference}`);
      return Promise.resolve(stored.get(repository)?.tags.get(reference));
    },
    blob: (repository, digest) => {
      asked.push(`blob ${repository} ${digest}`);
      return Promise.resolve(stored.get(repository)?.blobs.get(digest));
    },
    tags: (repository) => {
      asked.push(`tags ${repository}`);
      const content = stored.get(repository);
      return Promise.resolve(content && [...content.tags.keys()]);
    },
  };
}

/** What default images of 2022 are known by, with the revision of each. */
export type ShownRevisions = Readonly<Record<'servercore' | 'nanoserver' | 'iis' | 'aspnet', number>>;

/** A registry of 2022 that shows these revisions; a salt makes other images of them. */
export function shapeOf(
  shown: ShownRevisions,
  salts: Partial<Record<keyof ShownRevisions, string>> = {},
): RegistryShape {
  const tag = (list: boolean, family: keyof ShownRevisions): TagShape => ({
    flavour: 'docker',
    list,
    images: [
      {
        osVersion: `10.0.20348.${shown[family]}`,
        versionInEntry: true,
        layers: [7000, 500],
        ...(salts[family] === undefined ? {} : { salt: salts[family] }),
      },
    ],
  });
  return {
    'windows/servercore': { ltsc2022: tag(true, 'servercore') },
    'windows/nanoserver': { ltsc2022: tag(true, 'nanoserver') },
    'windows/servercore/iis': { 'windowsservercore-ltsc2022': tag(false, 'iis') },
    'dotnet/framework/aspnet': { '4.8.1-windowsservercore-ltsc2022': tag(false, 'aspnet') },
  };
}

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
