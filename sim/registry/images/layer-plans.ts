import type { Digest } from '../../../lib/contract/values/digest';
import { readOsVersion } from '../../../lib/contract/values/os-version';
import type { HistoryEvent } from '../../../lib/core/history/history-event';
import { type BaseKind, baseOf, type ImageKeys, type ImageKind, kindOf } from './image-keys';
import { sha256 } from './stored-content';

/** Compressed sizes of one build's images, in units of 1,000,000 bytes. */
interface DeclaredSizes {
  /** Server Core's first layer and the update on top of it. */
  readonly base: number;
  readonly update: number;
  /** Whole images. */
  readonly nanoserver: number;
  readonly frameworkRuntime: number;
  readonly frameworkAspnet: number;
  readonly frameworkSdk: number;
  readonly dotnetAspnet: number;
}

/**
 * Sums of layer sizes that the published build records of the .NET images state for 2026-08-11; those images contain
 * Server Core and Nano Server. Nano Server of 2016 has ended: 2019's stand in for it.
 * @see https://github.com/dotnet/versions/tree/main/build-info/docker
 */
const SIZES = {
  14393: {
    base: 4104,
    update: 1591,
    nanoserver: 109,
    dotnetAspnet: 156,
    frameworkRuntime: 6630,
    frameworkAspnet: 6910,
    frameworkSdk: 8500,
  },
  17763: {
    base: 1750,
    update: 676,
    nanoserver: 109,
    dotnetAspnet: 156,
    frameworkRuntime: 3250,
    frameworkAspnet: 3390,
    frameworkSdk: 5300,
  },
  20348: {
    base: 1489,
    update: 695,
    nanoserver: 124,
    dotnetAspnet: 173,
    frameworkRuntime: 2680,
    frameworkAspnet: 2770,
    frameworkSdk: 4670,
  },
  26100: {
    base: 1523,
    update: 918,
    nanoserver: 197,
    dotnetAspnet: 246,
    frameworkRuntime: 2540,
    frameworkAspnet: 2640,
    frameworkSdk: 4550,
  },
} as const satisfies Record<number, DeclaredSizes>;

const MEGABYTE = 1_000_000;

function sizesOf(build: number | undefined): DeclaredSizes {
  return (SIZES as Partial<Record<number, DeclaredSizes>>)[build ?? 0] ?? SIZES[20348];
}

/** Whether a build has figures of its own. */
export function hasDeclaredSizes(build: number): boolean {
  return Object.hasOwn(SIZES, build);
}

/** Bytes of Server Core's two layers; a build without figures takes those of 20348, here and below. */
function servercoreBytes(build: number | undefined): {
  readonly base: number;
  readonly update: number;
} {
  const { base, update } = sizesOf(build);
  return { base: base * MEGABYTE, update: update * MEGABYTE };
}

/**
 * Bytes that an image has beyond its base image, or in all where it has none. Assumed, since no figure was found: `iis`
 * 0.1 GiB, `server` one and a half times Server Core, `dotnetRuntime` 10 MB less than `dotnetAspnet`, any other 250 MB.
 */
function ownBytes(kind: ImageKind, build: number | undefined): number {
  const sizes = sizesOf(build);
  const servercore = sizes.base + sizes.update;
  switch (kind) {
    case 'servercore':
      return servercore * MEGABYTE;
    case 'nanoserver':
      return sizes.nanoserver * MEGABYTE;
    case 'server':
      return 1.5 * servercore * MEGABYTE;
    case 'iis':
      return 107 * MEGABYTE;
    case 'frameworkRuntime':
    case 'frameworkAspnet':
    case 'frameworkSdk':
      return (sizes[kind] - servercore) * MEGABYTE;
    case 'dotnetAspnet':
      return (sizes.dotnetAspnet - sizes.nanoserver) * MEGABYTE;
    case 'dotnetRuntime':
      return (sizes.dotnetAspnet - sizes.nanoserver - 10) * MEGABYTE;
    case 'other':
      return 250 * MEGABYTE;
  }
}

/** An image of Server Core or Nano Server that a history knows: its key, and when it was first there. */
interface BaseImage {
  readonly key: string;
  readonly time: number;
}

/** Finds the base image that other images of the same OS version stood on. */
class BaseImages {
  private readonly images = new Map<string, BaseImage[]>();

  /** `keys` belong to all events of a history, in the order of time. */
  constructor(keys: ReadonlyMap<HistoryEvent, ImageKeys>) {
    const seen = new Set<string>();
    for (const [{ repository, osVersion, time }, { platform }] of keys) {
      const kind = kindOf(repository);
      if ((kind === 'servercore' || kind === 'nanoserver') && osVersion !== null && !seen.has(platform)) {
        seen.add(platform);
        const name = `${kind} ${osVersion}`;
        this.images.set(name, [...(this.images.get(name) ?? []), { key: platform, time }]);
      }
    }
  }

