import type { HistoryEvent } from '../../core/history/history-event';
import type { Digest } from '../../contract/values/digest';
import { readOsVersion } from '../../contract/values/os-version';
import { BaseImages } from './base-images';
import { ownBytes, servercoreBytes } from './declared-sizes';
import type { ImageKeys } from './image-keys';
import { baseOf, kindOf } from './image-kind';
import { recordedBaseLayers } from './recorded-base-layers';
import { layerSizes } from './layer-sizes';
import { sha256 } from './sha256';

/** A layer as the embedded registry declares it; its bytes exist nowhere. */
export interface DeclaredLayer {
  readonly digest: Digest;
  readonly size: number;
}

/** The layers of an image, and whether all digests and sizes were recorded. */
export interface LayerPlan {
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
