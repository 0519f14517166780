import fc from 'fast-check';
import { propertyRuns } from '../../support/property-runs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Resolution } from '../../../lib/core/images/resolve-images';
import { arbitraryHostRevision, arbitraryRegistry, FAMILIES_2022 } from '../../support/arbitrary-registry';
import { bruteForce, newestShown } from '../../support/brute-force';
import { startForeignRegistry, type Quirks } from '../../support/foreign-registry';
import type { RegistryShape, TagShape } from '../../../sim/registry/memory-registry';
import { runCommandLine } from '../../support/run-command-line';

const names = Object.keys(FAMILIES_2022);
type Document = Resolution & { requests: number; redirects: number };

async function resolve(url: string, ...args: readonly string[]) {
  const own = ['--release', '2022', '--registry', url, '--previous-revisions', '0', '--json'];
  const run = await runCommandLine('resolve', ...own, ...args);
  return { ...run, document: run.stdout === '' ? undefined : (JSON.parse(run.stdout) as Document) };
}

const QUIRKS: readonly (readonly [string, Quirks])[] = [
  ['plain', {}],
  ['with small pages', { pageSize: 2 }],
  ['that asks for a token', { bearer: true }],
  ['that redirects blobs', { redirectBlobs: true }],
  ['that throttles', { throttle: true }],
  ['that does it all', { pageSize: 3, bearer: true, redirectBlobs: true, throttle: true }],
];

describe.each(QUIRKS)('a foreign registry %s', (_what, quirks) => {
  test('is answered as brute force does', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRegistry, arbitraryHostRevision, async (shape, hostRevision) => {
        const registry = await startForeignRegistry(shape, quirks);
        try {
          const host = hostRevision === undefined ? [] : ['--host-version', `10.0.20348.${hostRevision}`];
          const { document, exitCode, stderr } = await resolve(registry.url, ...host);
          expect(stderr).toBe('');
          expect(answersOf(document!)).toEqual(expectedAnswers(shape, hostRevision));
          expect(exitCode).toBe(document!.complete ? 0 : 3);
        } finally {
          await registry.close();
        }
      }),
      { numRuns: propertyRuns(25) },
    );
  });
});

function answersOf(document: Document) {
  return document.images.map(({ family, tag, osVersion, digest, platformDigest }) => ({
    family,
    tag,
    osVersion,
    digest,
    platformDigest,
  }));
}

function expectedAnswers(shape: RegistryShape, hostRevision: number | undefined) {
  const revision = hostRevision ?? newestShown(shape, Object.values(FAMILIES_2022), 20348);
  return revision === undefined
    ? []
    : names.flatMap((family) => {
        const answer = bruteForce(shape, FAMILIES_2022[family]!, { build: 20348, revision });
        return answer ? [{ family, ...answer }] : [];
      });
}

const one: TagShape = {
  flavour: 'docker',
  list: false,
  images: [{ osVersion: '10.0.20348.4294', versionInEntry: false, layers: [7000, 500] }],
};

test('the table names image, version and size, and what is missing is said below', async () => {
  const registry = await startForeignRegistry({ 'windows/servercore': { ltsc2022: one } });
  const run = await runCommandLine('resolve', '--release', '2022', '--registry', registry.url);
  await registry.close();
  expect(run.exitCode).toBe(3);
  expect(run.stdout).toContain(
    'Windows Server 2022, host 10.0.20348.4294 (the newest revision that the registry shows)',
  );
  expect(run.stdout).toMatch(/^servercore {2}ltsc2022 {2}10\.0\.20348\.4294 {2}exact {4,}7\.6 kB$/m);
  expect(run.stdout).toMatch(/^127\.0\.0\.1:\d+\/windows\/servercore@sha256:[0-9a-f]{64}$/m);
  expect(run.stdout).toContain(
    'stop     HOST_WITHOUT_IMAGE  No nanoserver image of windows/nanoserver fits: it has none',
  );
});

test('families that can be read are printed beside those that cannot', async () => {
  const registry = await startForeignRegistry({ 'windows/servercore': { ltsc2022: one } });
  const front = createServer((request, response) => {
    if (request.url!.includes('nanoserver')) {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>a captive portal</html>');
    } else {
      response.writeHead(307, { location: `${registry.url}${request.url!}` }).end();
    }
  });
  await new Promise<void>((listening) => front.listen(0, '127.0.0.1', listening));
  const { port } = front.address() as AddressInfo;
  const run = await resolve(`http://127.0.0.1:${port}`, '--family', 'servercore', 'nanoserver');
  front.closeAllConnections();
  front.close();
  await registry.close();
  expect(run.exitCode).toBe(1);
  expect(run.document).toMatchObject({ complete: false, images: [{ family: 'servercore' }] });
  expect(run.document!.findings).toMatchObject([
    { code: 'REGISTRY_INVALID', severity: 'stop', family: 'nanoserver' },
  ]);
  expect(run.document!.redirects).toBeGreaterThan(0);
});

test('where no family can be read, one sentence says why, and the JSON document the same', async () => {
  const run = await resolve('http://127.0.0.1:9');
  expect(run.exitCode).toBe(1);
  expect(JSON.parse(run.stdout)).toEqual({
    schema: 'winbake.error/1',
    error: { code: 'REGISTRY_UNREACHABLE', message: run.stderr.trimEnd() },
  });
  expect(run.stderr).toMatch(/^The registry http:\/\/127\.0\.0\.1:9 refused the connection[^\n]*\.\n$/);
});

test.each([
  [['--release', '2012'], "one of 2016, 2019, 2022, 2025; got: '2012'"],
  [['--release', '2022', '--host-version', '10.0.17763.1'], "has build 20348; got: '10.0.17763.1'"],
  [['--release', '2022', '--host-version', 'new'], "four parts, such as 10.0.20348.4294; got: 'new'"],
  [['--release', '2016', '--family', 'nanoserver'], 'ended on 2018-10-09'],
  [['--release', '2022', '--family', 'windows'], "got: 'windows'"],
  [
    ['--release', '2022', '--previous-revisions', '3'],
    "As many as 2 previous revisions are cached, or 0; got: '3'",
  ],
  [['--release', '2016', '--previous-revisions', '1'], 'runs images of its own revision only'],
  [['--release', '2022', '--extra', 'previous'], 'Previous revisions are no extra'],
  [['--release', '2022', '--timeout', '0'], "got: '0'"],
  [['--release', '2022', '--timeout', 'soon'], "got: 'soon'"],
  [['--release', '2022', '--registry', 'http://mcr.microsoft.com'], 'http://mcr.microsoft.com'],
  [['--release', '2022', '--registry', 'mcr.microsoft.com'], 'mcr.microsoft.com'],
  [['--release', '2022', '--regsitry', 'x'], "Unknown option '--regsitry'"],
  [['--release', '2022', 'extra'], 'Too many arguments'],
  [[], 'Say --release <release>; see winbake resolve --help.'],
])('resolve %j is wrong usage', async (args, sentence) => {
  const run = await runCommandLine('resolve', ...args);
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain(sentence);
  expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(run.stderr).not.toMatch(/\bat .*:\d+:\d+/);
});
