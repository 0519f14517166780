import type { Catalog, Observation } from '../../contract/documents/catalog';
import { isDigest } from '../../contract/values/digest';
import { formatOsVersion, type OsVersion, readOsVersion } from '../../contract/values/os-version';
import { candidateTag } from '../images/candidate-tag';
import { chooseImage, type CandidateImage } from '../images/choose-image';
import type { ImageFamily } from '../images/family';
import { baseOfPrevious, inTurn, type ImageExtra } from '../images/image-extra';
import { readFloating, readOtherCandidates } from '../images/read-candidates';
import { compressedBytes, parseImageManifest } from '../oci/manifests';
import { type Registry, RegistryError } from '../oci/registry';
import type { FamilyPoll, GateImage, ExtraPoll } from './gate-input';

/**
 * Looks at the floating tags of families, all at once. A tag that still points to the digest that the catalog has of it costs
 * one HEAD; another one is read. A family that cannot be read says so in a finding.
 */
export function observeFamilies(
  registry: Registry,
  families: readonly ImageFamily[],
  catalog: Catalog,
): Promise<readonly FamilyPoll[]> {
  return Promise.all(families.map((family) => observeFamily(registry, family, catalog)));
}

/** The observations of a poll, at an instant. */
export function observationsOf(polls: readonly FamilyPoll[], at: Date): readonly Observation[] {
  return polls.flatMap(({ family, image }) =>
    image === undefined
      ? []
      : {
          at: at.toISOString(),
          repository: family.repository,
          tag: image.tag,
          digest: image.digest,
          platformDigest: image.platformDigest,
          osVersion: formatOsVersion(image.osVersion),
          compressedBytes: image.compressedBytes,
          ...(image.layers === undefined ? {} : { layers: image.layers }),
        },
  );
}

async function observeFamily(registry: Registry, family: ImageFamily, catalog: Catalog): Promise<FamilyPoll> {
  try {
    const known = await unchanged(registry, family, catalog);
    if (known !== undefined) {
      return { family, image: known, findings: [] };
    }
    const { images, findings } = await readFloating(registry, family);
    const revision = Math.max(-1, ...images.map((image) => image.osVersion.revision));
    const newest = chooseImage({ build: family.release.build, revision }, images);
    return { family, image: newest && (await measured(registry, family, newest)), findings };
  } catch (error) {
    if (error instanceof RegistryError) {
      const { code, message } = error;
      return {
        family,
        image: undefined,
        findings: [{ code, severity: 'warning', family: family.name, message }],
      };
    }
    throw error;
  }
}

/** What the catalog knows of the first of the floating tags that exists, if it still points there. */
async function unchanged(
  registry: Registry,
  family: ImageFamily,
  catalog: Catalog,
): Promise<GateImage | undefined> {
  for (const tag of family.floatingTags) {
    const last = catalog.observations.findLast(
      (one) => one.repository === family.repository && one.tag === tag,
    );
    if (last === undefined) {
      return undefined;
    }
    const head = await registry.head(family.repository, tag);
    if (head !== undefined) {
      return head.digest === last.digest ? imageOf(last) : undefined;
    }
  }
  return undefined;
}

/** The image of an observation; undefined where it was not understood. */
function imageOf({
  tag,
  digest,
  platformDigest,
  osVersion,
  compressedBytes,
  layers,
}: Observation): GateImage | undefined {
  const version = osVersion === null ? undefined : readOsVersion(osVersion);
  return version !== undefined && isDigest(digest) && isDigest(platformDigest)
    ? { tag, digest, platformDigest, osVersion: version, compressedBytes, layers }
    : undefined;
}

async function measured(
  registry: Registry,
  family: ImageFamily,
  { tag, digest, platformDigest, osVersion }: CandidateImage,
): Promise<GateImage> {
  const manifest = await registry.manifest(family.repository, platformDigest);
  const subject = `${family.repository}@${platformDigest}`;
  const image = { tag: tag.tag, digest, platformDigest, osVersion };
  if (manifest === undefined) {
    return { ...image, compressedBytes: null };
  }
  const parsed = parseImageManifest(manifest.body, subject);
  const layers = parsed.layers.map((layer) => ({ digest: layer.digest, bytes: layer.sizeBytes }));
  return { ...image, compressedBytes: compressedBytes(parsed), layers };
}

/**
 * Looks at extras, after the families. A previous revision is what the catalog remembers; only where it knows none, as in a
 * new pipeline, the family's other tags are read for it.
 */
export async function observeExtras(
  registry: Registry,
  extras: readonly ImageExtra[],
  polls: readonly FamilyPoll[],
  catalog: Catalog,
): Promise<readonly ExtraPoll[]> {
  const newest = polls.flatMap(({ family, image }) =>
    image === undefined ? [] : [[family.name, image.osVersion] as const],
  );
  // Of each family and previous revision, so that the one before it is looked for below it.
  const shown = new Map<string, OsVersion>(newest);
  const found: ExtraPoll[] = [];
  for (const together of inTurn(extras)) {
    const polled = together.map(async (extra): Promise<ExtraPoll> => {
      if (extra.previousOf === undefined) {
        const [poll] = await observeFamilies(registry, [extra.family], catalog);
        return { extra, poll: poll ?? nothing(extra) };
      }
      const above = shown.get(extra.previousOf);
      const known = above && newestBelow(catalog, extra, above);
      const poll =
        above === undefined || known !== undefined
          ? nothing(extra)
          : await findPrevious(registry, extra, above, shown.get(baseOfPrevious(extra) ?? ''));
      const version = known ?? poll.image?.osVersion;
      if (version !== undefined) {
        shown.set(extra.family.name, version);
      }
      return { extra, poll };
    });
    found.push(...(await Promise.all(polled)));
  }
  return found;
}

async function findPrevious(
  registry: Registry,
  extra: ImageExtra,
  above: OsVersion,
  base: OsVersion | undefined,
): Promise<FamilyPoll> {
  const host = {
    build: above.build,
    revision: Math.min(above.revision - 1, base?.revision ?? above.revision),
  };
  try {
    const { images, findings } = await readOtherCandidates(registry, extra.family, host, []);
    const newest = chooseImage(host, images);
    // A repository that lacks tags of the revision would give one of years ago.
    const found = newest && newest.osVersion.revision >= (base?.revision ?? 0) ? newest : undefined;
    return {
      family: extra.family,
      image: found && (await measured(registry, extra.family, found)),
      findings,
    };
  } catch (error) {
    if (error instanceof RegistryError) {
      const { code, message } = error;
      const { family } = extra;
      return { ...nothing(extra), findings: [{ code, severity: 'warning', family: family.name, message }] };
    }
    throw error;
  }
}

/** The newest version below another that the catalog remembers of an extra's tags. */
function newestBelow(
  { observations }: Catalog,
  { family }: ImageExtra,
  above: OsVersion,
): OsVersion | undefined {
  const older = observations.flatMap(({ repository, tag, osVersion }) => {
    const version = osVersion === null ? undefined : readOsVersion(osVersion);
    return repository === family.repository &&
      candidateTag(family, tag) !== undefined &&
      version?.build === above.build &&
      version.revision < above.revision
      ? version
      : [];
  });
  return older.sort((one, other) => other.revision - one.revision)[0];
}

function nothing({ family }: ImageExtra): FamilyPoll {
  return { family, image: undefined, findings: [] };
}
