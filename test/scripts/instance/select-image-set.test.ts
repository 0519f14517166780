import { failureSchema } from '../../../lib/contract/documents/evidence';
import { parseDocument } from '../../../lib/contract/documents/document';
import cases from '../../fixtures/image-set-choice.json';
import { CATALOG, HOST, IMAGE_SET, ORDER, SAVED_IMAGES } from '../support/documents';
import { describeWithPowerShell } from '../support/power-shell';
import { hostState, makeMachine } from '../support/simulated-machine';
import { runTable, type ScriptCase } from '../support/run-cases';

interface Written {
  readonly set: string;
  readonly images: readonly { readonly family: string; readonly mode: string }[];
}

function step(documents: Record<string, unknown>, host: object = hostState()): ScriptCase {
  const machine = makeMachine({ host, documents: { 'host.json': HOST, ...documents } });
  return { script: 'steps/Select-ImageSet.ps1', parameters: { Os: 'SERVER_2022_CORE' }, machine };
}

function choice(one: (typeof cases)[number]): ScriptCase {
  const [, , build, revision] = one.hostVersion.split('.');
  return step(
    {
      'order.json': { ...ORDER, targetRevision: one.targetRevision ?? 0 },
      'catalog.json': { ...CATALOG, sets: one.sets },
    },
    hostState({ currentBuild: build, ubr: Number(revision) }),
  );
}

describeWithPowerShell('Select-ImageSet', () => {
  const chosen = runTable(Object.fromEntries(cases.map((one) => [one.name, choice(one)])));
  const result = runTable({
    whole: step({ 'order.json': ORDER, 'catalog.json': CATALOG }),
    stale: step({
      'order.json': ORDER,
      'catalog.json': CATALOG,
      'image-manifest.json': { schema: 'winbake.image-manifest/1', order: 'bake-6' },
      'saved-images.json': { ...SAVED_IMAGES, set: 'set-0' },
    }),
    noOrder: step({ 'catalog.json': CATALOG }),
    damaged: step({ 'order.json': ORDER, 'catalog.json': '{"schema": "winbake.cat' }),
    newerSchema: step({ 'order.json': ORDER, 'catalog.json': { ...CATALOG, schema: 'winbake.catalog/2' } }),
    noVersion: step({
      'order.json': ORDER,
      'catalog.json': { ...CATALOG, sets: [{ ...CATALOG.sets[0], target: 'ltsc2022' }] },
    }),
  });

  test('the table has cases', () => {
    expect(cases.length).toBeGreaterThanOrEqual(15);
  });

  test.each(cases)('$name', ({ name, expected }) => {
    const { exitCode, stderr, machine } = chosen(name);
    if ('error' in expected) {
      expect({
        exitCode,
        code: /\((\w+), noticed at Select-ImageSet\.ps1:\d+\)\n$/.exec(stderr)?.[1],
      }).toEqual({
        exitCode: 1,
        code: expected.error,
      });
      const one = cases.find((some) => some.name === name)!;
      expect(
        parseDocument(failureSchema, JSON.stringify(machine.read('failure.json')), 'failure.json'),
      ).toEqual({
        schema: 'winbake.failure/1',
        code: expected.error,
        step: 'Select-ImageSet',
        message: expect.stringMatching(/^(The order wants revision|None of the) [^\n]+\.$/),
        at: expect.any(String),
        osVersion: one.hostVersion,
        targetRevision: one.targetRevision ?? 0,
      });
      expect(machine.read('image-set.json')).toBeUndefined();
      return;
    }
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const written = machine.read('image-set.json') as Written;
    const modes = Object.fromEntries(written.images.map((image) => [image.family, image.mode]));
    expect({ set: written.set, modes }).toEqual(expected);
  });

  test('writes down all that the steps after it need', () => {
    expect(result('whole').machine.read('image-set.json')).toEqual(IMAGE_SET);
  });

  test('begins the image manifest, and puts it in the place of an earlier bake’s', () => {
    expect(result('stale').machine.read('image-manifest.json')).toMatchObject({
      order: 'bake-7',
      set: 'set-1',
      images: [],
      finishedAt: null,
    });
  });

  test.each([
    [
      'noOrder',
      /'C:.ProgramData.Winbake.order\.json' is missing; it should hold a document of winbake\.order\/1/,
    ],
    ['damaged', /catalog\.json' is no JSON/],
    [
      'newerSchema',
      /catalog\.json' should be a document of winbake\.catalog\/1; its schema is: winbake\.catalog\/2/,
    ],
    ['noVersion', /'ltsc2022' is not a Windows version of four parts/],
  ] as const)('says what is wrong with its input: %s', (name, message) => {
    expect(result(name)).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(message) });
  });
});
