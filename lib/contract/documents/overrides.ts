import * as z from 'zod';
import { instant, osVersion } from './document';
import { channelSchema } from './publication';

/** What a person set by hand: who, why, since when and how long. A hold lasts 14 days unless said, 60 at most. */
export const operatorWordSchema = z.object({
  by: z.string().min(1),
  reason: z.string().min(1),
  at: instant,
  until: instant,
});

/** What a person set by hand. */
export type OperatorWord = z.infer<typeof operatorWordSchema>;

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

/** A person's word while it counts; one whose time is over counts as absent. */
export function wordInForce<T extends OperatorWord>(word: T | null, now: Date): T | undefined {
  return word !== null && Date.parse(word.until) > now.getTime() ? word : undefined;
}
