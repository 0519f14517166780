import * as z from 'zod';
import { amiId, instant } from './values';

/** What became of one AMI in a prune, and why. */
const prunedAmi = z.object({
  region: z.string().min(1),
  amiId,
  /** Null where it was never published. */
  publication: z.string().nullable(),
  action: z.enum(['keep', 'deprecate', 'remove']),
  reasons: z.array(z.string()).min(1),
});

/** What care remembers from one look to the next; changed with If-Match. */
export const careMemorySchema = z.object({
  schema: z.literal('winbake.care/1'),
  /** The last prune that came to its end; null before the first. */
  pruned: z.object({ at: instant, amis: z.array(prunedAmi) }).nullable(),
  /** The parts that have failed at every look since, by name. */
  failing: z.record(z.string(), z.object({ since: instant, reason: z.string() })),
});

/** What care remembers from one look to the next. */
export type CareMemory = z.infer<typeof careMemorySchema>;
