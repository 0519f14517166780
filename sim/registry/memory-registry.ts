import type { Registry } from '../../lib/core/oci/registry';
import { storeRegistry, type RegistryShape, type TagShape } from './registry-content';

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
