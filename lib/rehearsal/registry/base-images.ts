import type { HistoryEvent } from '../../core/history/history-event';
import type { ImageKeys } from './image-keys';
import { kindOf, type BaseKind } from './image-kind';

/** An image of Server Core or Nano Server that a history knows: its key, and when it was first there. */
export interface BaseImage {
  readonly key: string;
  readonly time: number;
}

/** Finds the base image that other images of the same OS version stood on. */
export class BaseImages {
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
