import type { HistoryEvent } from '../../core/history/history-event';
import type { Digest } from '../../contract/values/digest';
import { readOsVersion } from '../../contract/values/os-version';
import { ownBytes, servercoreBytes } from './declared-sizes';
import { baseOf, kindOf, type ImageKind } from './image-kind';

/** A kind after the one whose layers it contains, so that a shared layer is given its size once. */
const ORDER: readonly ImageKind[] = ['frameworkRuntime', 'frameworkAspnet', 'frameworkSdk'];

/** An empty layer, such as that of an instruction which changes no file, still has some bytes. */
const LEAST_BYTES = 1024;

/**
 * The compressed bytes of every layer that a history names: as recorded anywhere in it, else by formula. A Server Core
 * layer (`baseLayers`, each one image's) has the declared size of base or update; what an image has beyond them is spread
 * evenly over its layers without a size.
 */
export function layerSizes(
  events: readonly HistoryEvent[],
  baseLayers: readonly (readonly Digest[])[],
): ReadonlyMap<Digest, number> {
  const withLayers = events.filter((event) => event.layers.length > 0);
  const recorded = withLayers.flatMap(({ layers }) => layers);
  const sizes = new Map(
    recorded.flatMap(({ digest, size }) => (size === null ? [] : [[digest, size] as const])),
  );
  const ofBase = new Set(baseLayers.flat());
  const positions = new Map(
    baseLayers.flatMap((layers) => layers.map((digest, index) => [digest, index] as const)),
  );
  const rank = (event: HistoryEvent): number =>
    (ORDER.indexOf(kindOf(event.repository)) + ORDER.length) % ORDER.length;
  for (const event of withLayers.toSorted((one, other) => rank(one) - rank(other))) {
    const build = event.osVersion === null ? undefined : readOsVersion(event.osVersion)?.build;
    const { base, update } = servercoreBytes(build);
    const digests = event.layers.map((layer) => layer.digest);
    for (const digest of digests.filter((one) => ofBase.has(one) && !sizes.has(one))) {
      sizes.set(digest, positions.get(digest) === 0 ? base : update);
    }
    const unsized = digests.filter((digest) => !sizes.has(digest));
    if (unsized.length > 0) {
      const beyondBase = digests.filter((digest) => !ofBase.has(digest));
      const total = expectedBytes(event, build, beyondBase.length < digests.length);
      const known = beyondBase.reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), 0);
      const each = Math.max(LEAST_BYTES, Math.floor((total - known) / unsized.length));
      unsized.forEach((digest) => sizes.set(digest, each));
    }
  }
  return sizes;
}

/** What the layers beyond the base image weigh; with the base image where its layers could not be told. */
function expectedBytes(event: HistoryEvent, build: number | undefined, baseIsKnown: boolean): number {
  const own = ownBytes(kindOf(event.repository), build);
  const base = baseOf(event.repository, event.tag);
  return baseIsKnown || base === 'none' ? own : own + ownBytes(base, build);
}
