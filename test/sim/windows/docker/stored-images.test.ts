import { digestOf } from '../../../../sim/registry/memory-registry';
import { idOf, type LayeredImage } from './layered-registry';
import { dockerOf, inspected, layeredRegistry, simulatedHost } from './simulated-docker';

const NAME = 'mcr.microsoft.com/windows/servercore';
const OCTOBER: LayeredImage = { osVersion: '10.0.20348.4294', layers: { base: 1000, october: 500 } };
const NOVEMBER: LayeredImage = { osVersion: '10.0.20348.4405', layers: { base: 1000, november: 500 } };

async function pulled() {
  const registry = await layeredRegistry({ october: [OCTOBER], november: [NOVEMBER] });
  const docker = dockerOf(simulatedHost(), registry.url);
  const [october, november] = ['october', 'november'].map((tag) => `${NAME}@${registry.digest(tag)}`);
  await docker('pull', october!);
  await docker('pull', november!);
  return { docker, october: october!, november: november! };
}

test('a tagged image is described under every name, with its id, digest, OS version and synthetic size', async () => {
  const { docker, october } = await pulled();
  const tagged = `${NAME}:ltsc2022`;
  expect(await docker('tag', october, tagged)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  await docker('tag', tagged, `${NAME}:10.0.20348.4294`);
  const expected = {
    Id: idOf(OCTOBER),
    RepoTags: [`${NAME}:10.0.20348.4294`, tagged],
    RepoDigests: [october],
    Architecture: 'amd64',
    Os: 'windows',
    OsVersion: '10.0.20348.4294',
    Size: 2600 + 1300,
    RootFS: { Type: 'layers', Layers: ['base', 'october'].map((name) => digestOf(`unpacked ${name}`)) },
  };
  for (const name of [october, tagged, `${NAME}:10.0.20348.4294`, idOf(OCTOBER)]) {
    expect(inspected(await docker('image', 'inspect', name))).toEqual([expected]);
  }
  const json = await docker('image', 'inspect', '--format', '{{json .}}', tagged);
  expect(json).toEqual({ exitCode: 0, stderr: '', stdout: `${JSON.stringify(expected)}\n` });
  expect((await docker('image', 'inspect', '--format={{json .}}', tagged)).stdout).toBe(json.stdout);
});

test('a tag moves from one image to the other, digests stay', async () => {
  const { docker, october, november } = await pulled();
  await docker('tag', october, `${NAME}:ltsc2022`);
  await docker('tag', october, `${NAME}:ltsc2022`);
  const [image] = inspected(await docker('image', 'inspect', october));
  expect(image?.['RepoTags']).toEqual([`${NAME}:ltsc2022`]);
  await docker('tag', november, `${NAME}:ltsc2022`);
  const images = inspected(await docker('image', 'inspect', october, november));
  expect(images.map(({ RepoTags, RepoDigests }) => [RepoTags, RepoDigests])).toEqual([
    [[], [october]],
    [[`${NAME}:ltsc2022`], [november]],
  ]);
});

test('a mirror’s image keeps its digest under the public name', async () => {
  const { docker, october } = await pulled();
  await docker('tag', october, 'mcr.microsoft.com/other/name:tag');
  const [image] = inspected(await docker('image', 'inspect', 'mcr.microsoft.com/other/name:tag'));
  expect(image?.['RepoDigests']).toEqual([october]);
});

test('what is not there fails, what is there is shown all the same', async () => {
  const { docker, october } = await pulled();
  const missing = (name: string): string => `Error response from daemon: No such image: ${name}\n`;
  const both = await docker('image', 'inspect', `${NAME}:no`, october);
  expect(both).toMatchObject({ exitCode: 1, stderr: missing(`${NAME}:no`) });
  expect(inspected(both)).toHaveLength(1);
  expect(await docker('image', 'inspect', NAME)).toEqual({
    exitCode: 1,
    stdout: '[]\n',
    stderr: missing(`${NAME}:latest`),
  });
  expect(await docker('image', 'inspect', digestOf('no'))).toMatchObject({ stderr: missing(digestOf('no')) });
  expect(await docker('tag', `${NAME}:no`, `${NAME}:new`)).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: missing(`${NAME}:no`),
  });
});

test('a digest is no target of a tag', async () => {
  const { docker, october, november } = await pulled();
  expect(await docker('tag', october, november)).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: 'refusing to create a tag with a digest reference\n',
  });
});

describe('docker image rm', () => {
  const OTHER = 'shop.azurecr.io/web:7';
  const tagged = async () => {
    const { docker, october } = await pulled();
    await docker('tag', october, `${NAME}:ltsc2022`);
    await docker('tag', october, OTHER);
    const rm = (name: string) => docker('image', 'rm', '--force', name);
    const names = async (name: string) => {
      const found = await docker('image', 'inspect', name);
      return found.exitCode === 0
        ? inspected(found).flatMap(({ RepoDigests, RepoTags }) => [RepoTags, RepoDigests].flat())
        : undefined;
    };
    return { names, october, rm };
  };

  test('takes a name, with the last tag of a repository its digests, and with the last name the image', async () => {
    const { names, october, rm } = await tagged();
    expect(await rm(`${NAME}:ltsc2022`)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await names(OTHER)).toEqual([OTHER]);
    expect(await names(october)).toBeUndefined();
    await rm(OTHER);
    expect(await names(idOf(OCTOBER))).toBeUndefined();
    expect(await rm(OTHER)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('No such image') });
  });

  test('by a digest leaves the tags, and by an id takes all names', async () => {
    const { names, october, rm } = await tagged();
    await rm(october);
    expect(await names(OTHER)).toEqual([`${NAME}:ltsc2022`, OTHER]);
    await rm(idOf(OCTOBER));
    expect(await names(OTHER)).toBeUndefined();
  });
});
