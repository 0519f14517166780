import type { Catalog } from '../../contract/documents/catalog';
import type { Registry } from '../oci/registry';
import { RegistryError } from '../oci/registry-error';
import { candidateTag } from '../resolve/candidate-tag';
import { chooseImage } from '../resolve/choose-image';
import type { ImageExtra } from '../resolve/image-extra';
import { readOtherCandidates } from '../resolve/read-candidates';
import { readOsVersion } from '../../contract/values/os-version';
import type { ExtraLook, FamilyLook } from './gate-image';
import { observeFamilies } from './observe';

/**
 * Looks at extras, after the families. A previous revision is what the catalog remembers; only where it knows none, as in a
 * new pipeline, the family's other tags are read for it.
 */
export async function observeExtras(
  registry: Registry,
  extras: readonly ImageExtra[],
  looks: readonly FamilyLook[],
  catalog: Catalog,
): Promise<readonly ExtraLook[]> {
  return Promise.all(
    extras.map(async (extra) => {
      if (extra.previousOf !== undefined) {
        const own = looks.find(({ family }) => family.name === extra.previousOf);
        return { extra, look: await lookForPrevious(registry, extra, own, catalog) };
      }
      const [look] = await observeFamilies(registry, [extra.family], catalog);
      return { extra, look: look ?? nothing(extra) };
    }),
  );
}

async function lookForPrevious(
  registry: Registry,
  extra: ImageExtra,
  own: FamilyLook | undefined,
  catalog: Catalog,
): Promise<FamilyLook> {
  const newest = own?.image?.osVersion;
  if (newest === undefined || knowsOlder(catalog, extra, newest.revision)) {
    return nothing(extra);
  }
  const host = { build: newest.build, revision: newest.revision - 1 };
  try {
    const { images, findings } = await readOtherCandidates(registry, extra.family, host, []);
    const found = chooseImage(host, images);
    const image = found && { ...found, tag: found.tag.tag, compressedBytes: null };
    return { family: extra.family, image, findings };
  } catch (error) {
    if (error instanceof RegistryError) {
      const { code, message } = error;
      const { family } = extra;
      return { ...nothing(extra), findings: [{ code, severity: 'warning', family: family.name, message }] };
    }
    throw error;
  }
}

function knowsOlder({ observations }: Catalog, { family }: ImageExtra, revision: number): boolean {
  return observations.some(({ repository, tag, osVersion }) => {
    const version = osVersion === null ? undefined : readOsVersion(osVersion);
    return (
      repository === family.repository &&
      candidateTag(family, tag) !== undefined &&
      version?.build === family.release.build &&
      version.revision < revision
    );
  });
}

function nothing({ family }: ImageExtra): FamilyLook {
  return { family, image: undefined, findings: [] };
}
