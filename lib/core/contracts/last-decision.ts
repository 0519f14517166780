import * as z from 'zod';
import { instant } from './values';

/** What the gate said last, and when; written at every look, so that silence can be told from "nothing to do". */
export const lastDecisionSchema = z.object({
  schema: z.literal('winbake.last-decision/1'),
  at: instant,
  decision: z.enum(['bake', 'wait', 'nothing', 'needsOperator']),
  reason: z.string(),
});

/** What the gate said last. */
export type LastDecision = z.infer<typeof lastDecisionSchema>;
