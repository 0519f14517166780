import * as z from 'zod';
import { operatorWordSchema } from './operator-word';
import { channelSchema } from './publication';
import { osVersion } from './values';

/** Never an AMI older than this OS version, while the word is in force. */
const floorSchema = operatorWordSchema.extend({ osVersion });

/** This publication, whatever the fleet has seen of it. */
const acceptanceSchema = operatorWordSchema.extend({ publication: channelSchema.shape.id });

/**
 * What people say of a fleet. It has a parameter of its own, `<prefix>/fleets/<fleet>/words`: the parameter store has no
 * conditional write, so that each parameter has one writer, this one the command line and the state the reconciler.
 */
export const fleetWordsSchema = z.object({
  schema: z.literal('winbake.fleet-words/1'),
  /** The fleet stays where it is; a rollout stops where it is. */
  hold: operatorWordSchema.nullable(),
  floor: floorSchema.nullable(),
  accepted: acceptanceSchema.nullable(),
});

/** What people say of a fleet. */
export type FleetWords = z.infer<typeof fleetWordsSchema>;
