import { runCommandLine, type CommandRun } from '../../support/run-command-line';
import { withRefusingAws, type RefusingAws } from '../../support/refusing-aws';

const REASON = ['--reason', 'x', '--yes'];
const VERBS: readonly (readonly [verb: string, ...args: string[]])[] = [
  ['status'],
  ['doctor'],
  ['destroy', '--yes'],
  ['prune', ...REASON],
  ['rebake', ...REASON],
  ['cancel', ...REASON],
  ['hold', ...REASON],
  ['unhold', ...REASON],
  ['promote', ...REASON],
  ['rollback', ...REASON],
  ['accept', 'WENT_BACK servercore 10.0.20348.3328', ...REASON],
];
const NO_SUCH_PARAMETER = { status: 400, name: 'ParameterNotFound', message: 'none' };

const before = { ...process.env };
afterAll(() => {
  process.env = before;
});

function run(aws: RefusingAws, args: readonly string[]): Promise<CommandRun> {
  return withRefusingAws(aws, (endpoint) => {
    process.env = {
      ...before,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_MAX_ATTEMPTS: '1',
    };
    return runCommandLine(...args);
  });
}

describe.each(VERBS)('%s', (name, ...rest) => {
  const args = ['pipeline', name, '2022-core', ...rest];

  test.each<[string, RefusingAws, string[], number, string]>([
    [
      'expired credentials',
      {
        sts: { status: 403, name: 'ExpiredToken', message: 'The security token is expired' },
        others: NO_SUCH_PARAMETER,
      },
      [],
      1,
      'Could not tell who you are in eu-central-1: the credentials have expired; sign in again.',
    ],
    [
      'another account',
      { others: NO_SUCH_PARAMETER },
      ['--account', '111122223333'],
      2,
      'These credentials are of account 123456789012, and --account names 111122223333; sign in there.',
    ],
    [
      'throttling',
      { others: { status: 400, name: 'ThrottlingException', message: 'Rate exceeded' } },
      [],
      1,
      'in eu-central-1: AWS throttles the calls of this account; try again in some minutes.',
    ],
    [
      'missing rights',
      { others: { status: 400, name: 'AccessDeniedException', message: 'ann may not do that' } },
      [],
      1,
      'in eu-central-1: these credentials may not: ann may not do that.',
    ],
  ])('%s is one clear sentence', async (_name, aws, more, exitCode, sentence) => {
    const { exitCode: ended, stderr, stdout } = await run(aws, [...args, ...more]);
    expect(stderr).toContain(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect({ ended, stdout }).toEqual({ ended: exitCode, stdout: '' });
  });

  test('its help has an example and names every option', async () => {
    const { exitCode, stdout } = await run({ others: NO_SUCH_PARAMETER }, ['pipeline', name, '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples?:\n(?: +# .*\n)* +winbake pipeline ${name} `));
    expect(stdout).toContain('--region');
    expect(stdout).toContain('--profile');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});
