import { runCommandLine } from '../support/run-command-line';

test('help goes to stdout with exit code 0, and shows examples', async () => {
  for (const args of [
    ['--help'],
    ['help'],
    ['resolve', '--help'],
    ['compat', '-h'],
    ['registry', 'serve', '--help'],
  ]) {
    const run = await runCommandLine(...args);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toContain('Usage: winbake');
    expect(run.stdout).toContain('Examples:');
  }
});

test('no command is wrong usage, and the help goes to stderr', async () => {
  const run = await runCommandLine();
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain('Usage: winbake');
});

test('a misspelled command is answered with the nearest one', async () => {
  expect(await runCommandLine('reslove')).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: "Unknown command 'reslove' (Did you mean resolve?)\n",
  });
});

test('the version is the package version', async () => {
  expect(await runCommandLine('--version')).toEqual({ exitCode: 0, stdout: '9.9.9\n', stderr: '' });
});
