import * as z from 'zod';
import { instant } from './values';

const deliverySchema = z.object({
  /** The newest publication that arrived there; null before the first. */
  publication: z.string().nullable(),
  /** When the account let us in last; null where it never has. */
  reachedAt: instant.nullable(),
  /** Since when something is missing there, and why; null where all has arrived. */
  pending: z.object({ since: instant, reason: z.string() }).nullable(),
});

/** What has arrived in which account and region, and which publication was announced last; changed with If-Match. */
export const deliveriesSchema = z.object({
  schema: z.literal('winbake.deliveries/1'),
  /** The publication whose event was sent. */
  announced: z.string().nullable(),
  /** By account and region, such as `123456789012/eu-central-1`. */
  targets: z.record(z.string(), deliverySchema),
});

/** What has arrived where. */
export type Deliveries = z.infer<typeof deliveriesSchema>;

/** What has arrived in one account and region. */
export type Delivery = z.infer<typeof deliverySchema>;
