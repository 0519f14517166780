import * as z from 'zod';
import { digest, osVersion, seconds } from './values';

/** What the test instance found on the finished AMI. */
export const verificationSchema = z.object({
  schema: z.literal('winbake.verification/1'),
  /** The id of the order. */
  order: z.string().min(1),
  host: z.object({ osVersion }),
  images: z.array(
    z.object({
      family: z.string(),
      present: z.boolean(),
      digest,
      /** Null where the container did not start. */
      firstStartSeconds: seconds.nullable(),
      secondStartSeconds: seconds.nullable(),
    }),
  ),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
});

/** What the test instance found on the finished AMI. */
export type Verification = z.infer<typeof verificationSchema>;

/**
 * The names of the checks that `Get-Verification` of the instance scripts makes on an AMI with these families, in its
 * order. A publication needs every one of them.
 */
export function requiredChecks(families: readonly string[]): readonly string[] {
  return [
    'ecs agent',
    'host',
    'docker',
    ...families.flatMap((family) => [`image ${family}`, `container ${family}`]),
    'network nat',
  ];
}
