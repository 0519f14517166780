import * as z from 'zod';
import { instant, seconds } from './document';
import { channelSchema } from './publication';

/** One start of an instance, up to its first task; seconds from its launch unless said. */
const hostStartSchema = z.object({
  instance: z.string().min(1),
  /** What it runs; null where that is no publication that the fleet knows. */
  publication: channelSchema.shape.id.nullable(),
  launched: instant,
  /** Whether Windows had started before, as on the way out of a warm pool. */
  again: z.boolean(),
  /** Until its user data ran; null where it does not say. */
  up: seconds.nullable(),
  /** Until it had registered with ECS. */
  registered: seconds,
  /** How long the images of its first task were pulled; null where there was no pull, or no task. */
  pull: seconds.nullable(),
  /** Until its first task ran, but for the time in which there was no task for it; null where it had none within an hour. */
  firstTask: seconds.nullable(),
});

/**
 * How soon the newest instances of a fleet ran their first task; the parameter `<prefix>/fleets/<fleet>/log/starts`, at most 4 KB.
 * The reconciler alone writes it.
 */
export const hostStartsSchema = z.object({
  schema: z.literal('winbake.host-starts/1'),
  fleet: z.string().min(1),
  /** The newest first. */
  starts: z.array(hostStartSchema),
});

/** How soon the newest instances of a fleet ran their first task. */
export type HostStarts = z.infer<typeof hostStartsSchema>;

/** One start of an instance. */
export type HostStart = z.infer<typeof hostStartSchema>;
