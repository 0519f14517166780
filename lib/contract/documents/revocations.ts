import * as z from 'zod';
import { amiId, instant } from './document';
import { publicationSchema } from './publication';

const note = { by: z.string().min(1), reason: z.string().min(1), at: instant };

/**
 * The publications that people have revoked; `publications/revoked.json` of the bucket, changed with If-Match. The verbs and
 * housekeeping write it, and whoever moves a channel reads it.
 */
export const revocationsSchema = z.object({
  schema: z.literal('winbake.revocations/1'),
  publications: z.array(
    z.object({
      id: publicationSchema.shape.id,
      ...note,
      /** By region, as its record has them. */
      amis: z.record(z.string(), amiId),
      /** Who restored it, when and why; null while it is revoked. */
      restored: z.object(note).nullable(),
      /** By region: AMIs that are about to be disabled, with whom they are shared; `at` once they are. */
      disabled: z.record(z.string(), z.object({ sharedWith: z.array(z.string()), at: instant.nullable() })),
      /** Whether channels and fleets have what follows from it. */
      isSettled: z.boolean(),
      /** What kept an AMI from being disabled when housekeeping looked last. */
      usedBy: z.array(z.string()),
    }),
  ),
  /** What channels showed when one of them, which shows what is revoked, had nowhere to go; absent: none is stuck. */
  stuckAt: z
    .object({
      latest: z.string().optional(),
      current: z.string().optional(),
      previous: z.string().optional(),
    })
    .optional(),
});

/** The publications that people have revoked. */
export type Revocations = z.infer<typeof revocationsSchema>;

/** One of them. */
export type Revocation = Revocations['publications'][number];
