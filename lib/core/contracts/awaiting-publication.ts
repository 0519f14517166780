import * as z from 'zod';
import { instant } from './values';

/**
 * The last finished bake whose evidence is right and which a person must let through. It is published without a further
 * bake once the finding is accepted; a newer order leaves it behind.
 */
export const awaitingPublicationSchema = z.object({
  schema: z.literal('winbake.awaiting-publication/1'),
  /** The id of the order. */
  order: z.string().min(1),
  imageBuildVersionArn: z.string().startsWith('arn:'),
  /** What a person accepts, by its name in the catalog. */
  finding: z.string().min(1),
  at: instant,
});

/** The last finished bake that waits for a person. */
export type AwaitingPublication = z.infer<typeof awaitingPublicationSchema>;
