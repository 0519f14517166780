import * as z from 'zod';
import { instant, osVersion, revision } from './values';

/** Why a component failed, as the instance says it: the first failure of its steps. */
export const failureSchema = z.object({
  schema: z.literal('winbake.failure/1'),
  /** What machines act on; docs/faults.md lists the codes. A code keeps its meaning. */
  code: z.string().regex(/^[A-Z][A-Z0-9_]{2,63}$/, 'is no code such as NO_SPACE'),
  /** The script of the step, such as `Save-Image`. */
  step: z.string().min(1).max(100),
  /** The sentence for people. */
  message: z.string().min(1).max(4000),
  at: instant,
  /** What the host is at, where the failure is about that. */
  osVersion: osVersion.optional(),
  /** What the order wants of the host, where the failure is about that. */
  targetRevision: revision.optional(),
});

/** Why a component failed, as the instance says it. */
export type Failure = z.infer<typeof failureSchema>;
