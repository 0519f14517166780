import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodeOf } from '../../../bin/shared/exit-code';
import { UsageError } from '../../../lib/contract/values/errors';
import { GOOD_AMI } from '../../../sim/aws/fleet/ami-behaviour';
import { changed, denied, type AwsValue } from '../../support/proven-deployment';
import { triedDeployment, type TriedDeployment } from '../../support/tried-deployment';

let deployment: TriedDeployment;
beforeAll(async () => {
  deployment = await triedDeployment();
}, 240_000);
afterAll(() => deployment.end());

/** How many bakes have been ordered. */
function orders(): number {
  return deployment.world.account.world.states.all.length;
}

const CLAIM = 'ecs-policy-is-enough';

describe('a claim that needs a fleet', () => {
  const refused = 'User: host is not authorized to perform: ecs:SubmitTaskStateChange';

  test('is not seen before a trial', async () => {
    expect(await deployment.run(['--claim', CLAIM, '--json'])).toMatchObject({ exitCode: 1 });
  });

  test.each([
    ['holds', 0, {}],
    [
      'fails',
      3,
      {
        'ecs.DescribeTasks': changed(({ tasks }) => {
          tasks.forEach((one: AwsValue) => {
            one.stoppedReason = refused;
          });
        }),
      },
    ],
    [
      'notSeen',
      1,
      {
        'ecs.DescribeContainerInstances': changed(({ containerInstances }) => {
          containerInstances.forEach((one: AwsValue) => {
            one.agentConnected = false;
          });
        }),
      },
    ],
  ] as const)('%s after one', async (verdict, exitCode, answers) => {
    const { exitCode: given, stdout } = await deployment.run(['--run', '--yes', '--json', '--claim', CLAIM], {
      answers,
    });
    const { claims, schema, trial } = JSON.parse(stdout);
    expect({ schema, given, claims }).toMatchObject({
      ...{ schema: 'winbake.proof/1', given: exitCode },
      claims: [{ id: CLAIM, verdict }],
    });
    expect(claims[0].evidence.length > 0).toBe(verdict !== 'notSeen');
    expect(trial.bake.outcome).toMatch(/published|equal/);
    expect(deployment.left()).toEqual([]);
  });

  test('is not settled where the trial lacks a right, and the fleet is taken away', async () => {
    const ended = deployment.run(['--run', '--yes', '--claim', CLAIM], {
      answers: { 'ecs.ListTasks': denied },
    });
    const error: unknown = await ended.catch((caught: unknown) => caught);
    expect((error as Error).message).toContain('Could not try the pipeline web');
    expect(exitCodeOf(error)).toBe(1);
    expect(deployment.left()).toEqual([]);
  });
});

test('plain hosts stand beside baked ones, with the answer first', async () => {
  const [plainAmi] = deployment.world.account.world.ec2.images
    .all({ account: 'amazon', region: 'eu-central-1' })
    .map(({ id }) => id);
  const { stdout, stderr } = await deployment.run(['--run', '--yes'], {
    behaviourOf: (amiId) => (amiId === plainAmi ? { ...GOOD_AMI, slowerBySeconds: 300 } : GOOD_AMI),
  });
  expect(stdout).toContain('first task after launch: 600 s on a baked host, 900 s on a plain one (medians)');
  expect(stdout).toMatch(/plain AMI +first +2 +900 s/);
  expect(stdout).toMatch(/^taken away: winbake-prove-\d{8} with 2 instances$/m);
  expect(stdout.indexOf('TRIAL')).toBeLessThan(stdout.indexOf('HOLDS'));
  for (const id of ['force-delete-takes-all', 'hosts-deregister-in-time']) {
    expect(stdout.indexOf(`\n${id}: `)).toBeLessThan(stdout.indexOf('NOT SEEN'));
  }
  // The plan, and how it goes.
  expect(stderr).toMatch(/^ {2}at most 19\.00 USD and 12 h/m);
  expect(stderr).toContain('The plain hosts are measured; the rollout begins.');
});

test('where plain hosts do not join either, nothing is said against the AMI', async () => {
  const id = 'ec2launch-v2-is-ready-again';
  const abandoned = {
    ...{ ActivityId: '1', AutoScalingGroupName: 'x', Cause: 'At an instant an instance was started.' },
    ...{ Description: 'Launching a new EC2 instance: i-1', StartTime: new Date('2026-01-01T00:00:00Z') },
    ...{ StatusCode: 'Cancelled', StatusMessage: 'Instance failed to complete: ABANDON' },
  };
  const { stdout } = await deployment.run(['--run', '--yes', '--json', '--claim', id], {
    answers: {
      'ecs.ListContainerInstances': () => ({ containerInstanceArns: [] }),
      'auto-scaling.DescribeScalingActivities': () => ({ Activities: [abandoned] }),
    },
  });
  expect(JSON.parse(stdout)).toMatchObject({
    claims: [{ verdict: 'notSeen' }],
    trial: { rollout: { outcome: 'plain' } },
  });
  expect(deployment.left()).toEqual([]);
});

