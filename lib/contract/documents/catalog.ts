import * as z from 'zod';
import { FINDING_CODES, type Finding } from '../values/finding';
import { build, bytes, digest, finding, instant, osVersion, release, revision } from './document';

/** At time `at` the registry's tag of a repository was this digest with this OS version. */
const observation = z.object({
  at: instant,
  repository: z.string(),
  tag: z.string(),
  digest,
  platformDigest: digest.nullable(),
  osVersion: osVersion.nullable(),
  compressedBytes: bytes.nullable(),
  /** Base first; left out by releases before, and where they were not read. */
  layers: z.array(z.object({ digest, bytes })).optional(),
});

/** An image of a set; `late` where its family was behind the set's target when the gate's time was up. */
const setImage = z.object({
  family: z.string(),
  repository: z.string(),
  tag: z.string(),
  /** The other tags that apps use for it. */
  aliases: z.array(z.string()),
  digest,
  platformDigest: digest,
  osVersion,
  late: z.boolean(),
  evidence: z.string().optional(),
});

/** A finding of a set; the release before this one reads no catalog with another code. */
const setFinding = finding.extend({ code: z.enum(FINDING_CODES).exclude(['NOT_FOUND']) });

/** The findings that a catalog keeps with a set: a code that is not kept, or that a newer release wrote, is left out. */
export function setFindings(findings: readonly unknown[]): readonly z.infer<typeof setFinding>[] {
  return findings.flatMap((one) => setFinding.safeParse(one).data ?? []);
}

/** One image per family that the gate accepted together. */
const imageSet = z.object({
  id: z.string().min(1),
  at: instant,
  target: osVersion,
  images: z.array(setImage).min(1),
  findings: z.preprocess(
    (value) => (Array.isArray(value) ? setFindings(value) : value),
    z.array(setFinding).readonly(),
  ),
});

/** What is known of one release: what was observed, accepted and reached; append-only, written with If-Match. */
export const catalogSchema = z.object({
  schema: z.literal('winbake.catalog/1'),
  release,
  build,
  observations: z.array(observation),
  /** Newest first. */
  sets: z.array(imageSet),
  hosts: z.array(z.object({ at: instant, revision, bake: z.string() })),
  accepted: z.array(z.object({ finding: z.string(), by: z.string(), at: instant })),
});

/** The catalog of one release. */
export type Catalog = z.infer<typeof catalogSchema>;

/** One observation of a catalog. */
export type Observation = z.infer<typeof observation>;

/** One image set of a catalog, or one that is to be accepted, with all that is to be said of it. */
export type ImageSet = Omit<z.infer<typeof imageSet>, 'findings'> & { readonly findings: readonly Finding[] };

/** One image of an image set. */
export type SetImage = z.infer<typeof setImage>;

/** The name under which an operator accepts one finding: its code, its family and the version that it is about. */
export function findingKey({ code, family }: Pick<Finding, 'code' | 'family'>, osVersion: string): string {
  return [code, family, osVersion].filter((part) => part !== undefined).join(' ');
}

/** Whether an operator passed a finding, by its name. */
export function isAccepted({ accepted }: Pick<Catalog, 'accepted'>, key: string): boolean {
  return accepted.some(({ finding }) => finding === key);
}
