import { platformDigestOf, storeRegistry, type RegistryShape } from '../../sim/registry/memory-registry';

/** The answer of the oracle for one family: which image, or none. */
export interface OracleAnswer {
  readonly tag: string;
  readonly osVersion: string;
  readonly digest: string;
  readonly platformDigest: string;
}

/** One family as the oracle sees it: a repository and its tags, told by plain patterns. */
export interface OracleFamily {
  readonly repository: string;
  readonly floating: readonly string[];
  readonly dated: RegExp | undefined;
}

/**
 * What a fit is, said again by other means: write out every image behind every tag of the family, throw away what the
 * host cannot run, sort the rest.
 */
export function bruteForce(
  shape: RegistryShape,
  family: OracleFamily,
  host: { readonly build: number; readonly revision: number },
): OracleAnswer | undefined {
  const tags = shape[family.repository] ?? {};
  const stored = storeRegistry(shape).get(family.repository);
  const floating = family.floating.find((tag) => tag in tags);
  const full = new RegExp(`^10\\.0\\.${host.build}\\.\\d+(-amd64)?$`);
  const rows = Object.entries(tags).flatMap(([tag, { flavour, images }]) => {
    const rank =
      tag === floating
        ? 3e9
        : full.test(tag)
          ? 2e9 - (tag.endsWith('-amd64') ? 1 : 0)
          : Number(family.dated?.exec(tag)?.[1] ?? -1);
    return images
      .filter((image) => (image.os ?? 'windows') === 'windows' && (image.architecture ?? 'amd64') === 'amd64')
      .filter((image) => image.osVersion?.startsWith(`10.0.${host.build}.`) === true)
      .map((image) => ({
        tag,
        rank,
        revision: Number(image.osVersion!.split('.')[3]),
        osVersion: image.osVersion!,
        digest: stored!.tags.get(tag)!.digest,
        platformDigest: platformDigestOf(flavour, image),
      }));
  });
  const [best] = rows
    .filter((row) => row.rank >= 0)
    .filter((row) => (host.build === 14393 ? row.revision === host.revision : row.revision <= host.revision))
    .sort((a, b) => b.revision - a.revision || b.rank - a.rank);
  return (
    best && {
      tag: best.tag,
      osVersion: best.osVersion,
      digest: best.digest,
      platformDigest: best.platformDigest,
    }
  );
}

/** The greatest revision that a floating tag of any family shows, found the plain way. */
export function newestShown(
  shape: RegistryShape,
  families: readonly OracleFamily[],
  build: number,
): number | undefined {
  const revisions = families.flatMap(({ repository, floating }) => {
    const tags = shape[repository] ?? {};
    const tag = floating.find((name) => name in tags);
    return (tag === undefined ? [] : tags[tag]!.images)
      .filter((image) => (image.os ?? 'windows') === 'windows' && (image.architecture ?? 'amd64') === 'amd64')
      .filter((image) => image.osVersion?.startsWith(`10.0.${build}.`) === true)
      .map((image) => Number(image.osVersion!.split('.')[3]));
  });
  return revisions.length === 0 ? undefined : Math.max(...revisions);
}
