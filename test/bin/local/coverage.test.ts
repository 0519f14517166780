import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedRegistry, startEmbeddedRegistry } from '../../../sim/registry/embedded-registry';
import { parseFaults } from '../../../sim/registry/faults';
import { readHistory } from '../../../sim/registry/history/read-history';
import { startForeignRegistry } from '../../support/foreign-registry';
import type { TagShape } from '../../../sim/registry/memory-registry';
import { runCommandLine } from '../../support/run-command-line';
import { ScriptedRegistry } from '../../registry/scripted-registry';

const SEPTEMBER = 'mcr.microsoft.com/dotnet/framework/aspnet:4.8.1-20250909-windowsservercore-ltsc2022';
const RECORDED = ['--release', '2022', '--as-of', '2025-10-20'];
const HISTORY = [...RECORDED, '--previous-revisions', '0'];

interface Document {
  readonly schema: string;
  readonly error?: { readonly code: string; readonly message: string };
  readonly images: readonly {
    readonly reference: string;
    readonly runs: boolean | null;
    readonly missingBytes: number | null;
    readonly platformDigest: string | null;
    readonly hosts: readonly {
      readonly channel: string;
      readonly runs: boolean;
      readonly missingBytes: number;
      readonly cachedBytes: number;
      readonly layers: readonly { readonly bytes: number; readonly cached: boolean }[];
    }[];
    readonly code: string | null;
    readonly message: string | null;
  }[];
}

async function coverage(...args: readonly string[]) {
  const run = await runCommandLine('coverage', ...args, '--json');
  const document = { images: [], ...(JSON.parse(run.stdout) as Partial<Document>) };
  return { ...run, document, first: document.images[0] };
}

