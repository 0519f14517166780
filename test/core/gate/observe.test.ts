import { parseRelease } from '../../../lib/contract/values/release';
import { emptyCatalog, withObservations } from '../../../lib/core/catalog/catalog';
import { observationsOf, observeFamilies } from '../../../lib/core/gate/observe';
import { familyOf } from '../../../lib/core/images/family';
import { rememberingRegistry } from '../../../lib/core/images/read-images';
import { type Registry, RegistryError } from '../../../lib/core/oci/registry';
import { memoryRegistry } from '../../../sim/registry/memory-registry';
import type { RegistryShape, TagShape } from '../../../sim/registry/memory-registry';

const release = parseRelease('2022');
const families = ['servercore', 'nanoserver', 'iis', 'aspnet'].map((name) => familyOf(name, release));
const NOW = new Date('2025-10-14T21:00:00Z');

function tag(list: boolean, revision: number): TagShape {
  const image = { osVersion: `10.0.20348.${revision}`, versionInEntry: true, layers: [7000, 500] };
  return { flavour: 'docker', list, images: [image] };
}

function shape(revision: number): RegistryShape {
  return {
    'windows/servercore': { ltsc2022: tag(true, revision) },
    'windows/nanoserver': { ltsc2022: tag(true, revision) },
    'windows/servercore/iis': { 'windowsservercore-ltsc2022': tag(false, revision) },
    'dotnet/framework/aspnet': { '4.8.1-windowsservercore-ltsc2022': tag(false, revision) },
  };
}

async function poll(registry: Registry, catalog = emptyCatalog(release)) {
  const polls = await observeFamilies(rememberingRegistry(registry), families, catalog);
  return { polls, catalog: withObservations(catalog, observationsOf(polls, NOW)) };
}

test('a first poll takes eight requests and knows versions, digests and sizes', async () => {
  const registry = memoryRegistry(shape(4294));
  const { polls, catalog } = await poll(registry);
  expect(registry.asked).toHaveLength(8);
  expect(polls.map(({ image }) => image?.osVersion.revision)).toEqual([4294, 4294, 4294, 4294]);
  expect(catalog.observations.map(({ repository, osVersion }) => [repository, osVersion])).toEqual(
    expect.arrayContaining([['windows/servercore/iis', '10.0.20348.4294']]),
  );
  expect(catalog.observations.every(({ compressedBytes }) => (compressedBytes ?? 0) > 7500)).toBe(true);
  const layers = catalog.observations.map((one) => one.layers?.map(({ bytes }) => bytes));
  expect(layers).toEqual([1, 2, 3, 4].map(() => [7000, 500]));
});

test('a poll of an unchanged registry takes one HEAD a family and shows the same', async () => {
  const first = await poll(memoryRegistry(shape(4294)));
  const registry = memoryRegistry(shape(4294));
  const second = await poll(registry, first.catalog);
  expect(registry.asked.map((one) => one.split(' ')[0])).toEqual(['head', 'head', 'head', 'head']);
  expect(second.catalog).toBe(first.catalog);
  expect(second.polls).toEqual(first.polls);
});

test('only what changed is read again', async () => {
  const { catalog } = await poll(memoryRegistry(shape(4171)));
  const changed = memoryRegistry({
    ...shape(4171),
    'windows/nanoserver': { ltsc2022: tag(true, 4294) },
  });
  const { polls } = await poll(changed, catalog);
  expect(polls.map(({ image }) => image?.osVersion.revision)).toEqual([4171, 4294, 4171, 4171]);
  expect(changed.asked.filter((one) => one.startsWith('manifest'))).toHaveLength(2);
});

test('on 2019 nanoserver is 1809, else ltsc2019, from look to look', async () => {
  const on2019 = parseRelease('2019');
  const nano = [familyOf('nanoserver', on2019)];
  const image = (revision: number): TagShape => ({
    ...tag(true, 0),
    images: [{ osVersion: `10.0.17763.${revision}`, versionInEntry: true }],
  });
  const only = memoryRegistry({ 'windows/nanoserver': { ltsc2019: image(1) } });
  const empty = emptyCatalog(on2019);
  const first = await observeFamilies(only, nano, empty);
  expect(first[0]?.image).toMatchObject({ tag: 'ltsc2019', osVersion: { revision: 1 } });
  const catalog = withObservations(empty, observationsOf(first, NOW));
  const both = memoryRegistry({ 'windows/nanoserver': { '1809': image(2), ltsc2019: image(1) } });
  expect((await observeFamilies(both, nano, catalog))[0]?.image).toMatchObject({
    tag: '1809',
    osVersion: { revision: 2 },
  });
});

test('a family that cannot be read says so, and the others are read all the same', async () => {
  const registry = memoryRegistry(shape(4294));
  const broken: Registry = {
    ...registry,
    manifest: (repository, reference) =>
      repository === 'windows/nanoserver'
        ? Promise.reject(new RegistryError('REGISTRY_THROTTLED', 'The registry asked to slow down.'))
        : registry.manifest(repository, reference),
  };
  const { polls } = await poll(broken);
  expect(polls.map(({ image, findings }) => [image !== undefined, findings.map(({ code }) => code)])).toEqual(
    [
      [true, []],
      [false, ['REGISTRY_THROTTLED']],
      [true, []],
      [true, []],
    ],
  );
});
