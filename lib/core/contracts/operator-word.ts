import * as z from 'zod';
import { instant } from './values';

/** What a person set by hand: who, why, since when and how long. A hold lasts 14 days unless said, 60 at most. */
export const operatorWordSchema = z.object({
  by: z.string().min(1),
  reason: z.string().min(1),
  at: instant,
  until: instant,
});

/** What a person set by hand. */
export type OperatorWord = z.infer<typeof operatorWordSchema>;
