import * as z from 'zod';
import { amiId, instant } from './document';
import { operatorOverrideSchema } from './overrides';
import { publicationSchema } from './publication';

/** Which wave of a pipeline's fleets one belongs to; 0 begins. */
export const ring = z.int().nonnegative();

/**
 * What housekeeping notes for fleets about each other, across accounts; the parameter `<path>/failed` of each account and region.
 * It has the publications that a pipeline's channels show: which have failed on a fleet, so that those that have not started one
 * wait, and how far each ring is.
 */
export const failedPublicationsSchema = z.object({
  schema: z.literal('winbake.failed/1'),
  publications: z.array(
    z.object({
      id: publicationSchema.shape.id,
      /** The first fleet on which it failed, and what that says. */
      fleet: z.string().min(1),
      /** That fleet's; null where it is in none. */
      ring: ring.nullable().default(null),
      reason: z.string(),
      at: instant,
    }),
  ),
  /** The hold of the whole pipeline, where a person has set one. */
  hold: operatorOverrideSchema.nullable().default(null),
  /** What people have revoked, by the AMIs of this region; left out where nothing is. */
  revoked: z
    .array(
      z.object({ id: publicationSchema.shape.id, amiId, by: z.string(), reason: z.string(), at: instant }),
    )
    .optional(),
  /** Of each publication that is on its way, and each ring with fleets: how many there are and on how many it is well. */
  rings: z
    .array(
      z.object({
        id: publicationSchema.shape.id,
        ring,
        fleets: z.int().positive(),
        well: z.int().nonnegative(),
        /** Some of those on which it is not. */
        behind: z.array(z.string()),
      }),
    )
    .default([]),
  /** Some of the accounts and regions that let nobody in, whose fleets may be of any ring; left out where all were read. */
  unread: z.array(z.string()).optional(),
});

/** What housekeeping notes for fleets about each other. */
export type FailedPublications = z.infer<typeof failedPublicationsSchema>;

/** One that a person has revoked. */
export type RevokedPublication = NonNullable<FailedPublications['revoked']>[number];

/** One that has failed. */
export type FailedPublication = FailedPublications['publications'][number];
