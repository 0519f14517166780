import { type Catalog, findingKey, type ImageSet, isAccepted } from '../../contract/documents/catalog';
import { type ImageManifest, requiredChecks, type Verification } from '../../contract/documents/evidence';
import { type Order, orderedAt } from '../../contract/documents/order';
import { type Channel, DAYS_FOR_UNPUBLISHED } from '../../contract/documents/publication';
import { modeOfImage } from '../../contract/values/mode';
import { type OsVersion, readOsVersion } from '../../contract/values/os-version';
import { osOf } from '../../contract/values/release';
import { chooseImageSet, fitsHost } from '../images/choose-image-set';
import { isOwnImage } from '../images/own-image';
import type { ImageBuild } from '../ports/bakes';
import { type EvidenceRefusal, quoted, refuse, refuseUnless } from './publication-refused';

/**
 * How far the clock of an instance may be off, in seconds: S3 refuses the requests of one that is further off.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
 */
export const INSTANCE_CLOCK_SKEW_SECONDS = 15 * 60;

/** For how long after its build an image may be published, in seconds: afterwards the prune may take its AMI away. */
export const LONGEST_PUBLICATION_DELAY_SECONDS = DAYS_FOR_UNPUBLISHED * 86_400;

/** Everything that the judgement of a bake depends on. */
export interface EvidenceInput {
  readonly orderId: string;
  readonly order: Order;
  /** What the pipeline bakes, such as `SERVER_2022_CORE`. */
  readonly os: string;
  readonly catalog: Pick<Catalog, 'sets' | 'accepted'>;
  readonly build: Pick<ImageBuild, 'startedAt' | 'endedAt'>;
  readonly manifest: ImageManifest;
  readonly verification: Verification;
  /** What `latest` points to. */
  readonly latest: Channel | undefined;
  /** Whether an earlier run recorded a publication of this image already. */
  readonly isRecorded: boolean;
  readonly now: Date;
}

/** A finding that keeps right evidence from being published until a person accepts it by its name. */
export interface AwaitedFinding {
  readonly finding: string;
  readonly message: string;
}

/** What the judgement comes to; a bake without refusals and without an awaited finding is published. */
export interface EvidenceVerdict {
  readonly refusals: readonly EvidenceRefusal[];
  readonly awaits: AwaitedFinding | undefined;
}

/**
 * Judges the evidence of a bake by what its order, the catalog and Image Builder say, and never by what the instances say
 * of themselves: they run foreign updates, components of others, and the AMI that is judged.
 */
export function checkEvidence(input: EvidenceInput): EvidenceVerdict {
  const refusals = [
    ...checkOrder(input),
    ...checkHost(input),
    ...checkImages(input),
    ...checkVerification(input),
    ...checkInstants(input),
  ];
  return { refusals, awaits: refusals.length === 0 ? belowLatest(input) : undefined };
}

function checkOrder({
  manifest,
  order,
  orderId,
  os,
  verification,
}: EvidenceInput): readonly EvidenceRefusal[] {
  const { name } = osOf(os).release;
  return [
    ...refuseUnless(
      order.id === orderId && order.release === name,
      'EVIDENCE_ORDER',
      `the order is not ${orderId} of Windows Server ${name}; got: ${quoted(order.id)} of ${order.release}`,
    ),
    ...Object.entries({ 'image manifest': manifest.order, verification: verification.order }).flatMap(
      ([document, got]) =>
        refuseUnless(
          got === orderId,
          'EVIDENCE_ORDER',
          `the ${document} is not of the order ${orderId}; got: ${quoted(got)}`,
        ),
    ),
    ...refuseUnless(
      manifest.os === os,
      'EVIDENCE_OS',
      `the image manifest is not of the pipeline's ${os}; got: ${quoted(manifest.os)}`,
    ),
    ...refuseUnless(
      manifest.scripts.sha256 === order.scriptsSha256,
      'EVIDENCE_SCRIPTS',
      `the scripts of the image manifest are not the order's ${order.scriptsSha256}; got: ${manifest.scripts.sha256}`,
    ),
    ...refuseUnless(
      manifest.finishedAt !== null,
      'EVIDENCE_UNFINISHED',
      `the image manifest was not finished, images were missing; got: ${manifest.images.length} images`,
    ),
  ];
}

