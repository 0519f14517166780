import * as z from 'zod';
import { amiId, instant } from './values';

/**
 * The last bake that came out equal to the publication that stood. Its AMI is no publication; that it was made counts as if
 * the standing one were as young and from the same base AMI, or the gate would order the same bake again and again.
 */
export const equalBakeSchema = z.object({
  schema: z.literal('winbake.equal-bake/1'),
  /** The publication that it equals. */
  publication: z.string().min(1),
  /** The id of the order. */
  order: z.string().min(1),
  imageBuildVersionArn: z.string().startsWith('arn:'),
  baseAmiId: amiId,
  /** One AMI per region, which nothing uses. */
  amis: z.record(z.string(), amiId),
  at: instant,
});

/** The last bake that came out equal to the publication that stood. */
export type EqualBake = z.infer<typeof equalBakeSchema>;
