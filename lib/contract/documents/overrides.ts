import * as z from 'zod';
import { excerpt } from '../values/printable';
import { instant, osVersion } from './document';
import { channelSchema } from './publication';

/** What a person set by hand: who, why, since when and how long. A hold lasts 14 days unless said, 60 at most. */
export const operatorOverrideSchema = z.object({
  by: z.string().min(1),
  reason: z.string().min(1),
  at: instant,
  until: instant,
});

/** What a person set by hand. */
export type OperatorOverride = z.infer<typeof operatorOverrideSchema>;

/** Never an AMI older than this OS version, while the override is in force. */
const floorSchema = operatorOverrideSchema.extend({ osVersion });

/** This publication, whatever the fleet has seen of it. */
const acceptanceSchema = operatorOverrideSchema.extend({ publication: channelSchema.shape.id });

/**
 * What people say of a fleet. It has a parameter of its own, `<prefix>/fleets/<fleet>/overrides`: the parameter store has no
 * conditional write, so that each parameter has one writer, this one the command line and the state the reconciler.
 */
export const fleetOverridesSchema = z.object({
  schema: z.literal('winbake.fleet-overrides/1'),
  /** The fleet stays where it is; a rollout stops where it is. */
  hold: operatorOverrideSchema.nullable(),
  floor: floorSchema.nullable(),
  accepted: acceptanceSchema.nullable(),
});

/** What people say of a fleet. */
export type FleetOverrides = z.infer<typeof fleetOverridesSchema>;

/** What a person set, while it counts, with excerpts of what he wrote; one whose time is over counts as absent. */
export function activeOverride<T extends OperatorOverride>(override: T | null, now: Date): T | undefined {
  return override !== null && Date.parse(override.until) > now.getTime()
    ? { ...override, by: excerpt(override.by), reason: excerpt(override.reason) }
    : undefined;
}