  /** The newest of an OS version at an instant, else the first that came; undefined where the history has none. */
  at(base: BaseKind, osVersion: string, time: number): BaseImage | undefined {
    const images = this.images.get(`${base} ${osVersion}`);
    return images?.findLast((image) => image.time <= time) ?? images?.[0];
  }
}

/** A kind after the one whose layers it contains, so that a shared layer is given its size once. */
const ORDER: readonly ImageKind[] = ['frameworkRuntime', 'frameworkAspnet', 'frameworkSdk'];

/** An empty layer, such as that of an instruction which changes no file, still has some bytes. */
const LEAST_BYTES = 1024;

/**
 * The compressed bytes of every layer that a history names: as recorded anywhere in it, else by formula. A Server Core
 * layer (`baseLayers`, each one image's) has the declared size of base or update; what an image has beyond them is spread
 * evenly over its layers without a size.
 */
function layerSizes(
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

/** What the layers beyond the base image weigh; with the base image where its layers could not be told apart. */
function expectedBytes(event: HistoryEvent, build: number | undefined, baseIsKnown: boolean): number {
  const own = ownBytes(kindOf(event.repository), build);
  const base = baseOf(event.repository, event.tag);
  return baseIsKnown || base === 'none' ? own : own + ownBytes(base, build);
}

/** The note of events whose layers were recorded as a set. */
const UNORDERED = 'layer order not recorded';

/**
 * The layers of Server Core images, by the image's key, read off the .NET Framework runtime images that were built on
 * them: what the images of all .NET lines of one day share, which is a base layer and mostly an update; where there is
 * only one line, all but its own last two layers.
 */
function recordedBaseLayers(
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

/** A layer as the embedded registry declares it; its bytes exist nowhere. */
export interface DeclaredLayer {
  readonly digest: Digest;
  readonly size: number;
}

/** The layers of an image, and whether all digests and sizes were recorded. */
interface LayerPlan {
  readonly layers: readonly DeclaredLayer[];
  readonly recorded: boolean;
}

/**
 * Declares the layers of images: those that were recorded, and invented ones elsewhere, with the same digest wherever two
 * images share a layer, so that a pull after another costs what it would cost.
 */
export class LayerPlans {
  private readonly bases: BaseImages;
  private readonly baseLayers: ReadonlyMap<string, readonly Digest[]>;
  private readonly sizes: ReadonlyMap<Digest, number>;

  /** `keys` belong to all events of a history, in the order of time. */
  constructor(keys: ReadonlyMap<HistoryEvent, ImageKeys>) {
    const events = [...keys.keys()];
    this.bases = new BaseImages(keys);
    this.baseLayers = recordedBaseLayers(events, this.bases);
    this.sizes = layerSizes(events, [...this.baseLayers.values()]);
  }

  /** The layers of an event's image; `key` is that of its platform. */
  planOf(event: HistoryEvent, key: string): LayerPlan {
    return event.layers.length > 0
      ? {
          layers: event.layers.map(({ digest }) => ({ digest, size: this.sizes.get(digest) ?? 0 })),
          recorded: event.layers.every((layer) => layer.size !== null),
        }
      : { layers: this.invented(event, key), recorded: false };
  }

  /** A single layer of the whole image's size, for images that share nothing. */
  oneLayer({ repository, osVersion }: HistoryEvent, key: string): LayerPlan {
    const size = ownBytes(kindOf(repository), buildOf(osVersion));
    return { layers: [{ digest: sha256(`layer of ${key}`), size }], recorded: false };
  }

  private invented(event: HistoryEvent, key: string): readonly DeclaredLayer[] {
    const { repository, tag, osVersion, time } = event;
    const kind = kindOf(repository);
    const build = buildOf(osVersion);
    if (kind === 'servercore') {
      return this.servercore(build, key);
    }
    const own = { digest: sha256(`layer of ${key}`), size: ownBytes(kind, build) };
    const base = baseOf(repository, tag);
    const baseKey =
      this.bases.at(base, osVersion ?? '', time)?.key ?? `${base} ${osVersion ?? 'version unknown'}`;
    switch (base) {
      case 'none':
        return [own];
      case 'nanoserver':
        return [{ digest: sha256(`layer of ${baseKey}`), size: ownBytes('nanoserver', build) }, own];
      case 'servercore':
        return [...this.servercore(build, baseKey), own];
    }
  }

  private servercore(build: number | undefined, key: string): readonly DeclaredLayer[] {
    const recorded = this.baseLayers.get(key);
    if (recorded !== undefined) {
      return recorded.map((digest) => ({ digest, size: this.sizes.get(digest) ?? 0 }));
    }
    const { base, update } = servercoreBytes(build);
    return [
      { digest: sha256(`base layer of ${build ?? 'an unknown build'}`), size: base },
      { digest: sha256(`update layer of ${key}`), size: update },
    ];
  }
}

function buildOf(osVersion: string | null): number | undefined {
  return osVersion === null ? undefined : readOsVersion(osVersion)?.build;
}
