import { parseDocument } from '../../contract/documents/document';
import { publicationSchema, type Channel, type Publication } from '../../contract/documents/publication';
import type { DocumentStore } from '../ports/document-store';
import { formatOsVersion } from '../../contract/values/os-version';
import { publicationKey } from '../../contract/names/bucket-keys';

/** The record of a publication, or undefined where there is none. Throws a `WinbakeError` where it is damaged. */
export async function readPublication(
  documents: Pick<DocumentStore, 'read'>,
  id: string,
): Promise<Publication | undefined> {
  const stored = await documents.read(publicationKey(id));
  return stored && parseDocument(publicationSchema, stored.text, publicationKey(id));
}

/** A publication as the channels of a region say it; undefined where it has no AMI there. */
export function channelOf({ amis, at, id, mode }: Publication, region: string): Channel | undefined {
  const [, build, revision] = /^(\d+)\.(\d+)-/.exec(id) ?? [];
  const amiId = amis[region];
  return amiId === undefined
    ? undefined
    : {
        id,
        amiId,
        osVersion: formatOsVersion({ build: Number(build), revision: Number(revision) }),
        mode,
        at,
      };
}
