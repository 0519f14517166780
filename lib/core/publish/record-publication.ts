import type { Catalog } from '../../contract/documents/catalog';
import { parseDocument } from '../../contract/documents/document';
import {
  osVersionOf,
  publicationSchema,
  type Channel,
  type Publication,
} from '../../contract/documents/publication';
import {
  publicationKey,
  publishedManifestKey,
  publishedVerificationKey,
} from '../../contract/names/bucket-keys';
import { worstMode } from '../../contract/values/mode';
import { readOsVersion } from '../../contract/values/os-version';
import { firstSeenTimes } from '../catalog/catalog';
import { familyImages } from '../images/image-extra';
import type { DocumentStore } from '../ports/stores';
import type { BakeEvidence, FinishedBake } from './collect-evidence';

/** The record of a publication, or undefined where there is none. Throws a `WinbakeError` where it is damaged. */
export async function readPublication(
  documents: Pick<DocumentStore, 'read'>,
  id: string,
): Promise<Publication | undefined> {
  const stored = await documents.read(publicationKey(id));
  return stored && parseDocument(publicationSchema, stored.text, publicationKey(id));
}

/** A publication as the channels of a region say it; undefined where it has no AMI there. */
export function channelOf(
  { amis, at, id, mode, revisionSeenAt }: Publication,
  region: string,
): Channel | undefined {
  const amiId = amis[region];
  return amiId === undefined
    ? undefined
    : {
        id,
        amiId,
        osVersion: osVersionOf(id),
        mode,
        at,
        ...(revisionSeenAt === undefined ? {} : { revisionSeenAt }),
      };
}

/** The record of a revision's publications: the one that an image has got already, and the first free number. */
interface NumberedPublications {
  readonly known: Publication | undefined;
  readonly freeId: string;
}

/**
 * Looks through the publications of a host's revision. `newest` is what the parameter of the revision names: it outlives a deleted
 * pipeline as fleets do, whose bucket is another one, and a number stands for one AMI for ever.
 */
export async function publicationsOf(
  documents: DocumentStore,
  hostVersion: string,
  imageBuildVersionArn: string,
  newest: Pick<Channel, 'id'> | undefined,
): Promise<NumberedPublications> {
  const { build = 0, revision = 0 } = readOsVersion(hostVersion) ?? {};
  const taken = Number(newest?.id.split('-').at(-1) ?? 0);
  for (let number = 1; ; number += 1) {
    const freeId = `${build}.${revision}-${number}`;
    const known = await readPublication(documents, freeId);
    if (known === undefined ? number > taken : known.imageBuildVersionArn === imageBuildVersionArn) {
      return { known, freeId };
    }
  }
}

/** What a new publication comes after. */
interface Recording {
  readonly os: string;
  readonly now: Date;
  readonly published: Channel | undefined;
  /** The newest publication of the revision, as its parameter names it. */
  readonly newest: Channel | undefined;
}

/**
 * Records a publication under the next free number of its revision, or gives the one that this very image got in an earlier
 * run. Its instant is later than the published one's whatever clocks say, or it would never be taken for newer.
 */
export async function recordPublication(
  documents: DocumentStore,
  { newest, now, os, published }: Recording,
  { imageBuildVersionArn }: FinishedBake,
  { order, amis, catalog, manifest, verification }: BakeEvidence,
): Promise<Publication> {
  const build = imageBuildVersionArn.split('/').slice(-2).join('-');
  for (;;) {
    const { known, freeId: id } = await publicationsOf(
      documents,
      manifest.host.osVersion,
      imageBuildVersionArn,
      newest,
    );
    if (known !== undefined) {
      return known;
    }
    const publication: Publication = {
      schema: 'winbake.publication/1',
      id,
      os,
      mode: worstMode(familyImages(manifest.images).map((image) => image.mode)),
      amis: { ...amis },
      manifest: publishedManifestKey(id, build),
      verification: publishedVerificationKey(id, build),
      baseAmiId: order.baseAmiId,
      imageBuildVersionArn,
      recipeArn: order.recipeArn,
      scriptsSha256: manifest.scripts.sha256,
      set: manifest.set ?? order.set,
      at: laterThan(published, now).toISOString(),
      revisionSeenAt: seenAt(catalog, manifest.host.osVersion, now).toISOString(),
    };
    await documents.overwrite(publishedManifestKey(id, build), JSON.stringify(manifest));
    await documents.overwrite(publishedVerificationKey(id, build), JSON.stringify(verification));
    if (await documents.write(publicationKey(id), JSON.stringify(publication), undefined)) {
      return publication;
    }
  }
}

/** When anything first showed an OS version; the host of this very bake did so last. */
function seenAt(catalog: Catalog, osVersion: string, now: Date): Date {
  const first = firstSeenTimes(catalog).get(readOsVersion(osVersion)?.revision ?? -1);
  return first !== undefined && first < now ? first : now;
}

function laterThan(published: Channel | undefined, now: Date): Date {
  const before = published === undefined || published.mode === 'unbaked' ? 0 : Date.parse(published.at);
  return new Date(Math.max(now.getTime(), before + 1));
}
