import type { WinbakeError } from '../../../lib/contract/values/errors';
import { findManifest, findPublication } from '../../../lib/core/publish/find-publication';
import type { Publication } from '../../../lib/contract/documents/publication';
import { contractFixture } from '../../support/contract-fixture';
import { memoryDocuments, memoryParameters } from '../../support/memory-ports';
import { channelsAt, PATH, publicationAt } from '../../support/pipeline-description';

const IDS = ['20348.4171-1', '20348.4294-1', '20348.4294-2', '20348.4294-3'];
const amiOf = (id: string) => `ami-${id.replaceAll(/[.-]/g, '').padStart(17, '0')}`;
const record = (id: string): Publication => ({
  ...(contractFixture('publication') as Publication),
  id,
  amis: { 'eu-central-1': amiOf(id) },
  manifest: id === '20348.4294-2' ? 'publications/m.json' : null,
});
const LOOKUP = {
  path: PATH,
  documents: memoryDocuments({
    ...Object.fromEntries(IDS.map((id) => [`publications/${id}.json`, record(id)])),
    'publications/m.json': contractFixture('image-manifest'),
  }),
  home: memoryParameters({
    ...channelsAt({ current: publicationAt(4171, '2025-09-10T00:00:00.000Z') }),
    [`${PATH}/by-revision/20348.4171`]: publicationAt(4171, '2025-09-10T00:00:00.000Z'),
    [`${PATH}/by-revision/20348.4171/ami-id`]: 'ami-00000001',
    [`${PATH}/by-revision/20348.4294`]: publicationAt(4294, '2025-10-15T00:00:00.000Z', 2),
  }),
};

test.each([
  ['current', '20348.4171-1'],
  ['20348.4294-1', '20348.4294-1'],
  ['10.0.20348.4294', '20348.4294-2'],
  ['20348.4171', '20348.4171-1'],
  [amiOf('20348.4294-1'), '20348.4294-1'],
  [amiOf('20348.4294-3'), '20348.4294-3'],
])('%s names %s', async (text, id) => {
  expect((await findPublication(LOOKUP, text)).id).toBe(id);
});

test.each([
  [
    'latest',
    'NOT_FOUND',
    'The channel latest shows the plain base AMI; nothing has been published there yet.',
  ],
  ['20348.4294-4', 'NOT_FOUND', 'There is no publication 20348.4294-4'],
  ['10.0.20348.4052', 'NOT_FOUND', 'no publication of the revision 10.0.20348.4052'],
  ['ami-0123456789abcdef9', 'NOT_FOUND', 'No publication of the pipeline has the AMI'],
  ['newest\n', 'USAGE', "or an AMI id; got: 'newest\\n'."],
])('%j is refused in one sentence', async (text, code, message) => {
  const error = (await findPublication(LOOKUP, text).catch((one: unknown) => one)) as WinbakeError;
  expect(error.code).toBe(code);
  expect(error.message).toContain(message);
});

test('its image manifest is read with it, and missed by name', async () => {
  expect((await findManifest(LOOKUP, '20348.4294')).manifest.host.osVersion).toBe('10.0.20348.4294');
  await expect(findManifest(LOOKUP, 'current')).rejects.toThrow(
    'The publication 20348.4171-1 has no image manifest in the bucket.',
  );
});
