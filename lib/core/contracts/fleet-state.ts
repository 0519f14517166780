import { z } from 'zod';
import { amiId } from './values';

/** What a fleet's rollouts know of themselves: the AMI in use and the refresh that brought it. */
export const fleetStateSchema = z.object({
  amiId,
  publication: z.string(),
  /** The newest instance refresh; null where none was needed. */
  refreshId: z.string().nullable(),
});

/** The state of a fleet. */
export type FleetState = z.infer<typeof fleetStateSchema>;
