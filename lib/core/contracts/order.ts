import * as z from 'zod';
import { amiId, release, revision, sha256 } from './values';

/** What one bake shall do; written before it starts, kept, and carried by its id into manifest and verification. */
export const orderSchema = z.object({
  schema: z.literal('winbake.order/1'),
  id: z.string().min(1),
  release,
  /** Why the bake was ordered, in a word or two. */
  trigger: z.string().min(1),
  /** The id of the image set in the catalog. */
  set: z.string().min(1),
  targetRevision: revision,
  baseAmiId: amiId,
  scriptsSha256: sha256,
  recipeArn: z.string().startsWith('arn:'),
  /** Counted from 1. */
  attempt: z.int().positive(),
  /** An update that must be installed afterwards, such as `KB5066782`; else the bake fails. */
  kb: z
    .string()
    .regex(/^KB\d{6,8}$/, 'is no update such as KB5066782')
    .optional(),
});

/** The order of one bake. */
export type Order = z.infer<typeof orderSchema>;
