import type { HistoryEvent } from '../../core/history/history-event';
import type { Digest } from '../../contract/values/digest';
import type { BaseImages } from './base-images';
import { kindOf } from './image-kind';

/** The note of events whose layers were recorded as a set. */
const UNORDERED = 'layer order not recorded';

/**
 * The layers of Server Core images, by the image's key, read off the .NET Framework runtime images that were built on
 * them: what the images of all .NET lines of one day share, which is a base layer and mostly an update; where there is
 * only one line, all but its own last two layers.
 */
export function recordedBaseLayers(
  events: readonly HistoryEvent[],
  bases: BaseImages,
): ReadonlyMap<string, readonly Digest[]> {
  const runtime = events.filter(
    (event) => kindOf(event.repository) === 'frameworkRuntime' && event.layers.length > 0,
  );
  const versions = countVersions(runtime);
  const layers = new Map<string, readonly Digest[]>();
  for (const { osVersion, time, builds } of buildsOfOneMoment(runtime)) {
    const image = bases.at('servercore', osVersion, time);
    const shared = sharedLayers(builds);
    if (image !== undefined && shared !== undefined) {
      const often = (digest: Digest): number => versions.get(digest) ?? 0;
      const baseFirst = shared.toSorted((one, other) => often(other) - often(one));
      layers.set(image.key, baseFirst);
    }
  }
  return layers;
}

/** The images of one OS version that were published at one moment: built on the same base image. */
interface Builds {
  readonly osVersion: string;
  readonly time: number;
  readonly builds: readonly HistoryEvent[];
}

function buildsOfOneMoment(events: readonly HistoryEvent[]): readonly Builds[] {
  const moments = new Map<string, Builds & { readonly builds: HistoryEvent[] }>();
  for (const event of events) {
    const { osVersion, time } = event;
    if (osVersion !== null) {
      const name = `${osVersion} ${time}`;
      const moment = moments.get(name) ?? { osVersion, time, builds: [] };
      moment.builds.push(event);
      moments.set(name, moment);
    }
  }
  return [...moments.values()];
}

function sharedLayers(builds: readonly HistoryEvent[]): readonly Digest[] | undefined {
  const images = [...new Map(builds.map((event) => [event.digest, event])).values()];
  const [first, ...others] = images.map((event) => event.layers.map((layer) => layer.digest));
  const shared = first?.filter((digest) => others.every((layers) => layers.includes(digest))) ?? [];
  if (others.length > 0) {
    return shared.length === 1 || shared.length === 2 ? shared : undefined;
  }
  const isOrdered = images[0]?.note?.includes(UNORDERED) !== true;
  return isOrdered && (shared.length === 3 || shared.length === 4) ? shared.slice(0, -2) : undefined;
}

/** In how many OS versions each layer occurs: a base layer stays for months, an update for one. */
function countVersions(events: readonly HistoryEvent[]): ReadonlyMap<Digest, number> {
  const versions = new Map<Digest, Set<string>>();
  for (const { layers, osVersion } of events) {
    for (const { digest } of layers) {
      versions.set(digest, (versions.get(digest) ?? new Set()).add(osVersion ?? ''));
    }
  }
  return new Map([...versions].map(([digest, names]) => [digest, names.size]));
}
