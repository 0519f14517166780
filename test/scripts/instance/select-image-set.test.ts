import { failureSchema } from '../../../lib/contract/documents/evidence';
import { parseDocument } from '../../../lib/contract/documents/document';
import cases from '../../fixtures/image-set-choice.json';
import { CATALOG, digestOf, HOST, IMAGE_SET, IMAGES, ORDER, SAVED_IMAGES } from '../support/documents';
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

/** An order of a set; its id ends with its instant. */
function orderOf(ordered: { readonly set: string; readonly at: string } | undefined): object {
  return ordered === undefined
    ? {}
    : { set: ordered.set, id: `${ordered.set}-${ordered.at.replaceAll(/[-:]/g, '')}` };
}

function choice(one: (typeof cases)[number]): ScriptCase {
  const [, , build, revision] = one.hostVersion.split('.');
  return step(
    {
      'order.json': { ...ORDER, ...orderOf(one.ordered), targetRevision: one.targetRevision ?? 0 },
      'catalog.json': { ...CATALOG, sets: one.sets },
    },
    hostState({ currentBuild: build, ubr: Number(revision) }),
  );
}

const OWN_BYTES = { shop: 7, jobs: 11 };

/** The catalog with two apps on the first image, which share a layer with it; of a third the layers were not read. */
function withOwnImages(): object {
  const layer = (digit: number, bytes: number) => ({ digest: digestOf(digit), bytes });
  const [base] = CATALOG.observations;
  const [set] = CATALOG.sets;
  const own = (name: string, digit: number) => ({
    ...IMAGES[0],
    family: `${name}@extra`,
    repository: `shop.azurecr.io/${name}`,
    digest: digestOf(digit),
  });
  const images = [own('shop', 5), own('jobs', 6), own('old', 7)];
  const observed = images.map((image, index) => ({ ...base, ...image, compressedBytes: 100 + index }));
  const layers = [layer(8, 90)];
  return {
    ...CATALOG,
    observations: [
      { ...base, layers },
      ...CATALOG.observations.slice(1),
      { ...observed[0], layers: [...layers, layer(9, OWN_BYTES.shop)] },
      { ...observed[1], layers: [...layers, layer(10, OWN_BYTES.jobs)] },
      observed[2],
    ],
    sets: [{ ...set, images: [...IMAGES, ...images] }],
  };
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
    own: step({ 'order.json': ORDER, 'catalog.json': withOwnImages() }),
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

  test('counts of own images the layers that no other image brings, where they are known', () => {
    const { images } = result('own').machine.read('image-set.json') as typeof IMAGE_SET;
    expect(images.slice(IMAGES.length).map(({ compressedBytes }) => compressedBytes)).toEqual([
      OWN_BYTES.shop,
      OWN_BYTES.jobs,
      102,
    ]);
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
