import * as z from 'zod';
import { instant } from './values';

const notice = z.object({
  at: instant,
  message: z.string(),
  /** When the message went out; absent while its sender has not come back. */
  toldAt: instant.optional(),
});

/** What people were told of a pipeline and has not healed yet, by cause; changed with If-Match. */
export const noticesSchema = z.object({
  schema: z.literal('winbake.notices/1'),
  notices: z.record(z.string(), notice),
});

/** What people were told of a pipeline and has not healed yet. */
export type Notices = z.infer<typeof noticesSchema>;
