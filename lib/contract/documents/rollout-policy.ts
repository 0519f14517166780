import * as z from 'zod';
import { required } from '../names/environment';
import { ROLLOUT_POLICY_SCHEMA, type RolloutPolicy } from '../values/rollout-policy';
import { parseDocument, seconds, weeklyWindows } from './document';

/** How a fleet takes a publication, in the environment of `rollout`. The stack writes it whole. */
export const rolloutPolicySchema = z.strictObject({
  schema: z.literal(ROLLOUT_POLICY_SCHEMA),
  canaryPercentage: z.number().min(1).max(100),
  watchSeconds: seconds,
  delaySeconds: seconds,
  drainSeconds: seconds,
  windows: weeklyWindows,
  /** Auto Scaling takes ten. */
  alarms: z.array(z.string().min(1)).max(10),
  rollEqualRevision: z.boolean(),
  patchWithinSeconds: seconds,
});

/** The policy of an environment. Throws a `WinbakeError` that names the variable and the field that is wrong. */
export function rolloutPolicyOf(environment: NodeJS.ProcessEnv): RolloutPolicy {
  const name = 'WINBAKE_ROLLOUT_POLICY';
  return parseDocument(rolloutPolicySchema, required(environment, name), name);
}
