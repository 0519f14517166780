import * as z from 'zod';
import { publicationSchema } from './publication';
import { instant } from './values';

/**
 * Publications that a pipeline's channels show and that have failed on a fleet; the parameter `<path>/failed` of each account
 * and region. Fleets that have not started one wait.
 */
export const failedPublicationsSchema = z.object({
  schema: z.literal('winbake.failed/1'),
  publications: z.array(
    z.object({
      id: publicationSchema.shape.id,
      /** The first fleet on which it failed, and what that says. */
      fleet: z.string().min(1),
      reason: z.string(),
      at: instant,
    }),
  ),
});

/** Publications that have failed on a fleet. */
export type FailedPublications = z.infer<typeof failedPublicationsSchema>;

/** One that has failed. */
export type FailedPublication = FailedPublications['publications'][number];
