import { z } from 'zod';
import { instant, release } from './values';

/** Since when repositories cannot be read, of those that cannot; changed with If-Match, and only when that changes. */
export const outageSchema = z.object({
  schema: z.literal('winbake.outage/1'),
  release,
  /** The first failed look by repository. */
  since: z.record(z.string(), instant),
});

/** Since when the repositories of a release cannot be read. */
export type Outage = z.infer<typeof outageSchema>;
