import type { Channel } from '../../../lib/contract/documents/publication';
import type { TrialPipeline } from '../../../lib/core/prove/trial-ports';
import { BAKED_AMI, PLAIN_AMI, PUBLISHED, TrialLab } from '../../support/trial-lab';
import { GOOD_AMI } from '../../../sim/aws/fleet/ami-behaviour';

/** A plain host pulls what a baked one has. */
const slowPlain = (amiId: string) => (amiId === PLAIN_AMI ? { ...GOOD_AMI, slowerBySeconds: 300 } : GOOD_AMI);

test('a trial bakes, rolls a fleet of its own, measures plain and baked hosts, and leaves nothing', async () => {
  const lab = new TrialLab({ behaviourOf: slowPlain });
  const before = lab.untouched;
  const { bake, removal, rollout } = await lab.run();
  expect(bake).toMatchObject({ outcome: 'published', publication: PUBLISHED, minutes: 60 });
  expect(rollout).toMatchObject({ outcome: 'finished' });
  const of = (publication: string | null) =>
    rollout!.starts.filter((one) => one.publication === publication).map(({ firstTask }) => firstTask);
  expect(of(null)).toEqual([900, 900]);
  expect(of(PUBLISHED.id)).toEqual([600, 600]);
  expect(removal).toMatchObject({ failures: [], taken: [expect.any(String), expect.any(String)] });
  expect(lab.left).toEqual([]);
  expect(lab.untouched).toEqual(before);
});

test('what it shows is read while its fleet runs what was baked', async () => {
  const lab = new TrialLab();
  await lab.run();
  expect(lab.collected).toMatchObject({ rollout: { outcome: 'finished' }, instances: 2 });
  expect(lab.changes.indexOf('StartInstanceRefresh')).toBeGreaterThan(lab.changes.indexOf('CreateStack'));
});

test('all that it makes has its tag', async () => {
  const tags: unknown[] = [];
  const lab = new TrialLab({
    onChange: (operation, { fleets }) => {
      if (operation === 'DeleteAutoScalingGroup') {
        tags.push(
          ...fleets.groupsAt({ account: '111111111111', region: 'eu-central-1' }).map((one) => one.tags),
        );
      }
    },
  });
  const { id } = await lab.run();
  expect(tags).toContainEqual(expect.objectContaining({ 'winbake:prove': id, 'winbake:pipeline': 'web' }));
});

describe('cut off', () => {
  /** The calls of a plain day that change something. */
  let changes: readonly string[];
  beforeAll(async () => {
    const lab = new TrialLab();
    await lab.run();
    ({ changes } = lab);
  });

  test('there are calls to be cut off at', () => {
    expect(new Set(changes).size).toBeGreaterThan(7);
  });

  /** Runs a trial in which something happens before one of these calls. */
  async function cutAt(index: number, cut: (lab: TrialLab) => void, signal?: AbortSignal) {
    let isCut = false;
    const lab: TrialLab = new TrialLab({
      onChange: () => {
        if (!isCut && lab.changes.length === index) {
          isCut = true;
          cut(lab);
        }
      },
    });
    const before = lab.untouched;
    const ended = await lab.run(signal).catch((error: unknown) => error);
    expect(isCut).toBe(true);
    return { lab, ended, before };
  }

  test('before any call, or after the one before it, another computer takes all away and nothing else', async () => {
    const leaving: string[] = [];
    for (const [index, name] of changes.entries()) {
      const { before, lab } = await cutAt(index, (one) => {
        one.isDead = true;
      });
      leaving.push(...(lab.left.length > 0 ? [name] : []));
      await lab.clean();
      expect([name, lab.left, lab.untouched]).toEqual([name, [], before]);
    }
    expect(leaving.length).toBeGreaterThan(5);
  });

  test('by a signal it takes all away itself', async () => {
    // From then on nothing waits for a signal any more.
    const removal = changes.lastIndexOf('CancelInstanceRefresh');
    for (const [index, name] of changes.entries()) {
      const controller = new AbortController();
      const reason = new Error('Ended by SIGINT.');
      const abort = () => {
        controller.abort(reason);
      };
      const { before, ended, lab } = await cutAt(index, abort, controller.signal);
      expect([name, lab.left, lab.untouched]).toEqual([name, [], before]);
      expect([name, ended === reason]).toEqual([name, index < removal]);
    }
  });

  test.each([0, 35, 61, 65, 75, 85, 92, 94])(
    'AWS answers nothing for five minutes from minute %s on, and nothing is left',
    async (from) => {
      const lab = new TrialLab({
        onCall: (minutes) => {
          if (minutes >= from && minutes < from + 5) {
            throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
          }
        },
      });
      await lab.run().catch(() => undefined);
      expect(lab.left).toEqual([]);
    },
  );
});

