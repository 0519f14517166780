import { z } from 'zod';
import { amiId, finding, instant, release } from './document';

/** The outcome of one AMI in a prune, and why. */
const prunedAmi = z.object({
  region: z.string().min(1),
  amiId,
  /** Null where it was never published. */
  publication: z.string().nullable(),
  action: z.enum(['keep', 'deprecate', 'remove']),
  reasons: z.array(z.string()).min(1),
});

/** What housekeeping remembers from one poll to the next; changed with If-Match. */
export const housekeepingMemorySchema = z.object({
  schema: z.literal('winbake.housekeeping/1'),
  /** The last prune that came to its end; null before the first. */
  pruned: z.object({ at: instant, amis: z.array(prunedAmi) }).nullable(),
  /** The parts that have failed at every poll since, by name. */
  failing: z.record(z.string(), z.object({ since: instant, reason: z.string() })),
});

/** What housekeeping remembers from one poll to the next. */
export type HousekeepingMemory = z.infer<typeof housekeepingMemorySchema>;

/** What the gate said last, and when; written at every poll, so that silence can be told from "nothing to do". */
export const lastDecisionSchema = z.object({
  schema: z.literal('winbake.last-decision/1'),
  at: instant,
  decision: z.enum(['bake', 'wait', 'nothing', 'needsOperator']),
  reason: z.string(),
  /** Of any code: a newer release may write one that this one does not know. */
  findings: z.array(finding.extend({ code: z.string().min(1) })).default([]),
  /** When time alone may change it; null where only an input can. */
  changesAt: instant.nullable().default(null),
});

/** What the gate said last. */
export type LastDecision = z.infer<typeof lastDecisionSchema>;

const notice = z.object({
  at: instant,
  message: z.string(),
  /** When the message went out; absent while its sender has not come back. */
  notifiedAt: instant.optional(),
});

/** What people were notified of a pipeline and has not healed yet, by cause; changed with If-Match. */
export const noticesSchema = z.object({
  schema: z.literal('winbake.notices/1'),
  notices: z.record(z.string(), notice),
});

/** What people were notified of a pipeline and has not healed yet. */
export type Notices = z.infer<typeof noticesSchema>;

/** Since when repositories cannot be read, of those that cannot; changed with If-Match, and only when that changes. */
export const outageSchema = z.object({
  schema: z.literal('winbake.outage/1'),
  release,
  /** The first failed poll by repository. */
  since: z.record(z.string(), instant),
});

/** Since when the repositories of a release cannot be read. */
