import * as z from 'zod';
import { bytes, digest, instant, mode, osVersion, seconds, sha256 } from './values';

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
  host: z.object({ osVersion }),
  images: z.array(
    z.object({
      family: z.string(),
      repository: z.string(),
      tag: z.string(),
      aliases: z.array(z.string()),
      digest,
      /** The id that docker gives the image on disk. */
      imageId: digest,
      osVersion,
      mode,
      bytesOnDisk: bytes,
      pullSeconds: seconds,
    }),
  ),
  scripts: z.object({ sha256 }),
  catalog: z.object({ sha256 }),
  pulledBytes: bytes,
  freeBytesLowest: bytes,
  startedAt: instant,
  /** Null while images are missing: then it tells how far a bake came that failed. */
  finishedAt: instant.nullable(),
});

/** The bill of materials of one AMI. */
export type ImageManifest = z.infer<typeof imageManifestSchema>;
