import type { Command } from 'commander';
import { diffCommand, sbomCommand, type ReadManifests } from '../../../bin/pipeline/evidence';
import { manifestImage, publishedManifest } from '../../support/published-manifest';

const FAMILIES = ['servercore', 'nanoserver', 'iis', 'aspnet'].flatMap((one) => [one, `${one}@previous`]);
const images = (digit: string, version: string) =>
  FAMILIES.map((family) =>
    manifestImage({ family, digest: `sha256:${digit.repeat(64)}`, osVersion: `10.0.20348.${version}` }),
  );
const BEFORE = publishedManifest(
  { id: '20348.4171-1', at: '2025-09-10T00:00:00.000Z' },
  {
    host: { osVersion: '10.0.20348.4171', updates: ['KB5065432'], software: [] },
    images: images('a', '4171'),
  },
);
const AFTER = publishedManifest(
  { id: '20348.4294-1', scriptsSha256: 'd'.repeat(64) },
  {
    host: {
      osVersion: '10.0.20348.4294',
      updates: ['KB5066782'],
      software: [
        { name: 'docker', version: '25.0.6' },
        { name: 'amazon-ecs-agent', version: '1.98.0' },
      ],
    },
    images: images('b', '4294'),
  },
);

async function run(command: typeof diffCommand, ...args: readonly string[]) {
  let stdout = '';
  const asked: (readonly string[])[] = [];
  const read: ReadManifests = (_place, _name, publications) => {
    asked.push(publications);
    return Promise.resolve([BEFORE, AFTER]);
  };
  const terminal = { out: (text: string) => void (stdout += text), err: () => undefined, columns: 80 };
  const made: Command = command(terminal, () => undefined, read);
  await made.parseAsync(['2022-core', ...args], { from: 'user' });
  return { asked, stdout };
}

test('a diff is one screen of 80 columns, however many images there are', async () => {
  const { asked, stdout } = await run(diffCommand, 'current', 'latest');
  expect(asked).toEqual([['current', 'latest']]);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.slice(0, 15)).toEqual([
    '2022-core  20348.4171-1 -> 20348.4294-1',
    'published: 2025-09-10T00:00Z -> 2025-10-14T22:31Z',
    'Windows: 10.0.20348.4171 -> 10.0.20348.4294, exact, the same',
    'updates: +KB5066782 -KB5065432',
    'docker: none -> 25.0.6',
    'amazon-ecs-agent: none -> 1.98.0',
    'scripts: cccccccc, the same',
    'recipe: 1.0.3, the same',
    'base AMI: ami-0123456789abcdef0, the same',
    'images on disk: 45.9 GB, the same',
    '',
    'IMAGE                FROM             TO               DIGEST             BYTES',
    'servercore           10.0.20348.4171  10.0.20348.4294  aaaaaa -> bbbbbb  5.7 GB',
    'servercore@previous  10.0.20348.4171  10.0.20348.4294  aaaaaa -> bbbbbb  5.7 GB',
    'nanoserver           10.0.20348.4171  10.0.20348.4294  aaaaaa -> bbbbbb  5.7 GB',
  ]);
});

test('as JSON it has its schema and whole digests', async () => {
  const { stdout } = await run(diffCommand, 'current', 'latest', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'winbake.diff/1',
    pipeline: '2022-core',
    osVersion: { from: '10.0.20348.4171', to: '10.0.20348.4294', isSame: false },
    images: expect.arrayContaining([
      expect.objectContaining({ to: expect.objectContaining({ digest: `sha256:${'b'.repeat(64)}` }) }),
    ]),
  });
});

test('the bill of materials is of current unless said, and nothing but the document', async () => {
  const { asked, stdout } = await run(sbomCommand);
  expect(asked).toEqual([['current']]);
  expect(JSON.parse(stdout)).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
  expect((await run(sbomCommand, '20348.4294-1')).asked).toEqual([['20348.4294-1']]);
});
