import * as z from 'zod';
import { instant } from './document';

const OPERATOR_NOTE = {
  /** Who wants it: an address, or the ARN of the caller. */
  by: z.string().trim().min(1).max(200),
  reason: z.string().trim().min(1).max(500),
  /** Plans and changes nothing. */
  dryRun: z.boolean(),
};

/** What a person orders: one of the verbs that change something, in whose name and why. */
export const operateRequestSchema = z.discriminatedUnion('verb', [
  z.strictObject({ verb: z.literal('hold'), until: instant.optional(), ...OPERATOR_NOTE }),
  z.strictObject({ verb: z.literal('unhold'), ...OPERATOR_NOTE }),
  z.strictObject({ verb: z.literal('promote'), despiteCanaries: z.boolean().optional(), ...OPERATOR_NOTE }),
  z.strictObject({ verb: z.literal('rollback'), until: instant.optional(), ...OPERATOR_NOTE }),
  z.strictObject({
    verb: z.literal('revoke'),
    publication: z.string().trim().min(1).max(60),
    ...OPERATOR_NOTE,
  }),
  z.strictObject({
    verb: z.literal('restore'),
    publication: z.string().trim().min(1).max(60),
    ...OPERATOR_NOTE,
  }),
  z.strictObject({ verb: z.literal('accept'), finding: z.string().trim().min(1).max(200), ...OPERATOR_NOTE }),
  z.strictObject({
    verb: z.literal('rebake'),
    force: z.boolean(),
    kb: z
      .string()
      .regex(/^KB\d{6,8}$/, 'is no update such as KB5066782')
      .optional(),
    ...OPERATOR_NOTE,
  }),
  z.strictObject({ verb: z.literal('cancel'), ...OPERATOR_NOTE }),
  z.strictObject({ verb: z.literal('prune'), ...OPERATOR_NOTE }),
]);

/** What a person orders. */
export type OperateRequest = z.infer<typeof operateRequestSchema>;

/** One of the verbs that change something. */
export type OperateVerb = OperateRequest['verb'];

/** What an order comes to: its plan, and whether it was carried out. */
export const operateAnswerSchema = z.object({
  verb: z.string(),
  /** A line for each change; none where there is nothing to do. */
  changes: z.array(z.string()),
  /** Why, or why not; sentences for people. */
  reasons: z.array(z.string()),
  done: z.boolean(),
});

/** What an order comes to. */
export type OperateAnswer = z.infer<typeof operateAnswerSchema>;
