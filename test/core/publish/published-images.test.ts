import { announceImages } from '../../../lib/core/publish/published-event';
import { memoryDocuments } from '../../support/memory-ports';
import { DESCRIPTION, publicationAt, UNBAKED } from '../../support/pipeline-description';
import { publishedImages } from '../../support/published-images';

const CURRENT = publicationAt(4294, '2025-10-14T22:31:00.000Z');

function world(documents: Readonly<Record<string, unknown>> = publishedImages(CURRENT)) {
  const sent: (readonly [string, Readonly<Record<string, unknown>>])[] = [];
  const ports = {
    documents: memoryDocuments(documents),
    announcer: {
      announce: (type: string, detail: Readonly<Record<string, unknown>>) => {
        sent.push([type, detail]);
        return Promise.resolve();
      },
    },
  };
  return { ports, sent };
}

test('the images of current are announced once, with their digests', async () => {
  const { ports, sent } = world();
  await announceImages(ports, DESCRIPTION, CURRENT);
  await announceImages(ports, DESCRIPTION, CURRENT);
  const digest = `sha256:${'a'.repeat(64)}`;
  const image = {
    family: 'servercore',
    repository: 'windows/servercore',
    tag: 'ltsc2022',
    aliases: ['10.0.20348.4294'],
    digest,
    platformDigest: digest,
    osVersion: '10.0.20348.4294',
    mode: 'exact',
  };
  const { os, pipeline } = DESCRIPTION;
  expect(sent).toEqual([
    [
      'Winbake Images Published',
      { ...CURRENT, os, pipeline, parameterPath: '/winbake/2022-core', images: [image], leftOut: [] },
    ],
  ]);
});

test('a death before it was noted announces it again, and a move of current the next', async () => {
  const next = publicationAt(4405, '2025-11-12T00:00:00.000Z');
  const { ports, sent } = world({ ...publishedImages(CURRENT), ...publishedImages(next) });
  const dying = {
    ...ports,
    documents: { ...ports.documents, write: () => Promise.reject(new Error('dead')) },
  };
  await expect(announceImages(dying, DESCRIPTION, CURRENT)).rejects.toThrow('dead');
  await announceImages(ports, DESCRIPTION, CURRENT);
  await announceImages(ports, DESCRIPTION, next);
  expect(sent.map(([, { id }]) => id)).toEqual([CURRENT.id, CURRENT.id, next.id]);
});

test('of the plain base AMI, and of a publication without a manifest, nothing is announced', async () => {
  const { ports, sent } = world({});
  for (const current of [undefined, UNBAKED, CURRENT]) {
    await announceImages(ports, DESCRIPTION, current);
  }
  expect(sent).toEqual([]);
});
