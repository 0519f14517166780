import { runBundle } from '../../support/run-bundle';
import { runCommandLine } from '../../support/run-command-line';

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a registry that gets %s ends with %i, after one line of JSON', async (signal, exitCode) => {
  const args = ['registry', 'serve', '--as-of', '2025-10-16'];
  const run = await runBundle(args, {}, (stderr, end) => {
    if (stderr.includes('interrupt to stop')) {
      end(signal);
    }
  });
  expect(run).toMatchObject({
    exitCode,
    stderr: 'Serving the registry as of 2025-10-16T00:00:00.000Z; interrupt to stop.\n',
  });
  expect(run.stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(run.stdout)).toEqual({
    schema: 'winbake.registry/1',
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  });
});

test.each([
  [['--port', 'x'], "A port is a whole number from 0 to 65535; got: 'x'."],
  [['--fault', 'nonsense'], "got: 'nonsense'"],
])('registry serve %j is wrong usage', async (args, sentence) => {
  const run = await runCommandLine('registry', 'serve', ...args);
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain(sentence);
});