function checkHost({ manifest, order, os, verification }: EvidenceInput): readonly EvidenceRefusal[] {
  const { build, name } = osOf(os).release;
  const { osVersion } = manifest.host;
  const host = readOsVersion(osVersion);
  if (host?.build !== build) {
    return refuse(
      'EVIDENCE_HOST_BUILD',
      `the host of the image manifest is not of the build ${build} of Windows Server ${name}; got: ${osVersion}`,
    );
  }
  return [
    ...refuseUnless(
      host.revision >= order.targetRevision,
      'EVIDENCE_HOST_BELOW_TARGET',
      `the host of the image manifest is below the revision ${order.targetRevision} of its order; got: ${osVersion}`,
    ),
    ...refuseUnless(
      verification.host.osVersion === osVersion,
      'EVIDENCE_HOST_CHANGED',
      `the AMI was baked as ${osVersion} and did not start as that; got: ${verification.host.osVersion}`,
    ),
  ];
}

function checkVerification({ manifest, verification }: EvidenceInput): readonly EvidenceRefusal[] {
  const { checks, images } = verification;
  const families = familiesOf(manifest.images);
  const own = familiesOf(manifest.images.filter((image) => isOwnImage(image)));
  return [
    ...checks.flatMap(({ detail, name, ok }) =>
      refuseUnless(
        ok,
        'EVIDENCE_CHECK_FAILED',
        `the check "${name}" of the verification failed; got: ${quoted(detail)}`,
      ),
    ),
    ...requiredChecks(families, own).flatMap((required) => {
      const made = checks.filter(({ name }) => name === required).length;
      return refuseUnless(
        made === 1,
        'EVIDENCE_CHECK_MISSING',
        `the verification does not hold the check "${required}" once; got: ${made} of that name among ${checks.length}`,
      );
    }),
    ...checkManifestFamilies('the verification does not hold', families, images),
    ...manifest.images.flatMap(({ digest, family }) => {
      const seen = images.find((image) => image.family === family);
      return refuseUnless(
        seen?.present === true && seen.digest === digest,
        'EVIDENCE_IMAGE_UNVERIFIED',
        `the verification did not find ${family} with ${digest}; got: ${seen?.present === true ? seen.digest : 'no image'}`,
      );
    }),
    ...images.flatMap(({ family, firstStartSeconds: first, secondStartSeconds: second }) =>
      refuseUnless(
        (first !== null && second !== null) || own.includes(family),
        'EVIDENCE_START',
        `a container of ${family} was not started twice; got: ${String(first)} and ${String(second)} seconds`,
      ),
    ),
  ];
}

/** No instant of the instance may lie outside the build, nor the publication's own long after it. */
function checkInstants({
  build,
  isRecorded,
  manifest,
  now,
  order,
}: EvidenceInput): readonly EvidenceRefusal[] {
  const { startedAt, finishedAt } = manifest;
  const begin = build.startedAt ?? orderedAt(order);
  const end = build.endedAt ?? now;
  const [earliest, latest] = [
    plusSeconds(begin, -INSTANCE_CLOCK_SKEW_SECONDS),
    plusSeconds(end, INSTANCE_CLOCK_SKEW_SECONDS),
  ];
  const instants = Object.entries({ startedAt, finishedAt: finishedAt ?? startedAt });
  return [
    ...instants.flatMap(([field, at]) =>
      refuseUnless(
        isBetween(earliest, new Date(at), latest),
        'EVIDENCE_INSTANT',
        `${field} of the image manifest is not within the build, ${begin.toISOString()} to ${end.toISOString()}; got: ${at}`,
      ),
    ),
    ...refuseUnless(
      finishedAt === null || Date.parse(startedAt) <= Date.parse(finishedAt),
      'EVIDENCE_INSTANT',
      `the image manifest was finished before it was started, at ${startedAt}; got: ${String(finishedAt)}`,
    ),
    ...refuseUnless(
      isRecorded ||
        isBetween(
          plusSeconds(end, -INSTANCE_CLOCK_SKEW_SECONDS),
          now,
          plusSeconds(end, LONGEST_PUBLICATION_DELAY_SECONDS),
        ),
      'EVIDENCE_CLOCK',
      `the image is of ${end.toISOString()} and is published within ${DAYS_FOR_UNPUBLISHED} days after ` +
        `that or never; got: now is ${now.toISOString()}`,
    ),
  ];
}

function plusSeconds(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000);
}

/** False for an instant that is none. */
function isBetween(from: Date, instant: Date, to: Date): boolean {
  return from <= instant && instant <= to;
}

/** What `latest` shows never gets older by itself; an image that was recorded was judged by what it showed then. */
function belowLatest({ catalog, isRecorded, latest, manifest }: EvidenceInput): AwaitedFinding | undefined {
  const host = readOsVersion(manifest.host.osVersion);
  const published =
    latest === undefined || latest.mode === 'unbaked' ? undefined : readOsVersion(latest.osVersion);
  if (isRecorded || host === undefined || published === undefined || published.revision <= host.revision) {
    return undefined;
  }
  const finding = findingKey(
    { code: 'HOST_BELOW_LATEST' },
    `${manifest.host.osVersion} ${latest?.osVersion ?? ''}`,
  );
  return isAccepted(catalog, finding)
    ? undefined
    : {
        finding,
        message: `the host is below the revision of "latest", ${latest?.osVersion ?? ''}; got: ${manifest.host.osVersion}`,
      };
}

