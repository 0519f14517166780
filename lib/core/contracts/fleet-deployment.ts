import * as z from 'zod';
import { instant } from './values';

/**
 * A deployment that changes a fleet's group; the parameter `<prefix>/fleets/<fleet>/deployment`. The function that clones the
 * launch template alone writes it, and the reconciler changes nothing of the group meanwhile: Auto Scaling takes no new launch
 * template version while an instance refresh is under way.
 */
export const fleetDeploymentSchema = z.object({
  schema: z.literal('winbake.fleet-deployment/1'),
  /** When it came to the fleet. */
  at: instant,
  /** From then on it pauses nothing, whatever became of it. */
  until: instant,
  /** The launch template version that the group is about to get; null before there is one. */
  version: z.string().nullable(),
});

/** A deployment that changes a fleet's group. */
export type FleetDeployment = z.infer<typeof fleetDeploymentSchema>;
