import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imagesCommand } from '../../../bin/pipeline/images';
import type { CachedImage, HostCache } from '../../../lib/core/coverage/coverage';
import tools from '../../../tools/build/outside-tools.json';

interface Dependency {
  readonly depName: string;
  readonly datasource: string;
  readonly replaceString: string;
  readonly skipReason?: string;
  readonly updates: readonly { readonly newValue: string; readonly newDigest: string }[];
  readonly warnings?: readonly unknown[];
}

const ROOT = join(__dirname, '..', '..', '..');
const PRESET = join(ROOT, 'assets', 'renovate', 'default.json');
const digest = (character: string) => `sha256:${character.repeat(64)}`;
const ASPNET = 'mcr.microsoft.com/dotnet/framework/aspnet';
const SERVERCORE = 'mcr.microsoft.com/windows/servercore';

/** `current` has the images of November, `latest` those of December: Renovate must follow the first. */
const hosts = (months: Readonly<Record<'current' | 'latest', string>>): readonly HostCache[] =>
  (['current', 'latest'] as const).map((channel) => ({
    channel,
    osVersion: { build: 20348, revision: 4294 },
    images: [
      image('dotnet/framework/aspnet', '4.8.1-windowsservercore-ltsc2022', months[channel]),
      image('windows/servercore', 'ltsc2022', months[channel]),
    ],
    layers: null,
    unknown: null,
  }));

function image(repository: string, tag: string, month: string): CachedImage {
  return {
    family: 'servercore',
    repository,
    tag,
    digest: digest(month),
    platformDigest: digest('f'),
    osVersion: '10.0.20348.4294',
  };
}

/** The document as `winbake pipeline images --json` prints it. */
async function imagesDocument(cached: readonly HostCache[]): Promise<string> {
  let stdout = '';
  const terminal = { out: (text: string) => void (stdout += text), err: () => undefined };
  const command = imagesCommand(
    terminal,
    () => undefined,
    () => Promise.resolve(cached),
  );
  await command.parseAsync(['2022-core', '--json'], { from: 'user' });
  return stdout;
}

let folder = '';
let renovate = '';
beforeAll(() => {
  const modules = execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim();
  renovate = join(modules, 'renovate', 'dist');
  if (!existsSync(renovate)) {
    throw new Error(`Renovate is needed; got: none. Install it: ${tools.renovate.install}`);
  }
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'winbake-renovate-'));
  execFileSync('git', ['init', '--quiet', folder]);
  cpSync(PRESET, join(folder, 'renovate.json'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What Renovate finds in the Dockerfile, by its own report. */
function dependencies(dockerfile: string): readonly Dependency[] {
  writeFileSync(join(folder, 'Dockerfile'), dockerfile);
  execFileSync('git', ['add', '--all'], { cwd: folder });
  const report = join(folder, '.git', 'report.json');
  const { stdout, status } = spawnSync(
    process.execPath,
    [
      join(renovate, 'renovate.js'),
      '--platform=local',
      '--onboarding=false',
      '--report-type=file',
      `--report-path=${report}`,
    ],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, RENOVATE_CACHE_DIR: join(folder, '.git', 'cache') },
    },
  );
  if (status !== 0) {
    throw new Error(`renovate ended with ${status}: ${stdout}`);
  }
  const { repositories } = JSON.parse(readFileSync(report, 'utf8')) as {
    repositories: { local: { packageFiles: Record<string, { deps: Dependency[] }[]> } };
  };
  return Object.values(repositories.local.packageFiles).flatMap((files) => files.flatMap(({ deps }) => deps));
}

const DOCKERFILE = `# ${SERVERCORE}:ltsc2022 is the base
ARG BASE=${SERVERCORE}:ltsc2022
FROM --platform=windows/amd64 ${ASPNET}:4.8.1-windowsservercore-ltsc2022@${digest('9')} AS web
FROM mcr.microsoft.com/dotnet/aspnet:8.0-nanoserver-ltsc2022
from \${BASE}
`;

test('references move to the digests of current hosts, and a second time not at all', async () => {
  writeFileSync(
    join(folder, 'winbake-images.json'),
    await imagesDocument(hosts({ current: 'b', latest: 'c' })),
  );
  const found = dependencies(DOCKERFILE);
  const updates = found.flatMap(({ depName, replaceString, updates: [update] }) =>
    update === undefined ? [] : [{ depName, replaceString, update }],
  );
  expect(updates.map(({ depName, update }) => [depName, update.newValue, update.newDigest])).toEqual([
    [SERVERCORE, 'ltsc2022', digest('b')],
    [ASPNET, '4.8.1-windowsservercore-ltsc2022', digest('b')],
  ]);
  expect(found.flatMap(({ warnings }) => warnings ?? [])).toEqual([]);
  const updated = DOCKERFILE.split('\n')
    .map((line) =>
      line.startsWith('#')
        ? line
        : updates.reduce(
            (text, { depName, replaceString, update }) =>
              text.replace(replaceString, `${depName}:${update.newValue}@${update.newDigest}`),
            line,
          ),
    )
    .join('\n');
  expect(dependencies(updated).flatMap((dependency) => dependency.updates)).toEqual([]);
});

test("Renovate's own manager of Dockerfiles leaves Windows images alone, so that none is ahead of hosts", async () => {
  writeFileSync(
    join(folder, 'winbake-images.json'),
    await imagesDocument(hosts({ current: 'b', latest: 'c' })),
  );
  const own = dependencies(DOCKERFILE).filter(({ datasource }) => datasource === 'docker');
  expect(own.map(({ skipReason }) => skipReason)).toEqual(own.map(() => 'disabled'));
  expect(own.length).toBeGreaterThan(0);
});

test('the preset is a right configuration', () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(renovate, 'config-validator.js'), '--strict', PRESET],
    { encoding: 'utf8' },
  );
  expect({ status, stdout }).toMatchObject({ status: 0 });
});
