import * as z from 'zod';
import { required } from '../names/environment';
import {
  BASE_AMI_POLICIES,
  GATE_POLICY_SCHEMA,
  HOST_WITHOUT_IMAGE_POLICIES,
  LATE_POLICIES,
  MOST_PREVIOUS_REVISIONS,
  OUT_OF_BAND_POLICIES,
  type GatePolicy,
} from '../values/gate-policy';
import { parseDocument, weeklyWindows } from './document';

const text = z.string().min(1);

/**
 * The gate's policy, in the environment of `decide`. The stack writes it whole, so nothing may lack and nothing be unknown; only
 * what a stack of the release before does not write has a value without it, for commands that read that stack.
 */
export const gatePolicySchema = z.strictObject({
  schema: z.literal(GATE_POLICY_SCHEMA),
  longestWaitSeconds: z.int().positive(),
  late: z.enum(LATE_POLICIES),
  outOfBand: z.enum(OUT_OF_BAND_POLICIES),
  maxAgeSeconds: z.int().positive(),
  baseAmi: z.enum(BASE_AMI_POLICIES),
  hostWithoutImage: z.enum(HOST_WITHOUT_IMAGE_POLICIES),
  lines: z.record(text, text),
  previousRevisions: z.int().min(0).max(MOST_PREVIOUS_REVISIONS).default(0),
  extras: z.array(text),
  noBakeWindows: weeklyWindows,
});

/** The policy of an environment. Throws a `WinbakeError` that names the variable and the field that is wrong. */
export function gatePolicyOf(environment: NodeJS.ProcessEnv): GatePolicy {
  const name = 'WINBAKE_GATE_POLICY';
  return parseDocument(gatePolicySchema, required(environment, name), name);
}