/** Judges the images of a manifest: that they are the set that the host takes, in the modes that follow. */
function checkImages(input: EvidenceInput): readonly EvidenceRefusal[] {
  const { catalog, manifest, order } = input;
  const host = readOsVersion(manifest.host.osVersion);
  if (host === undefined) {
    return [];
  }
  // The image manifest of earlier scripts names no set, and means the order's.
  const id = manifest.set ?? order.set;
  const set = catalog.sets.find((one) => one.id === id);
  if (set === undefined) {
    return refuse(
      'EVIDENCE_SET',
      `the image manifest names a set that the catalog does not have; got: ${quoted(id)}`,
    );
  }
  const choice = chooseImageSet(setsKnownTo(input, set), host, { ...order, at: orderedAt(order) });
  const isChosen = 'set' in choice ? choice.set.id === id : choice.error === 'HOST_BEHIND_TARGET';
  return [
    ...refuseUnless(
      isChosen,
      'EVIDENCE_SET',
      `the host ${manifest.host.osVersion} takes ${'set' in choice ? `the set ${choice.set.id}` : 'none of the accepted sets'}, ` +
        `and the image manifest names another; got: ${quoted(id)}`,
    ),
    ...checkManifestFamilies(
      'the image manifest does not hold',
      familiesOf(wantedOf(set, manifest)),
      manifest.images,
    ),
    ...manifest.images.flatMap((image) => checkImage(image, set, host)),
  ];
}

/**
 * The sets that the instance could choose from: those that were accepted before its order was made, with the order's own,
 * and where it took a newer one, those up to that.
 */
function setsKnownTo({ catalog, order }: EvidenceInput, taken: ImageSet): readonly ImageSet[] {
  const ordered = catalog.sets.find(({ id }) => id === order.set);
  const until = Math.max(
    orderedAt(order).getTime(),
    Date.parse(taken.at),
    ordered === undefined ? 0 : Date.parse(ordered.at),
  );
  return catalog.sets.filter(({ at }) => Date.parse(at) <= until);
}

/** The images of a set that a manifest must hold: own ones may have been left out. */
function wantedOf({ images }: ImageSet, { leftOut = [] }: ImageManifest): ImageSet['images'] {
  return images.filter(
    (image) => !(isOwnImage(image) && leftOut.some(({ family }) => family === image.family)),
  );
}

/** Refuses images that are not each wanted family once; `what` begins the message. */
function checkManifestFamilies(
  what: string,
  wanted: readonly string[],
  images: readonly { readonly family: string }[],
): readonly EvidenceRefusal[] {
  const got = familiesOf(images);
  return refuseUnless(
    JSON.stringify(got) === JSON.stringify(wanted),
    'EVIDENCE_FAMILIES',
    `${what} each family of the set once, ${wanted.join(', ')}; got: ${quoted(got.join(', '))}`,
  );
}

/** The families of images, sorted. */
function familiesOf(images: readonly { readonly family: string }[]): readonly string[] {
  return images.map(({ family }) => family).sort();
}

function checkImage(
  image: ImageManifest['images'][number],
  set: ImageSet,
  host: OsVersion,
): readonly EvidenceRefusal[] {
  const wanted = set.images.find(({ family }) => family === image.family);
  if (wanted === undefined) {
    return [];
  }
  const mode = modeOfImage(host, image.osVersion, wanted.late);
  const fields = ['repository', 'tag', 'digest', 'osVersion'] as const;
  return [
    ...refuseUnless(
      fitsHost(image, host),
      'EVIDENCE_IMAGE_FIT',
      `the host of revision ${host.revision} must not run the image ${image.family} (R1); got: ${image.osVersion}`,
    ),
    ...fields.flatMap((field) =>
      refuseUnless(
        image[field] === wanted[field],
        'EVIDENCE_IMAGE',
        `the ${field} of ${image.family} is ${wanted[field]} in the set ${set.id}; got: ${quoted(image[field])}`,
      ),
    ),
    ...refuseUnless(
      JSON.stringify(image.aliases) === JSON.stringify(wanted.aliases),
      'EVIDENCE_IMAGE',
      `the aliases of ${image.family} are "${wanted.aliases.join(' ')}" in the set ${set.id}; got: ${quoted(image.aliases.join(' '))}`,
    ),
    ...refuseUnless(
      image.mode === mode,
      'EVIDENCE_MODE',
      `${image.family} ${image.osVersion} is ${mode} on the host of revision ${host.revision}; got: ${image.mode}`,
    ),
  ];
}
