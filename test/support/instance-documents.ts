import type { Catalog } from '../../lib/contract/documents/catalog';
import { requiredChecks } from '../../lib/contract/documents/evidence';
import type { Order } from '../../lib/contract/documents/order';

/** What the instances of a good bake upload for an order. */
export function instanceDocuments(
  order: Order,
  { sets }: Catalog,
  { endedAt, startedAt }: { readonly startedAt: Date; readonly endedAt: Date },
) {
  const set = sets.find(({ id }) => id === order.set)!;
  const host = { osVersion: set.target };
  return {
    manifest: {
      schema: 'winbake.image-manifest/1',
      order: order.id,
      os: 'SERVER_2022_CORE',
      host,
      images: set.images.map(({ aliases, digest, family, late, osVersion, repository, tag }) => ({
        ...{ family, repository, tag, aliases, digest, imageId: digest, osVersion },
        mode: osVersion === set.target ? 'exact' : late ? 'previousRevision' : 'nearestLower',
        ...{ bytesOnDisk: 1, pullSeconds: 1 },
      })),
      scripts: { sha256: order.scriptsSha256 },
      catalog: { sha256: order.scriptsSha256 },
      ...{ pulledBytes: 1, freeBytesLowest: 1 },
      ...{ startedAt: startedAt.toISOString(), finishedAt: endedAt.toISOString() },
    },
    verification: {
      schema: 'winbake.verification/1',
      order: order.id,
      host,
      images: set.images.map(({ digest, family }) => ({
        ...{ family, present: true, digest, firstStartSeconds: 6, secondStartSeconds: 2 },
      })),
      checks: requiredChecks(set.images.map(({ family }) => family)).map((name) => ({
        ...{ name, ok: true, detail: '' },
      })),
    },
  };
}