const registries: { close(): Promise<void> }[] = [];
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'coverage-'));
});
afterEach(async () => {
  await Promise.all(registries.splice(0).map((one) => one.close()));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function serve(...faults: readonly string[]): Promise<EmbeddedRegistry> {
  const history = readHistory();
  const served = await startEmbeddedRegistry({ history, asOf: '2025-10-20', faults: parseFaults(faults) });
  registries.push(served);
  return served;
}

function dockerfile(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

test('an image of the month before, on recorded history and without a request', async () => {
  const { document, exitCode, first, stderr } = await coverage(SEPTEMBER, ...HISTORY);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(Object.keys(document).sort()).toEqual(['images', 'schema']);
  expect(document.schema).toBe('winbake.coverage/1');
  expect(Object.keys(first!)).toEqual([
    'reference',
    'platformDigest',
    'osVersion',
    'runs',
    'missingBytes',
    'hosts',
    'code',
    'message',
  ]);
  expect(first).toMatchObject({ reference: SEPTEMBER, osVersion: '10.0.20348.4171', runs: true, code: null });
  expect(first!.hosts.map(({ channel }) => channel)).toEqual(['current', 'latest', 'next']);
  const [current] = first!.hosts;
  expect(Object.keys(current!)).toEqual(['channel', 'runs', 'missingBytes', 'cachedBytes', 'layers']);
  expect(first!.missingBytes).toBe(current!.missingBytes);
  const sum = current!.layers.filter(({ cached }) => !cached).reduce((bytes, one) => bytes + one.bytes, 0);
  expect(current!.missingBytes).toBe(sum);
  expect(sum).toBeGreaterThan(2_000_000_000);
});

test('the previous revision is cached too unless said', async () => {
  const { first } = await coverage(SEPTEMBER, ...RECORDED);
  expect(first!.missingBytes).toBe(0);
});

test.each([
  [['--max-bytes', '10GB'], 0, null],
  [['--max-bytes', '1MB'], 3, 'OVER_LIMIT'],
])('a limit of %j ends with %i', async (args, exitCode, code) => {
  expect(await coverage(SEPTEMBER, ...HISTORY, ...args)).toMatchObject({ exitCode, first: { code } });
});

test('an image that is newer than its host, and one of another Windows, end with 3', async () => {
  const newer = 'mcr.microsoft.com/windows/servercore:ltsc2022';
  const served = await serve();
  const host = new URL(served.url).host;
  const { exitCode, first } = await coverage(
    newer,
    '--registry',
    served.url,
    '--release',
    '2022',
    '--as-of',
    '2025-10-10',
  );
  expect({ exitCode, code: first!.code, runs: first!.runs }).toEqual({
    exitCode: 3,
    code: 'CANNOT_RUN',
    runs: false,
  });
  expect(first!.message).toContain('The image is newer than the host, update the host first');
  const other = await coverage(`${host}/windows/servercore:ltsc2019`, ...HISTORY);
  expect(other).toMatchObject({ exitCode: 3, first: { code: 'CANNOT_RUN' } });
});

test.each([
  [[]],
  [['token']],
  [['redirect-blobs', 'token']],
  [['throttle']],
  [['server-error']],
  [['registry-foreign-entry']],
])(
  'a registry with %j answers as one without, and a known image costs three requests at most',
  async (faults) => {
    const served = await serve(...faults);
    const name = `${new URL(served.url).host}/dotnet/framework/sdk:4.8.1-windowsservercore-ltsc2022`;
    const { exitCode, first } = await coverage(name, ...HISTORY);
    expect(exitCode).toBe(0);
    expect(first!.missingBytes).toBe(1_687_608_923);
    if (faults.length === 0) {
      expect(served.requests).toBeLessThanOrEqual(3);
    }
  },
);

test.each([['down'], ['wrong-digest'], ['html'], ['truncated']])(
  'a registry that is %s ends with 1',
  async (fault) => {
    const served = await serve(fault);
    const name = `${new URL(served.url).host}/windows/servercore:ltsc2022`;
    const { exitCode, first } = await coverage(name, ...HISTORY, '--timeout', '3');
    expect(exitCode).toBe(1);
    expect(first).toMatchObject({ runs: null, missingBytes: null, hosts: [] });
    expect(first!.code).toMatch(/^REGISTRY_/);
  },
);

test('layers of an app have the bytes of its own registry, also beside recorded hosts', async () => {
  const app: TagShape = {
    flavour: 'docker',
    list: true,
    images: [{ osVersion: '10.0.20348.4294', versionInEntry: true, layers: [700, 30] }],
  };
  const foreign = await startForeignRegistry({ app: { app } });
  registries.push(foreign);
  const { first } = await coverage(`${new URL(foreign.url).host}/app:app`, ...HISTORY);
  expect(first!.missingBytes).toBe(730);
  const iis = await coverage(
    'mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022',
    ...HISTORY,
  );
  expect(iis.first!.hosts[0]).toMatchObject({ missingBytes: 0, cachedBytes: null });
  const absent = await coverage('mcr.microsoft.com/dotnet/sdk:8.0', ...HISTORY);
  expect(absent.first).toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('not in recorded history'),
  });
});

test('hosts of a bake of now, from a registry alone', async () => {
  const served = await serve();
  const args = ['--release', '2022', '--registry', served.url];
  const { exitCode, first } = await coverage('mcr.microsoft.com/windows/servercore:ltsc2022', ...args);
  expect(exitCode).toBe(0);
  expect(first!.hosts.map(({ missingBytes }) => missingBytes)).toEqual([0, 0, 0]);
});

test('a line that hosts follow is cached in place of the live one, recorded and of now', async () => {
  const image = 'mcr.microsoft.com/dotnet/framework/aspnet:4.8-windowsservercore-ltsc2022';
  const served = await serve();
  for (const hosts of [HISTORY, ['--release', '2022', '--registry', served.url]]) {
    expect((await coverage(image, ...hosts)).first!.missingBytes).toBeGreaterThan(0);
    expect((await coverage(image, ...hosts, '--line', 'aspnet=4.8')).first!.missingBytes).toBe(0);
  }
});

test.each([['scratch'], ['scratch:latest'], ['docker.io/library/scratch']])(
  'coverage %s is a sentence without a request',
  async (name) => {
    const { exitCode, first } = await coverage(name, ...HISTORY);
    expect({ exitCode, code: first!.code, runs: first!.runs }).toEqual({
      exitCode: 3,
      code: 'NO_WINDOWS_IMAGE',
      runs: false,
    });
    expect(first!.message).toContain('is no image of any registry');
  },
);

test('Linux only, a tag that is not there, and one that wants a login are a sentence each', async () => {
  const linux: TagShape = {
    flavour: 'oci',
    list: true,
    images: [{ os: 'linux', osVersion: undefined, versionInEntry: false }],
  };
  const foreign = await startForeignRegistry({ app: { linux } });
  registries.push(foreign);
  const host = new URL(foreign.url).host;
  expect(await coverage(`${host}/app:linux`, ...HISTORY)).toMatchObject({
    exitCode: 3,
    first: { code: 'LINUX_ONLY', runs: false },
  });
  expect(await coverage(`${host}/app:nope`, ...HISTORY)).toMatchObject({
    exitCode: 1,
    first: { code: 'NOT_FOUND' },
  });
  const strict = await new ScriptedRegistry().start();
  registries.push(strict);
  const headers = { 'www-authenticate': 'Basic realm="x"' };
  strict.on('/v2/app/manifests/a', { status: 401, headers });
  const { exitCode, first } = await coverage(`${new URL(strict.url).host}/app:a`, ...HISTORY);
  expect({ exitCode, code: first!.code }).toEqual({ exitCode: 1, code: 'LOGIN_NEEDED' });
  expect(first!.message).toMatch(/is read with a login only \(401\).*; run docker login 127\.0\.0\.1:\d+\.$/);
});

describe('a Dockerfile', () => {
  test.each([
    ['crlf', `\uFEFF# escape=\`\r\nFROM ${SEPTEMBER} AS run\r\nRUN dir c:\\\r\n`],
    [
      'stages',
      `FROM mcr.microsoft.com/dotnet/framework/sdk:4.8.1 AS build\nRUN x\nFROM ${SEPTEMBER}\nCOPY --from=build a b\n`,
    ],
    [
      'argument',
      `ARG TAG=4.8.1-20250909-windowsservercore-ltsc2022\nFROM mcr.microsoft.com/dotnet/framework/aspnet:\${TAG}\n`,
    ],
    ['heredoc', `FROM ${SEPTEMBER}\nRUN <<EOF\nFROM scratch\nEOF\n`],
  ])('with %s is its last Windows stage', async (name, text) => {
    const { exitCode, first } = await coverage('--file', dockerfile(name, text), ...HISTORY);
    expect({ exitCode, reference: first!.reference }).toEqual({ exitCode: 0, reference: SEPTEMBER });
  });

  test('from scratch has no Windows stage', async () => {
    const { exitCode, first } = await coverage('--file', dockerfile('scratch', 'FROM scratch\n'), ...HISTORY);
    expect({ exitCode, code: first!.code }).toEqual({ exitCode: 3, code: 'NO_WINDOWS_IMAGE' });
    expect(first!.message).toContain('has no Windows stage: it is built from scratch');
  });

  test('with a variable that has no value is an entry of its own, and the others are answered', async () => {
    const open = dockerfile('open', 'ARG TAG\nFROM mcr.microsoft.com/windows/servercore:${TAG}\n');
    const good = dockerfile('good', `FROM $NONE AS unused\nFROM ${SEPTEMBER}\n`);
    const { document, exitCode } = await coverage('--file', open, '--file', good, ...HISTORY);
    expect({ exitCode, codes: document.images.map(({ code }) => code) }).toEqual({
      exitCode: 1,
      codes: ['NO_VALUE', null],
    });
    expect(document.images[0]).toMatchObject({
      reference: 'mcr.microsoft.com/windows/servercore:${TAG}',
      runs: null,
      message: expect.stringMatching(
        /^Line 2 of .* TAG has no value there; .* or say --build-arg TAG=VALUE\.$/,
      ),
    });
    expect(document.images[1]!.missingBytes).toBeGreaterThan(0);
    expect(await coverage('--file', open, '--build-arg', 'TAG=ltsc2022', ...HISTORY)).toMatchObject({
      exitCode: 0,
    });
  });

  test('with a name that is none is wrong usage', async () => {
    const bad = dockerfile('bad', 'FROM a:b:c\n');
    const { document } = await coverage('--file', bad, ...HISTORY);
    expect(document.error!.message).toMatch(/^Line 1 of the Dockerfile '.*bad': An image is named like/);
  });
});

test.each([
  [['nginx'], 'Say which hosts are meant: --pipeline NAME'],
  [['nginx', '--release', '2022', '--pipeline', 'x'], 'Say which hosts are meant'],
  [
    ['nginx', '--pipeline', 'x', '--as-of', '2025-10-20'],
    '--as-of, --extra, --line and --previous-revisions go with --release',
  ],
  [['nginx', '--pipeline', 'x', '--line', 'aspnet=4.8'], 'a pipeline has its own moment, images and lines'],
  [
    ['nginx', '--release', '2022', '--line', 'framework-sdk=4.8'],
    'Nothing follows the line 4.8 of framework-sdk',
  ],
  [['nginx', ...RECORDED, '--line', 'framework-sdk=4.8'], 'Nothing follows the line 4.8 of framework-sdk'],
  [['nginx', '--release', '2021'], "got: '2021'"],
  [['nginx', ...HISTORY, '--registry', 'mcr.example'], 'A registry needs https:// before its name'],
  [[...HISTORY], 'Name an image, or a Dockerfile by --file'],
  [['UPPER/x', ...HISTORY], "its repository is in small letters, without a scheme; got: 'UPPER/x'"],
  [['nginx', '--max-bytes', 'much', ...HISTORY], "such as 300MB; got: 'much'"],
  [['nginx', '--release', '2022', '--as-of', '2031-01-01'], 'The history goes from'],
])('coverage %j is wrong usage, in one sentence', async (args, sentence) => {
  const run = await runCommandLine('coverage', ...args);
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain(sentence);
  expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
});

test('the table says in words what each host pulls; hosts that answer alike share a line', async () => {
  const { stdout } = await runCommandLine('coverage', SEPTEMBER, ...HISTORY);
  expect(stdout).toMatch(/^Windows 10\.0\.20348\.4171, 2\.9 GB in 10 layers$/m);
  expect(stdout).toMatch(/^current, latest, next {2}10\.0\.20348\.4294 {2}yes {8}2\.9 GB {2}10 of 10 +0 B$/m);
});
