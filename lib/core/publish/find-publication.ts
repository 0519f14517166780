import { type ImageManifest, imageManifestSchema } from '../../contract/documents/evidence';
import { parseDocument } from '../../contract/documents/document';
import { type Channel, channelSchema, type Publication } from '../../contract/documents/publication';
import { CHANNELS } from '../../contract/names/parameters';
import { UsageError, WinbakeError } from '../../contract/values/errors';
import { excerpt } from '../../contract/values/printable';
import type { DocumentStore, ParameterStore } from '../ports/stores';
import { readChannel } from './move-channel';
import { readPublication } from './record-publication';

/** Where the publications of a pipeline are looked up: its bucket, and its parameters in its own region. */
export interface PublicationLookup {
  readonly documents: Pick<DocumentStore, 'read'>;
  readonly home: Pick<ParameterStore, 'get' | 'below'>;
  /** The path of the pipeline, such as `/winbake/2022-core`. */
  readonly path: string;
}

/** The newest publication of each revision that a region knows, by the parameters below `by-revision`. */
export async function newestOfRevisions(
  home: Pick<ParameterStore, 'below'>,
  path: string,
): Promise<readonly Channel[]> {
  const found = Object.entries(await home.below(`${path}/by-revision`));
  return found
    .filter(([name]) => !name.endsWith('/ami-id'))
    .map(([name, text]) => parseDocument(channelSchema, text, name));
}

/** The records of all publications that still have a parameter of their revision; the numbers before the newest too. */
export async function knownPublications({
  documents,
  home,
  path,
}: PublicationLookup): Promise<readonly Publication[]> {
  const newest = await newestOfRevisions(home, path);
  const ids = newest.flatMap(({ id }) => {
    const [revision = '', count = ''] = id.split('-');
    return Array.from({ length: Number(count) }, (_, at) => `${revision}-${at + 1}`);
  });
  const records = await Promise.all([...new Set(ids)].map((id) => readPublication(documents, id)));
  return records.flatMap((one) => one ?? []);
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
  const known = await knownPublications(lookup);
  const record =
    revision === undefined
      ? known.find(({ amis }) => Object.values(amis).includes(text))
      : known.findLast(({ id }) => id.startsWith(`${revision}-`));
  if (record === undefined) {
    throw missing(
      revision === undefined
        ? `No publication of the pipeline has the AMI ${text}, or it is no longer kept.`
        : `The pipeline has no publication of the revision ${text}, or it is no longer kept.`,
    );
  }
  return record;
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
