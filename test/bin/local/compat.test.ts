import { runCommandLine } from '../../support/run-command-line';

test('says yes with exit code 0 and no with 3, as a sentence or as JSON', async () => {
  const yes = await runCommandLine('compat', '10.0.20348.4294', '10.0.20348.4171');
  expect(yes).toMatchObject({ exitCode: 0, stderr: '' });
  expect(yes.stdout).toBe(
    'compatible  (Windows: allowed; rule R1)\n' +
      'Same build, and the image is not newer than the host: image 10.0.20348.4171 on host 10.0.20348.4294.\n',
  );
  const no = await runCommandLine('compat', '10.0.20348.4171', '10.0.20348.4294', '--json');
  expect(no.exitCode).toBe(3);
  expect(JSON.parse(no.stdout)).toEqual({
    schema: 'winbake.compatibility/1',
    compatible: false,
    kernel: 'risky',
    rule: 'newerRevision',
    message: expect.stringContaining('newer than the host'),
  });
});

test.each([
  [['10.0.20348.4294'], 'Missing required argument'],
  [['10.0.20348', '10.0.20348.1'], "got: '10.0.20348'"],
  [['10.0.20348.1', '10.0.25398.1'], "Build 25398 of '10.0.25398.1' is no Windows Server release"],
  [['10.0.20348.1', '10.0.20348.1', '10.0.20348.1'], 'Too many arguments'],
  [['10.0.20348.1', '10.0.20348.1', '--jsno'], "Unknown option '--jsno'"],
])('compat %j is wrong usage', async (args, sentence) => {
  const run = await runCommandLine('compat', ...args);
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain(sentence);
  expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
});
