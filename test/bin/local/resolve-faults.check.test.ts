import { parseAsOf } from '../../../sim/registry/history/history';
import { readHistory } from '../../../sim/registry/history/read-history';
import { startEmbeddedRegistry } from '../../../sim/registry/embedded-registry';
import { parseFaults } from '../../../sim/registry/faults';
import { runCommandLine } from '../../support/run-command-line';

async function resolve(fault: string, ...args: readonly string[]) {
  const history = readHistory();
  const asOf = parseAsOf('2025-10-16', history);
  const registry = await startEmbeddedRegistry({ history, asOf, faults: parseFaults([fault]) });
  try {
    return await runCommandLine(
      'resolve',
      '--release',
      '2022',
      '--registry',
      registry.url,
      '--json',
      ...args,
    );
  } finally {
    await registry.close();
  }
}

test.each(['throttle', 'token', 'paging', 'redirect-blobs'])(
  'a registry with the fault %s is read through',
  async (fault) => {
    const run = await resolve(fault);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(run.stdout)).toMatchObject({ complete: true, revision: 4294 });
  },
);

test.each([
  ['down', 1, 'closed the connection'],
  ['html', 1, 'HTML'],
  ['wrong-digest', 1, 'digest'],
  ['truncated', 1, 'broke off its answer'],
  ['redirect-loop', 1, 'redirect'],
  ['throttle-hard', 1, 'slow down'],
])(
  'a registry with the fault %s ends with exit code %i and one sentence',
  async (fault, exitCode, overrides) => {
    const run = await resolve(fault, '--timeout', '20');
    expect(run.exitCode).toBe(exitCode);
    const reported = run.stdout === '' ? run.stderr : JSON.stringify(JSON.parse(run.stdout));
    expect(reported).toContain(overrides);
    expect(run.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(1);
  },
);

test('a repository that is missing leaves the others standing', async () => {
  const run = await resolve('missing:windows/servercore/iis');
  expect(run.exitCode).toBe(3);
  expect(JSON.parse(run.stdout)).toMatchObject({
    complete: false,
    findings: [
      { code: 'NOT_FOUND', family: 'iis' },
      { code: 'HOST_WITHOUT_IMAGE', family: 'iis' },
    ],
  });
});
