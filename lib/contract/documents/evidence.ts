import * as z from 'zod';
import { instant, osVersion, revision, bytes, digest, mode, seconds, sha256 } from './document';

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
  /** A service outside refuses for a reason that lasts, such as a policy; scripts of an earlier deployment leave it out. */
  isFinal: z.boolean().optional(),
});

/** Why a component failed, as the instance says it. */
export type Failure = z.infer<typeof failureSchema>;

/** The bill of materials of one AMI, written on the build instance. */
export const imageManifestSchema = z.object({
  schema: z.literal('winbake.image-manifest/1'),
  /** The id of the order. */
  order: z.string().min(1),
  /**
   * The id of the image set that was baked: the order's, or a newer accepted one that the host may run. Scripts of an
   * earlier deployment leave it out, and mean the order's.
   */
  set: z.string().min(1).optional(),
  os: z.string().min(1),
  host: z.object({
    osVersion,
    /** Windows updates, such as `KB5066782`, and Docker and agents; scripts of an earlier deployment leave both out. */
    updates: z.array(z.string().min(1).max(40)).optional(),
    software: z.array(z.object({ name: z.string().min(1), version: z.string().min(1) })).optional(),
  }),
  images: z.array(
    z.object({
      family: z.string(),
      repository: z.string(),
      tag: z.string(),
      aliases: z.array(z.string()),
      /** Of the index where there is one, as the image set has it. */
      digest,
      /** Of the manifest that was pulled. Scripts of an earlier deployment pulled the index, and leave it out. */
      platformDigest: digest.optional(),
      /** The id that docker gives the image on disk. */
      imageId: digest,
      osVersion,
      mode,
      bytesOnDisk: bytes,
      pullSeconds: seconds,
    }),
  ),
  /** The own images of the set that could not be pulled, and why; scripts of an earlier deployment leave it out. */
  leftOut: z
    .array(z.object({ family: z.string(), repository: z.string(), tag: z.string(), message: z.string() }))
    .optional(),
  scripts: z.object({ sha256 }),
  catalog: z.object({ sha256 }),
  pulledBytes: bytes,
  freeBytesLowest: bytes,
  startedAt: instant,
  /** Null while images are missing: then it shows how far a failed bake came. */
  finishedAt: instant.nullable(),
});

/** The bill of materials of one AMI. */
export type ImageManifest = z.infer<typeof imageManifestSchema>;

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
 * order; of own images no container is started. A publication needs every one of them.
 */
export function requiredChecks(
  families: readonly string[],
  ownFamilies: readonly string[] = [],
): readonly string[] {
  return [
    'ecs agent',
    'host',
    'docker',
    ...families.flatMap((family) => [
      `image ${family}`,
      ...(ownFamilies.includes(family) ? [] : [`container ${family}`]),
    ]),
    'network nat',
  ];
}
