import type { Catalog, ImageSet } from '../../contract/documents/catalog';
import { targetRevision } from './judge-host';

/**
 * The newest accepted set that hosts are not known to stay below: what a person's bake takes where the gate would wait or
 * ask. A host that ended below a set after it was accepted was not offered its revision.
 */
export function newestBakeableSet({ hosts, sets }: Catalog): ImageSet | undefined {
  return [...sets]
    .sort((one, other) => (one.at < other.at ? 1 : -1))
    .find((set) => {
      const since = hosts.filter(({ at }) => at >= set.at);
      return since.length === 0 || since.some(({ revision }) => revision >= targetRevision(set));
    });
}