describe('a bake', () => {
  const idle = { latest: PUBLISHED, equal: null, rebake: 'idle', why: 'The disk is full.' } as const;
  const at = (minutes: number) => new Date(Date.parse(PUBLISHED.at) + minutes * 60_000).toISOString();

  test.each<[string, string, (minutes: number) => TrialPipeline]>([
    ['that fails is said with the reason', 'failed', () => idle],
    ['that takes too long goes on without the trial', 'late', () => ({ ...idle, rebake: 'baking' })],
  ])('%s', async (_what, outcome, pipelineAfter) => {
    const lab = new TrialLab({ pipelineAfter });
    const { bake, removal, rollout } = await lab.run();
    expect({ bake, removal, rollout }).toMatchObject({
      ...{ bake: { outcome, reason: 'The disk is full.' }, removal: null, rollout: null },
    });
    expect(lab.changes).toEqual(['orderBake']);
    expect(lab.collected).toMatchObject({ rollout: null });
  });

  test.each<[string, Channel | null, Channel]>([
    ['goes back', PUBLISHED, { ...PUBLISHED, id: '20348.4294-0', at: at(-60) }],
    ['shows the plain AMI first', null, { ...PUBLISHED, id: '20348.0-0', mode: 'unbaked' }],
  ])('has published nothing where the channel %s', async (_what, before, after) => {
    const pipelineAfter = (minutes: number) => ({ ...idle, latest: minutes < 5 ? before : after });
    const { bake, rollout } = await new TrialLab({ pipelineAfter }).run();
    expect({ bake, rollout }).toMatchObject({ bake: { outcome: 'failed' }, rollout: null });
  });

  test.each([
    ['that came out equal leaves what it equals to be rolled', 30, 'equal'],
    ['that came out equal before this one was ordered says nothing of it', -30, 'failed'],
  ])('%s', async (_what, minutes, outcome) => {
    const equal = { publication: PUBLISHED.id, at: at(minutes) };
    const pipelineAfter = (now: number) =>
      ({
        ...idle,
        rebake: now < minutes ? 'baking' : 'idle',
        equal: now < minutes ? null : equal,
      }) as const;
    const { bake, rollout } = await new TrialLab({ pipelineAfter }).run();
    expect(bake.outcome).toBe(outcome);
    expect(rollout !== null).toBe(outcome === 'equal');
  });
});

describe('a fleet', () => {
  test('whose stack cannot be made is taken away, and what failed is said', async () => {
    const lab = new TrialLab({
      createFailure: {
        ...{ logicalId: 'SecurityGroup', type: 'AWS::EC2::SecurityGroup' },
        // https://github.com/aerospike/aws-cloudformation/issues/24
        reason: 'No default VPC for this user (Service: AmazonEC2; Error Code: VPCIdNotSpecified)',
      },
    });
    await expect(lab.run()).rejects.toThrow(
      /got: 'CREATE_FAILED SecurityGroup: No default VPC for this user .*say --subnets and --security-group/,
    );
    expect(lab.left).toEqual([]);
  });

  test('whose plain hosts run no task is not rolled, and taken away', async () => {
    const lab = new TrialLab({ behaviourOf: () => ({ host: 'registers', tasks: 'none' }) });
    const { rollout } = await lab.run();
    expect(rollout).toMatchObject({
      outcome: 'plain',
      reason:
        '0 of 2 plain hosts ran their first task in time, and nothing was rolled: do they reach ECS and the registry?',
    });
    expect(lab.changes).not.toContain('StartInstanceRefresh');
    expect(lab.left).toEqual([]);
  });

  test.each([
    ['on which no task starts goes back', { host: 'registers', tasks: 'fail' }],
    ['that does not boot goes back, or is given up', { host: 'hangs', tasks: 'none' }],
  ] as const)('%s', async (_what, bad) => {
    const lab = new TrialLab({ behaviourOf: (amiId) => (amiId === BAKED_AMI ? bad : GOOD_AMI) });
    const { rollout } = await lab.run();
    expect(rollout?.outcome).not.toBe('finished');
    expect(rollout?.reason).toMatch(/\w/);
    expect(lab.left).toEqual([]);
  });
});

describe('to take it away', () => {
  const FAILED = 'The following resource(s) failed to delete: [Cluster]. ';

  test('is tried again, and why it failed is kept', async () => {
    const lab = new TrialLab({ deleteFailures: [FAILED, FAILED] });
    const { removal } = await lab.run();
    expect(removal?.failures).toEqual([FAILED, FAILED]);
    expect(lab.left).toEqual([]);
  });

  test('where it cannot be, the message names the money and the way out', async () => {
    const lab = new TrialLab({ deleteFailures: Array.from({ length: 500 }, () => FAILED) });
    await expect(lab.run()).rejects.toThrow(
      /still there, and costs money; got: 'winbake-prove-.*\[Cluster\].*winbake prove web --clean/,
    );
    expect(lab.left.length).toBeGreaterThan(0);
  });

  test('another trial is waited for, before anything is ordered', async () => {
    const lab = new TrialLab({
      onChange: (operation) => {
        lab.isDead = operation === 'StartInstanceRefresh';
      },
    });
    await lab.run().catch(() => undefined);
    lab.isDead = false;
    const before = lab.changes.length;
    await expect(lab.run()).rejects.toThrow(/A trial of web is there since .*winbake prove web --clean/);
    expect(lab.changes.length).toBe(before);
  });
});
