import * as z from 'zod';
import { instant, amiId, osVersion, publicationMode, sha256 } from './document';

/**
 * The last finished bake whose evidence is right and which a person must let through. It is published without a further
 * bake once the finding is accepted; a newer order leaves it behind.
 */
export const awaitingPublicationSchema = z.object({
  schema: z.literal('winbake.awaiting-publication/1'),
  /** The id of the order. */
  order: z.string().min(1),
  imageBuildVersionArn: z.string().startsWith('arn:'),
  /** What a person accepts, by its name in the catalog. */
  finding: z.string().min(1),
  at: instant,
});

/** The last finished bake that waits for a person. */
export type AwaitingPublication = z.infer<typeof awaitingPublicationSchema>;

/** Days that an AMI stays which no publication names: its bake may still be on its way. */
export const DAYS_FOR_UNPUBLISHED = 7;

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
  /** The publication of `current` whose images were announced; left out before the first. */
  imagesAnnounced: z.string().optional(),
  /** By account and region, such as `123456789012/eu-central-1`. */
  targets: z.record(z.string(), deliverySchema),
});

/** What has arrived where. */
export type Deliveries = z.infer<typeof deliveriesSchema>;

/** What has arrived in one account and region. */
export type Delivery = z.infer<typeof deliverySchema>;

/**
 * The last bake that came out equal to the publication that stood. Its AMI is no publication; that it was made counts as if
 * the published one were as young and from the same base AMI, or the gate would order the same bake again and again.
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

/** `<build>.<revision>-<n>`; `<build>.0-0` is the plain base AMI. */
const publicationId = z.string().regex(/^\d{1,6}\.\d{1,9}-\d+$/, 'is no publication id');

/** When the OS version was first seen, as an image or on a host; absent in what was published before it was noted. */
const revisionSeenAt = instant.optional();

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
  revisionSeenAt,
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
  revisionSeenAt,
});

/** Where a channel points. */
export type Channel = z.infer<typeof channelSchema>;

/** Whether a publication is newer than another: by its instant, then by its number. The plain base AMI is older than any. */
export function isNewer(one: Channel, other: Channel): boolean {
  if ((one.mode === 'unbaked') !== (other.mode === 'unbaked')) {
    return other.mode === 'unbaked';
  }
  const [at, otherAt] = [Date.parse(one.at), Date.parse(other.at)];
  return at === otherAt ? numberOf(one) > numberOf(other) : at > otherAt;
}

/** The OS version of a publication, by its id such as `20348.4294-1`. */
export function osVersionOf(id: string): string {
  return `10.0.${id.slice(0, id.lastIndexOf('-'))}`;
}

function numberOf({ id }: Channel): number {
  return Number(id.slice(id.lastIndexOf('-') + 1));
}
