import type { HistoryEvent } from '../../core/history/history-event';
import type { History } from '../history/history';
import { ImageStore } from './image-store';
import type { Content, ManifestContent } from './stored-content';

interface Shelved {
  readonly content: Content;
  /** Milliseconds since 1970 from which on the repository has it. */
  readonly from: number;
}

/**
 * What each repository holds at an instant: everything that one of its tags ever pointed to up to then, since images are
 * never deleted, and nothing that was published later.
 */
export class PublishedContent {
  private readonly shelves = new Map<string, ReadonlyMap<string, Shelved>>();

  constructor(
    private readonly history: History,
    readonly images: ImageStore,
  ) {}

  /** The manifest or list that a tag resolves to at an instant. */
  resolve(repository: string, tag: string, instant: Date): ManifestContent | undefined {
    const event = this.history.pointsAt(repository, tag, instant);
    return event && this.images.imageOf(event).resolved;
  }

  /** The content of a digest, if the repository has it at an instant. */
  find(repository: string, digest: string, instant: Date): Content | undefined {
    const shelf = this.shelves.get(repository) ?? this.fill(repository);
    const shelved = shelf.get(digest);
    return shelved !== undefined && shelved.from <= instant.getTime() ? shelved.content : undefined;
  }

  private fill(repository: string): ReadonlyMap<string, Shelved> {
    const shelf = new Map<string, Shelved>();
    for (const event of this.history.eventsOf(repository)) {
      for (const content of this.contentsOf(event)) {
        if (!shelf.has(content.digest)) {
          shelf.set(content.digest, { content, from: event.time });
        }
      }
    }
    this.shelves.set(repository, shelf);
    return shelf;
  }

  private contentsOf(event: HistoryEvent): readonly Content[] {
    const { resolved, platforms } = this.images.imageOf(event);
    return [resolved, ...platforms.flatMap(({ manifest, config, layers }) => [manifest, config, ...layers])];
  }
}

const known = new WeakMap<History, PublishedContent>();

/** The content of a history, written once however many registries replay it. */
export function publishedContentOf(history: History): PublishedContent {
  const content = known.get(history) ?? new PublishedContent(history, new ImageStore(history));
  known.set(history, content);
  return content;
}