test('a bake that fails makes no fleet, and its claims are settled', async () => {
  deployment.world.bakesFail = { code: 'NO_SPACE', message: 'The disk is full.' };
  const { exitCode, stdout } = await deployment
    .run(['--run', '--yes', '--json', '--claim', 'failed-steps-still-report'])
    .finally(() => {
      deployment.world.bakesFail = undefined;
    });
  expect({ exitCode, document: JSON.parse(stdout) as object }).toMatchObject({
    exitCode: 0,
    document: {
      claims: [{ verdict: 'holds' }],
      trial: { bake: { outcome: 'failed' }, rollout: null, removal: null },
    },
  });
}, 60_000);

describe('before anything is ordered', () => {
  let before: number;
  beforeEach(() => {
    before = orders();
  });
  afterEach(() => {
    expect(orders()).toBe(before);
    expect(deployment.left()).toEqual([]);
  });

  test.each([
    [['--run', '--yes', '--max-usd', '5'], /may cost 19\.00 USD, which is more than --max-usd; got: 5\./],
    [['--run', '--yes', '--usd-per-hour', '2'], /may cost 49\.00 USD, .*--usd-per-hour/],
    [['--run', '--max-usd', 'much'], /An amount of USD is a number such as 20 or 0\.376; got: 'much'/],
    [['--run', '--subnets', 'subnet-1'], /--subnets and --security-group go together/],
    [['--max-usd', '5'], /The option --max-usd is for a trial; say --run too\./],
    [['--clean', '--max-usd', '5'], /The option --max-usd is for a trial/],
    [['--dry-run'], /The option --dry-run is for a trial/],
  ])('%s is wrong usage', async (args, message) => {
    const error: unknown = await deployment.run(args).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(message);
    expect(exitCodeOf(error)).toBe(2);
  });

  test('a price that is known allows less', async () => {
    const args = ['--run', '--dry-run', '--json', '--usd-per-hour', '0.376', '--max-usd', '11'];
    const { exitCode, stdout } = await deployment.run(args);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'winbake.trial-plan/1',
      ...{ atMostUsd: 10.03, atMostHours: 12 },
    });
  });

  test('a person who says no changes nothing', async () => {
    const { exitCode, stderr } = await deployment.run(['--run'], { agrees: false });
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('Nothing was changed.') as string,
    });
  });

  test('there is nothing to take away', async () => {
    const { exitCode, stdout } = await deployment.run(['--clean']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'Nothing of a trial is there.\n' });
  });
});

test('SIGINT ends it with 130 and nothing left', async () => {
  let isSent = false;
  const ended = deployment.run(['--run', '--yes'], {
    onSleep: () => {
      const [group] = deployment.world.account.fleets.groupsAt(deployment.world.account.environment);
      if (!isSent && group?.refresh?.isUnderWay === true) {
        isSent = true;
        process.emit('SIGINT', 'SIGINT');
      }
    },
  });
  const error: unknown = await ended.catch((caught: unknown) => caught);
  expect(isSent).toBe(true);
  expect(exitCodeOf(error)).toBe(130);
  expect(deployment.reported()).toContain('A second signal leaves it there: winbake prove web --clean');
  expect(deployment.left()).toEqual([]);
});

test('what a computer left that was cut off is taken away by another', async () => {
  let hasFleet = false;
  const ended = deployment.run(['--run', '--yes'], {
    onSleep: () => {
      hasFleet ||= deployment.left().length > 0;
      if (hasFleet) {
        throw new Error('The power is gone.');
      }
    },
  });
  await expect(ended).rejects.toThrow(/costs money; got: .*winbake prove web --clean/);
  expect(deployment.left()).not.toEqual([]);
  const dry = await deployment.run(['--clean', '--dry-run']);
  expect(dry.stdout).toMatch(/take away the stack winbake-prove-\d{8} of 20\d\d-/);
  expect(deployment.left()).not.toEqual([]);
  const { exitCode, stdout } = await deployment.run(['--clean', '--yes']);
  expect({ exitCode, stdout }).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^winbake-prove-\d{8} is gone\.$/m) as string,
  });
  expect(deployment.left()).toEqual([]);
});

test('docs/security.md names each right that a trial needs', async () => {
  await deployment.run(['--run', '--yes', '--claim', CLAIM]);
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'security.md'), 'utf8');
  const [, named = ''] = /^- `winbake prove` reads: ([^]*?)\n\n/m.exec(page) ?? [];
  const patterns = [...named.matchAll(/`([a-z0-9]+:[A-Za-z*]+)`/g)].map(
    ([, action = '']) => new RegExp(`^${action.replaceAll('*', '.*')}$`),
  );
  expect(deployment.asked.has('cloudformation:CreateStack')).toBe(true);
  expect([...deployment.asked].filter((action) => !patterns.some((one) => one.test(action)))).toEqual([]);
});
