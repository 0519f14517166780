import * as z from 'zod';
import { amiId, instant, osVersion, publicationMode, sha256 } from './values';

/** `<build>.<revision>-<n>`; `<build>.0-0` is the plain base AMI. */
const publicationId = z.string().regex(/^\d{1,6}\.\d{1,9}-\d+$/, 'is no publication id');

/** A verified AMI made known; immutable. */
export const publicationSchema = z.object({
  schema: z.literal('winbake.publication/1'),
  id: publicationId,
  os: z.string().min(1),
  mode: publicationMode,
  /** One AMI per region. */
  amis: z.record(z.string(), amiId),
  /** Where the image manifest is, a key beside the publication. */
  manifest: z.string().nullable(),
  verification: z.string().nullable(),
  baseAmiId: amiId,
  imageBuildVersionArn: z.string().nullable(),
  recipeArn: z.string().nullable(),
  scriptsSha256: sha256.nullable(),
  /** The id of the image set. */
  set: z.string().nullable(),
  at: instant,
});

/** A verified AMI made known. */
export type Publication = z.infer<typeof publicationSchema>;

/** The JSON of `<channel>/publication` and of `by-revision/<build>.<revision>`. */
export const channelSchema = z.object({
  id: publicationId,
  amiId,
  osVersion,
  mode: publicationMode,
  at: instant,
});

/** Where a channel points. */
export type Channel = z.infer<typeof channelSchema>;
