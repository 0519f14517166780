import { createHash } from 'node:crypto';
import { CATALOG, digestOf, IMAGE_SET, ORDER } from '../support/documents';
import { BUILD_TIMEOUT, describeWithPowerShell } from '../support/power-shell';
import { hostState, makeMachine } from '../support/pretended-machine';
import { runTable, type ScriptCase } from '../support/run-cases';

const SAVED_IMAGES = IMAGE_SET.images.map((image, index) => ({
  family: image.family,
  repository: image.repository,
  tag: image.tag,
  aliases: image.aliases,
  digest: image.digest,
  imageId: digestOf(10 + index),
  osVersion: image.osVersion,
  mode: image.mode,
  bytesOnDisk: 5_000_000_000 + index,
  pullSeconds: index === 0 ? 12.3 : 0,
}));

const DOCUMENTS = {
  'order.json': ORDER,
  'catalog.json': CATALOG,
  'host.json': { schema: 'winbake.host/1', osVersion: '10.0.20348.4294', at: '2025-10-15T07:00:00.123Z' },
  // The order asked for set-1; the instance found a newer one accepted meanwhile.
  'image-set.json': { ...IMAGE_SET, set: 'set-2' },
  'saved-images.json': {
    schema: 'winbake.saved-images/1',
    images: SAVED_IMAGES,
    freeBytesLowest: 40_000_000_000,
  },
};

function step(documents: Record<string, unknown>, host: object = hostState()): ScriptCase {
  const machine = makeMachine({ host, documents });
  return { script: 'steps/Write-ImageManifest.ps1', parameters: { Os: 'SERVER_2022_CORE' }, machine };
}

describeWithPowerShell('Write-ImageManifest', () => {
  const result = runTable(
    {
      good: step(DOCUMENTS),
      one: step({
        ...DOCUMENTS,
        'saved-images.json': { ...DOCUMENTS['saved-images.json'], images: [SAVED_IMAGES[0]] },
      }),
      unsized: step({ ...DOCUMENTS, 'catalog.json': { ...CATALOG, observations: [] } }),
      updated: step(DOCUMENTS, hostState({ ubr: 4300 })),
      notSaved: step({ ...DOCUMENTS, 'saved-images.json': { schema: 'winbake.other/1' } }),
    },
    BUILD_TIMEOUT,
  );

  test('writes every field of the contract, keys in their order', () => {
    const { exitCode, stderr, machine } = result('good');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const manifest = machine.read('image-manifest.json') as object;
    const catalog = createHash('sha256').update(machine.readBytes('catalog.json')).digest('hex');
    const expected = {
      schema: 'winbake.image-manifest/1',
      order: 'bake-7',
      set: 'set-2',
      os: 'SERVER_2022_CORE',
      host: { osVersion: '10.0.20348.4294' },
      images: SAVED_IMAGES,
      scripts: { sha256: 'a'.repeat(64) },
      catalog: { sha256: catalog },
      pulledBytes: 4_100_000_000,
      freeBytesLowest: 40_000_000_000,
      startedAt: '2025-10-15T07:00:00.123Z',
      finishedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    };
    expect(manifest).toEqual(expected);
    expect(Object.keys(manifest)).toEqual(Object.keys(expected));
  });

  test('keeps lists of one and of none as lists, and whole numbers whole', () => {
    const { machine } = result('one');
    expect(machine.read('image-manifest.json')).toMatchObject({ images: [{ aliases: ['10.0.20348.4294'] }] });
    const text = result('good').machine.readBytes('image-manifest.json').toString();
    expect(text).toContain('"aliases": []');
    expect(text).toContain('"pulledBytes": 4100000000,');
    expect(text).toContain('"bytesOnDisk": 5000000000,');
  });

  test('counts nothing where the catalog knows no size', () => {
    expect(result('unsized').machine.read('image-manifest.json')).toMatchObject({ pulledBytes: 0 });
  });

  test.each([
    ['updated', /The host changed from 10\.0\.20348\.4294 to 10\.0\.20348\.4300/],
    ['notSaved', /saved-images\.json' should be a document of winbake\.saved-images\/1/],
  ] as const)('stops: %s', (name, message) => {
    const { exitCode, stderr, machine } = result(name);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) });
    expect(machine.read('image-manifest.json')).toBeUndefined();
  });
});
