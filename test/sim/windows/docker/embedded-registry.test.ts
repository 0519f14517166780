import { parseFaults } from '../../../../sim/registry/faults';
import { history, LIST, SINGLE } from '../../registry/history/event-fixture';
import { start } from '../../registry/embedded-fixture';
import { dockerOf, inspected, simulatedHost } from './simulated-docker';

const CORE = 'mcr.microsoft.com/windows/servercore:ltsc2022';
const IIS = 'mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022';
const VERSION = '10.0.20348.4294';

const RECORD = history(
  { osVersion: VERSION },
  {
    repository: 'windows/servercore/iis',
    tag: 'windowsservercore-ltsc2022',
    osVersion: VERSION,
    mediaType: SINGLE,
  },
  { repository: 'windows/nanoserver', osVersion: '10.0.26100.1', mediaType: LIST },
);

test('images of the recorded history are pulled, tagged and started', async () => {
  const registry = await start({ history: RECORD, asOf: '2026-03-10T18:00:00Z' });
  const docker = dockerOf(simulatedHost(), registry.url);
  for (const name of [CORE, IIS]) {
    expect(await docker('pull', name)).toMatchObject({ exitCode: 0, stderr: '' });
  }
  const images = inspected(await docker('image', 'inspect', CORE, IIS));
  expect(images.map((image) => image['OsVersion'])).toEqual([VERSION, VERSION]);
  expect(images[0]?.['Size']).toBe(5_678_400_000);
  const options = ['--rm', '--pull=never', '--isolation=process', '--entrypoint', 'cmd'];
  expect((await docker('run', ...options, IIS, '/c', 'ver')).stdout).toContain(`[Version ${VERSION}]`);
  const nano = 'mcr.microsoft.com/windows/nanoserver:ltsc2022';
  expect((await docker('pull', nano)).stderr).toMatch(
    /^no matching manifest for windows\/amd64 10\.0\.20348 in /,
  );
});

test.each([
  ['throttle', 0, /^$/],
  ['token', 0, /^$/],
  ['redirect-blobs', 0, /^$/],
  ['wrong-digest', 1, /^Error response from daemon: .* instead of sha256:/],
  [
    'missing:windows/servercore',
    1,
    /^Error response from daemon: manifest for .*ltsc2022 not found: manifest unknown/,
  ],
  ['redirect-loop', 1, /^error pulling image configuration: .*redirects more than 5 times/],
])('a registry with the fault %s ends with %i', async (fault, exitCode, stderr) => {
  const registry = await start({
    history: RECORD,
    asOf: '2026-03-10T18:00:00Z',
    faults: parseFaults([fault]),
  });
  const call = await dockerOf(simulatedHost(), registry.url)('pull', CORE);
  expect(call).toMatchObject({ exitCode, stderr: expect.stringMatching(stderr) });
});
