import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageManifestSchema } from '../../../lib/contract/documents/evidence';
import { parseDocument } from '../../../lib/contract/documents/document';
import { CATALOG, HOST, IMAGE_SET, ORDER, SAVED_IMAGES } from '../support/documents';
import { describeWithPowerShell } from '../support/power-shell';
import { hostState, makeMachine } from '../support/simulated-machine';
import { runTable, type ScriptCase } from '../support/run-cases';

const DOCUMENTS = {
  'order.json': ORDER,
  'catalog.json': CATALOG,
  'host.json': HOST,
  // The order asked for set-1; the instance found a newer one accepted meanwhile.
  'image-set.json': { ...IMAGE_SET, set: 'set-2' },
  'saved-images.json': { ...SAVED_IMAGES, set: 'set-2' },
};

const DOCKER = [{ call: 'version *', stdout: '25.0.6\n' }];

function step(
  documents: Record<string, unknown>,
  host: object = hostState({ hotFixes: ['KB5066782', 'KB5066139', 'KB5066782'] }),
  docker: Parameters<typeof makeMachine>[0] & object = { docker: DOCKER },
): ScriptCase {
  const machine = makeMachine({ host, documents, ...docker });
  return { script: 'steps/Write-ImageManifest.ps1', parameters: { Os: 'SERVER_2022_CORE' }, machine };
}

describeWithPowerShell('Write-ImageManifest', () => {
  const result = runTable({
    good: step(DOCUMENTS),
    one: step({
      ...DOCUMENTS,
      'image-set.json': { ...DOCUMENTS['image-set.json'], images: [IMAGE_SET.images[0]] },
      'saved-images.json': { ...DOCUMENTS['saved-images.json'], images: [SAVED_IMAGES.images[0]] },
    }),
    pullFailed: step({
      ...DOCUMENTS,
      'saved-images.json': {
        ...DOCUMENTS['saved-images.json'],
        images: [SAVED_IMAGES.images[0]],
        complete: false,
      },
    }),
    nothingSaved: step(Object.fromEntries(Object.entries(DOCUMENTS).slice(0, -1))),
    otherSet: step({ ...DOCUMENTS, 'saved-images.json': SAVED_IMAGES }),
    unsized: step({ ...DOCUMENTS, 'catalog.json': { ...CATALOG, observations: [] } }),
    silent: step(DOCUMENTS, hostState(), {
      docker: [{ call: 'version *', exitCode: 1 }],
      files: { 'Program Files/Amazon/SSM/amazon-ssm-agent.exe': 'no version' },
    }),
    updated: step(DOCUMENTS, hostState({ ubr: 4300 })),
    notSaved: step({ ...DOCUMENTS, 'saved-images.json': { schema: 'winbake.other/1' } }),
  });

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
      host: {
        osVersion: '10.0.20348.4294',
        updates: ['KB5066139', 'KB5066782'],
        software: [{ name: 'docker', version: '25.0.6' }],
      },
      images: SAVED_IMAGES.images,
      leftOut: [],
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

  test('a host that tells nothing of itself is no reason to fail', () => {
    const { exitCode, machine } = result('silent');
    expect(exitCode).toBe(0);
    expect(machine.read('image-manifest.json')).toMatchObject({
      host: { osVersion: '10.0.20348.4294', updates: [], software: [] },
    });
  });

  test('writes into the event log what the AMI holds, once the manifest is finished', () => {
    expect(result('good').machine.events()).toEqual([
      'Winbake baked Windows 10.0.20348.4294 with servercore 10.0.20348.4294 (exact), ' +
        'iis 10.0.20348.4171 (previousRevision); order bake-7, image set set-2.',
    ]);
    const entry = JSON.parse(
      readFileSync(join(result('good').machine.folder, 'events.jsonl'), 'utf8'),
    ) as object;
    expect(entry).toMatchObject({ log: 'Application', source: 'Winbake', id: 1, type: 'Information' });
    expect(result('pullFailed').machine.events()).toEqual([]);
  });

  test.each([
    ['pullFailed', ['servercore']],
    ['nothingSaved', []],
    // A record of another set is of another bake.
    ['otherSet', []],
  ] as const)('tells how far a bake came that failed, and is not finished: %s', (name, families) => {
    const { exitCode, stdout, machine } = result(name);
    expect({ exitCode, reported: stdout.join() }).toEqual({
      exitCode: 0,
      reported: expect.stringContaining('not finished'),
    });
    const text = machine.readBytes('image-manifest.json').toString();
    const manifest = parseDocument(imageManifestSchema, text, 'image-manifest.json');
    expect(manifest.finishedAt).toBeNull();
    expect(manifest.images.map((image) => image.family)).toEqual(families);
  });

  test('on a host that changed meanwhile it stops, and leaves a manifest that is not finished', () => {
    const { exitCode, stderr, machine } = result('updated');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/The host changed from 10\.0\.20348\.4294 to 10\.0\.20348\.4300/),
    });
    expect(machine.read('image-manifest.json')).toMatchObject({ finishedAt: null });
  });

  test('stops on a record that it does not know', () => {
    const { exitCode, stderr, machine } = result('notSaved');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/saved-images\.json' should be a document of winbake\.saved-images\/1/),
    });
    expect(machine.read('image-manifest.json')).toBeUndefined();
  });
});
