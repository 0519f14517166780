import * as z from 'zod';
import { ROLLOUT_OUTCOMES } from './fleet-state';
import { channelSchema } from './publication';
import { instant, osVersion, publicationMode } from './values';

/** One publication on one fleet, from Microsoft's release to the fleet's last instance. */
const entrySchema = z.object({
  publication: channelSchema.shape.id,
  osVersion,
  mode: publicationMode,
  /** Microsoft's release of the revision. */
  released: instant,
  published: instant,
  /** When the fleet first saw it in its channel. */
  promoted: instant,
  firstInstance: instant.nullable(),
  lastInstance: instant.nullable(),
  outcome: z.enum(ROLLOUT_OUTCOMES),
  /** Hours from Microsoft's release to the last instance; null where it did not get there. */
  hoursFromRelease: z.number().nullable(),
  /** Who held the fleet meanwhile, and why. */
  holds: z.array(z.object({ by: z.string(), reason: z.string(), at: instant, until: instant })),
});

/**
 * What a fleet did with the publications of one month, by Microsoft's release; the parameter
 * `<prefix>/fleets/<fleet>/log/<yyyy-mm>`, at most 4 KB.
 */
export const rolloutLogSchema = z.object({
  schema: z.literal('winbake.rollout-log/1'),
  fleet: z.string().min(1),
  /** Such as `2026-07`. */
  month: z.string().regex(/^\d{4}-\d{2}$/, 'is no month'),
  /** Oldest first. */
  rollouts: z.array(entrySchema),
});

/** What a fleet did with the publications of one month. */
export type RolloutLog = z.infer<typeof rolloutLogSchema>;

/** One publication on one fleet. */
export type RolloutLogEntry = z.infer<typeof entrySchema>;
