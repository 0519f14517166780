import { changeCatalog } from '../../lib/core/catalog/catalog-store';
import { emptyCatalog, withObservations } from '../../lib/core/catalog/catalog';
import { POLL_INTERVAL_SECONDS } from '../../lib/contract/values/gate-policy';
import { observationsOf, observeFamilies } from '../../lib/core/gate/observe';
import type { Registry } from '../../lib/core/oci/registry';
import type { DocumentStore } from '../../lib/core/ports/stores';
import { familyOf } from '../../lib/core/images/family';
import type { Release } from '../../lib/contract/values/release';
import type { History } from '../registry/history/history';

/** What is looked at, and what shows it. */
export interface CatalogFeed {
  readonly history: History;
  readonly release: Release;
  readonly families: readonly string[];
  readonly lines: Readonly<Record<string, string>>;
  readonly asOf: Date;
  readonly documents: DocumentStore;
  /** Gives a poll a client of its own. */
  readonly withRegistry: <T>(poll: (registry: Registry) => Promise<T>) => Promise<T>;
  /** Lets the registry show another moment. */
  readonly setInstant: (instant: Date) => void;
}

/** 100 days: long enough to see a line of tags that is no longer built. */
const LOOKBACK_MILLISECONDS = 100 * 24 * 3600 * 1000;
const POLL_MILLISECONDS = POLL_INTERVAL_SECONDS * 1000;

/**
 * Fills the catalog with what a pipeline would have seen that polled every 15 minutes for 100 days. A poll between two
 * changes of the history sees nothing new, so only the polls after a change are made.
 */
export async function feedCatalog(feed: CatalogFeed): Promise<number> {
  const { history, release, asOf, documents } = feed;
  const families = feed.families.map((name) => familyOf(name, release, feed.lines[name], asOf));
  const begin = new Date(asOf.getTime() - LOOKBACK_MILLISECONDS);
  const repositories = families.map((family) => family.repository);
  const changes = history
    .changesBetween(begin, asOf, repositories)
    .map((event) => pollAfter(new Date(event.time), asOf));
  const polls = [...new Set([begin.getTime(), ...changes])].filter((time) => time < asOf.getTime());
  let seen = emptyCatalog(release);
  for (const time of polls.sort((one, other) => one - other)) {
    const at = new Date(time);
    feed.setInstant(at);
    const known = seen;
    const shown = await feed.withRegistry((registry) => observeFamilies(registry, families, known));
    seen = withObservations(seen, observationsOf(shown, at));
  }
  const { observations } = seen;
  await changeCatalog(documents, release, (catalog) => withObservations(catalog, observations));
  feed.setInstant(asOf);
  return polls.length;
}

/** The first poll of or after a change; polls are whole intervals before `asOf`. */
function pollAfter(change: Date, asOf: Date): number {
  const before = Math.floor((asOf.getTime() - change.getTime()) / POLL_MILLISECONDS);
  return asOf.getTime() - before * POLL_MILLISECONDS;
}
