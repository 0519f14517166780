import { type ImageManifest, imageManifestSchema } from '../../contract/documents/evidence';
import { parseDocument } from '../../contract/documents/document';
import { channelSchema, type Publication } from '../../contract/documents/publication';
import { CHANNELS } from '../../contract/names/parameters';
import { UsageError, WinbakeError } from '../../contract/values/errors';
import { excerpt } from '../../contract/values/printable';
import type { DocumentStore, ParameterStore } from '../ports/stores';
import { readChannel, readRevision } from './move-channel';
import { readPublication } from './record-publication';

/** Where the publications of a pipeline are looked up: its bucket, and its parameters in its own region. */
export interface PublicationLookup {
  readonly documents: Pick<DocumentStore, 'read'>;
  readonly home: Pick<ParameterStore, 'get' | 'below'>;
  /** The path of the pipeline, such as `/winbake/2022-core`. */
  readonly path: string;
}

/** The records of all publications whose revision still has a parameter: the numbers before what that shows, and those after it. */
export async function knownPublications({
  documents,
  home,
  path,
}: PublicationLookup): Promise<readonly Publication[]> {
  const shown = Object.entries(await home.below(`${path}/by-revision`))
    .filter(([name]) => !name.endsWith('/ami-id'))
    .map(([name, text]) => parseDocument(channelSchema, text, name));
  return (await Promise.all(shown.map(({ id }) => recordsOfRevision(documents, id)))).flat();
}

/** Where the newest was revoked the parameter shows one before it. */
async function recordsOfRevision(
  documents: Pick<DocumentStore, 'read'>,
  shown: string,
): Promise<readonly Publication[]> {
  const [revision = '', count = ''] = shown.split('-');
  const records: Publication[] = [];
  for (let number = 1; ; number += 1) {
    const record = await readPublication(documents, `${revision}-${number}`);
    if (record === undefined && number > Number(count)) {
      return records;
    }
    records.push(...(record === undefined ? [] : [record]));
  }
}

/**
 * The publication that a person names: by a channel, its id, an OS version (its revision's newest) or one of its AMIs. Throws a
 * `UsageError` for any other text, and a `WinbakeError` with code `NOT_FOUND` where there is none.
 */
export async function findPublication(lookup: PublicationLookup, text: string): Promise<Publication> {
  const { documents, home, path } = lookup;
  const channel = CHANNELS.find((name) => name === text);
  const missing = (why: string) => new WinbakeError('NOT_FOUND', why);
  if (channel !== undefined) {
    const shown = await readChannel(home, path, channel);
    const record = shown && (await readPublication(documents, shown.id));
    if (record === undefined) {
      throw missing(
        shown?.mode === 'unbaked'
          ? `The channel ${channel} shows the plain base AMI; nothing has been published there yet.`
          : `The channel ${channel} shows ${shown?.id ?? 'nothing'}, of which the bucket has no record.`,
      );
    }
    return record;
  }
  if (/^\d{1,6}\.\d{1,9}-\d{1,9}$/.test(text)) {
    const record = await readPublication(documents, text);
    if (record === undefined) {
      throw missing(`There is no publication ${text}.`);
    }
    return record;
  }
  const [, revision] = /^(?:10\.0\.)?(\d{5}\.\d{1,9})$/.exec(text) ?? [];
  if (revision === undefined && !/^ami-[0-9a-f]{8,17}$/.test(text)) {
    throw new UsageError(
      `A publication is current, latest or previous, an id such as 20348.4294-1, an OS version such as 10.0.20348.4294, or an AMI id; got: '${excerpt(text)}'.`,
    );
  }
  const record =
    revision === undefined
      ? (await knownPublications(lookup)).find(({ amis }) => Object.values(amis).includes(text))
      : await newestOfRevision(lookup, revision);
  if (record === undefined) {
    throw missing(
      revision === undefined
        ? `No publication of the pipeline has the AMI ${text}, or it is no longer kept.`
        : `The pipeline has no publication of the revision ${text}, or it is no longer kept.`,
    );
  }
  return record;
}

/** What the parameter of a revision shows: it may be numbered before one that was revoked. */
async function newestOfRevision(
  { documents, home, path }: PublicationLookup,
  revision: string,
): Promise<Publication | undefined> {
  const shown = await readRevision(home, path, { osVersion: `10.0.${revision}` });
  return shown && readPublication(documents, shown.id);
}

/** A publication with the bill of materials that is kept beside its record. */
export interface PublishedManifest {
  readonly publication: Publication;
  readonly manifest: ImageManifest;
}

/** Finds a publication and reads its image manifest; throws as `findPublication` does, and for one without. */
export async function findManifest(lookup: PublicationLookup, text: string): Promise<PublishedManifest> {
  const publication = await findPublication(lookup, text);
  const key = publication.manifest;
  const stored = key === null ? undefined : await lookup.documents.read(key);
  if (key === null || stored === undefined) {
    throw new WinbakeError(
      'NOT_FOUND',
      `The publication ${publication.id} has no image manifest in the bucket.`,
    );
  }
  return { publication, manifest: parseDocument(imageManifestSchema, stored.text, key) };
}
