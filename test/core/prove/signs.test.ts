import { CLAIMS } from '../../../lib/core/claims/claims';
import type { ProofFacts, SeenAnswer, SeenFleet, SeenGroup } from '../../../lib/core/prove/facts';
import { prove } from '../../../lib/core/prove/prove';
import { TrialLab } from '../../support/trial-lab';
import { activityAt, bakeWith, EMPTY, fleetWith, refreshWith } from '../../support/proof-facts';

function verdictOf(id: string, facts: Partial<ProofFacts>): string | undefined {
  const claims = CLAIMS.filter((claim) => claim.id === id);
  return prove({ ...EMPTY, ...facts }, claims)[0]?.verdict;
}

const ARN = bakeWith({}).arn;
const BAKED = { seen: { id: 'p-2', at: '2025-12-09T20:00:00Z', imageBuildVersionArn: ARN, amiId: 'ami-2' } };
const UNBAKED = { seen: { ...BAKED.seen, imageBuildVersionArn: null } };

/** A step that failed with a message. */
const failed = (name: string, action: string, message: string) => ({
  ...{ name, action, message, status: 'FAILED', outputs: '' },
});

/** A bake with one more step in its build. */
function bakeWithStep(step: ReturnType<typeof failed>, status: string, reason = '') {
  const bake = bakeWith({ status, reason });
  const [build] = 'seen' in bake.workflows ? bake.workflows.seen : [];
  return { ...bake, workflows: { seen: [{ ...build!, steps: [...build!.steps, step] }] } };
}

describe('execution-policy-is-enough', () => {
  const DENIED = 'arn:aws:sts::1:assumed-role/x is not authorized to perform: s3:GetObject';

  test('what an instance may not do in a component says nothing of the execution role', () => {
    const bake = bakeWithStep(
      failed('ApplyBuildComponents', 'ExecuteComponents', DENIED),
      'FAILED',
      `The step ApplyBuildComponents failed: ${DENIED}`,
    );
    expect(verdictOf('execution-policy-is-enough', { bakes: { seen: [bake] } })).toBe('notSeen');
  });

  test('a denial of another step speaks against it', () => {
    const bake = bakeWithStep(failed('CreateOutputAMI', 'CreateImage', DENIED), 'FAILED');
    expect(verdictOf('execution-policy-is-enough', { bakes: { seen: [bake] } })).toBe('fails');
  });

  test('an image whose steps are not listed shows no lack of denials', () => {
    const bake = bakeWith({ workflows: { seen: [] } });
    expect(verdictOf('execution-policy-is-enough', { bakes: { seen: [bake] } })).toBe('notSeen');
  });
});

describe('key-statements-are-enough', () => {
  const snapshot = (isEncrypted: boolean) => ({ seen: [{ id: 'snap-1', isEncrypted, tags: {} }] });
  const id = 'key-statements-are-enough';
  const bakes = { seen: [bakeWith({})] };

  test.each([
    ['the bake behind the snapshots holds', 'holds', { latest: BAKED, snapshots: snapshot(true) }],
    ['an AMI that is not encrypted needed no key', 'notSeen', { latest: BAKED, snapshots: snapshot(false) }],
    [
      'snapshots of another bake say nothing of this one',
      'notSeen',
      {
        latest: { seen: { ...BAKED.seen, imageBuildVersionArn: 'arn:other' } },
        snapshots: snapshot(true),
      },
    ],
    ['no account beside its own', 'notSeen', { latest: BAKED, snapshots: snapshot(true), accounts: [] }],
  ])('%s', (_what, verdict, facts) => {
    expect(verdictOf(id, { bakes, ...facts })).toBe(verdict);
  });

  test('a denial of a key is found behind another one', () => {
    const message = 'not authorized to perform: kms:CreateGrant';
    const bake = bakeWithStep(
      failed('CreateOutputAMI', 'CreateImage', message),
      'FAILED',
      'x is not authorized to perform: ec2:CreateTags',
    );
    expect(verdictOf(id, { bakes: { seen: [bake] }, latest: BAKED, snapshots: snapshot(true) })).toBe(
      'fails',
    );
  });
});

describe('document-keys-have-no-line-break', () => {
  const id = 'document-keys-have-no-line-break';
  const named = (key: string) => ({
    bakes: { seen: [bakeWith({})] },
    manifests: { seen: [{ key, text: '' }] },
  });

  test.each([
    ['manifests/AROA:i-0aaaaaaaaaaaaaaaa.json', 'holds'],
    ['manifests/AROA:i-0aaaaaaaaaaaaaaaa\r\n.json', 'fails'],
    ['manifests/AROA:i-0bbbbbbbbbbbbbbbb.json', 'notSeen'],
  ])('%j: %s', (key, verdict) => {
    expect(verdictOf(id, named(key))).toBe(verdict);
  });

  test('a launch that names no instance has no key', () => {
    const launch = {
      name: 'Launch',
      action: 'LaunchInstance',
      status: 'COMPLETED',
      message: '',
      outputs: '',
    };
    const build = { type: 'BUILD', status: 'COMPLETED', startTime: '', endTime: '', steps: [launch] };
    const bakes = { seen: [bakeWith({ workflows: { seen: [build] } })] };
    const manifests = { seen: [{ key: 'manifests/AROA:without an instance.json', text: '' }] };
    expect(verdictOf(id, { bakes, manifests })).toBe('notSeen');
  });
});

describe('scripts-run-on-powershell-5', () => {
  test.each([
    ['of a newer Winbake', '{"schema":"winbake.image-manifest/2"}', 'notSeen'],
    ['of an older Winbake', '{"schema":"winbake.image-manifest/0"}', 'notSeen'],
    ['of another kind', '{"schema":"winbake.failure/1"}', 'fails'],
    ['of no kind', '{"schema":7}', 'fails'],
    ['that is cut off', '{"schema":"winbake.image-manifest/1"', 'fails'],
  ])('a manifest %s', (_what, text, verdict) => {
    const manifests = { seen: [{ key: 'manifests/a.json', text }] };
    expect(verdictOf('scripts-run-on-powershell-5', { manifests })).toBe(verdict);
  });
});

describe('the answers of calls that only ask', () => {
  const answered = (name: keyof ProofFacts['answers'], answer: SeenAnswer): Partial<ProofFacts> => ({
    answers: { ...EMPTY.answers, [name]: { seen: answer } },
  });

  test.each([
    [null, 'holds'],
    ['InvalidParameterException', 'fails'],
    ['ClusterNotFoundException', 'notSeen'],
    ['ServerException', 'notSeen'],
    ['ClientException', 'notSeen'],
    ['LimitExceededException', 'notSeen'],
  ])('a query of a hundred ids that ends with %s', (error, verdict) => {
    const facts = answered('hundredIds', { error, text: 'what it says' });
    expect(verdictOf('ecs-filters-by-a-hundred-ids', facts)).toBe(verdict);
  });

  test('an account that is blocked says nothing of versions by number', () => {
    const facts = answered('versionsByNumber', { error: 'Blocked', text: 'Your account is blocked.' });
    expect(verdictOf('ec2-words-of-versions-by-number', facts)).toBe('notSeen');
  });
});

describe('what an event was sent for', () => {
  test('housekeeping that has written nothing yet shows no refusal', () => {
    expect(verdictOf('events-source-is-a-condition', { latest: BAKED })).toBe('notSeen');
  });
});

const GROUP: SeenGroup = {
  ...{ name: 'g', desired: 2, max: 2, protectsInstances: true, mixed: null, hasPoolConfiguration: false },
  instances: [],
};
const BEFORE = activityAt(-5, {});
const LAUNCH = activityAt(1, {});
const TERMINATE = activityAt(2, { kind: 'terminate' });

/** The facts of one fleet. */
function ofFleet(changes: Partial<SeenFleet>): Partial<ProofFacts> {
  const group = { seen: GROUP };
  const refreshes = { seen: [refreshWith({})] };
  const activities = { seen: [TERMINATE, LAUNCH, BEFORE] };
  return { fleets: { seen: [fleetWith({ group, refreshes, activities, ...changes })] } };
}

/** A refresh a week before that one, of the same kind. */
const OLDER = refreshWith({
  ...{ id: 'refresh-0', startedAt: '2025-12-03T00:00:00.000Z', endedAt: '2025-12-03T04:00:00.000Z' },
});
const UNDER_WAY = refreshWith({ status: 'InProgress', endedAt: null, percentage: 50 });

describe('refresh-takes-protected-instances', () => {
  const id = 'refresh-takes-protected-instances';

  test('holds where an instance was terminated', () => {
    expect(verdictOf(id, ofFleet({}))).toBe('holds');
  });

  test.each<[string, Partial<SeenFleet>]>([
    ['none was terminated', { activities: { seen: [LAUNCH, BEFORE] } }],
    [
      'none could be terminated',
      { activities: { seen: [{ ...TERMINATE, status: 'Failed' }, LAUNCH, BEFORE] } },
    ],
    ['one was terminated before', { activities: { seen: [LAUNCH, { ...BEFORE, kind: 'terminate' }] } }],
    ['the list may be cut off', { activities: { seen: [TERMINATE, LAUNCH] } }],
    ['a newer refresh is under way', { refreshes: { seen: [UNDER_WAY, OLDER] } }],
  ])('is not seen where %s', (_what, changes) => {
    expect(verdictOf(id, ofFleet(changes))).toBe('notSeen');
  });
});

describe('launches-first-at-maximum', () => {
  const id = 'launches-first-at-maximum';

  test('is settled by the first activity of the newest refresh', () => {
    expect(verdictOf(id, ofFleet({}))).toBe('holds');
    const first = activityAt(0.5, { kind: 'terminate' });
    expect(verdictOf(id, ofFleet({ activities: { seen: [LAUNCH, first, BEFORE] } }))).toBe('fails');
  });

  test.each<[string, Partial<SeenFleet>]>([
    ['the list may be cut off', { activities: { seen: [TERMINATE, LAUNCH] } }],
    ['the group was another one in an older refresh', { refreshes: { seen: [UNDER_WAY, OLDER] } }],
    [
      'somebody has changed its capacity since',
      { activities: { seen: [activityAt(9, { cause: 'a user request ...' }), TERMINATE, LAUNCH, BEFORE] } },
    ],
  ])('is not seen where %s', (_what, changes) => {
    expect(verdictOf(id, ofFleet(changes))).toBe('notSeen');
  });
});

describe('mixed-policy-goes-back-whole', () => {
  test('an older refresh brought what the group had then', () => {
    const group = { seen: { ...GROUP, mixed: 'now' } };
    const refreshes = { seen: [refreshWith({ mixed: 'now' }), { ...OLDER, mixed: 'then' }] };
    expect(verdictOf('mixed-policy-goes-back-whole', ofFleet({ group, refreshes }))).toBe('holds');
  });
});

describe('refresh-reason-holds-the-code', () => {
  const id = 'refresh-reason-holds-the-code';
  const refused = activityAt(1, { status: 'Failed', message: 'InsufficientInstanceCapacity: none is left.' });
  const endedWith = (reason: string) => ({
    refreshes: { seen: [refreshWith({ status: 'Failed', percentage: 0, reason })] },
  });

  test.each([
    ['InsufficientInstanceCapacity in eu-central-1a', 'holds'],
    ['It failed.', 'fails'],
  ])('%s: %s', (reason, verdict) => {
    expect(verdictOf(id, ofFleet({ ...endedWith(reason), activities: { seen: [refused, BEFORE] } }))).toBe(
      verdict,
    );
  });

  test('is not seen where the list may be cut off', () => {
    expect(verdictOf(id, ofFleet({ ...endedWith('It failed.'), activities: { seen: [refused] } }))).toBe(
      'notSeen',
    );
  });
});

describe('second-refresh-skips-the-new', () => {
  const id = 'second-refresh-skips-the-new';
  const stopped = { ...OLDER, status: 'Cancelled' };
  const launches = [LAUNCH, activityAt(-100, {})];
  const long = activityAt(-500, {});

  test.each<[string, string, Partial<SeenFleet>]>([
    ['each instance was launched once', 'holds', { activities: { seen: [...launches, long] } }],
    ['the list may be cut off', 'notSeen', { activities: { seen: launches } }],
    [
      'both are old, and the group may have been another one',
      'notSeen',
      {
        refreshes: { seen: [UNDER_WAY, refreshWith({}), stopped] },
        activities: { seen: [...launches, long] },
      },
    ],
  ])('%s: %s', (_what, verdict, changes) => {
    expect(verdictOf(id, ofFleet({ refreshes: { seen: [refreshWith({}), stopped] }, ...changes }))).toBe(
      verdict,
    );
  });
});

describe('hosts that joined', () => {
  const abandoned = activityAt(1, { status: 'Failed', message: 'The lifecycle action was abandoned.' });
  const none = { hosts: { seen: [] }, group: { seen: GROUP } };

  test.each(['agent-takes-the-switches', 'ec2launch-v2-is-ready-again'])(
    '%s: abandoned launches speak against it after a baked AMI alone',
    (id) => {
      const facts = ofFleet({ ...none, activities: { seen: [abandoned] } });
      expect(verdictOf(id, { ...facts, latest: BAKED })).toBe('fails');
      expect(verdictOf(id, { ...facts, latest: UNBAKED })).toBe('notSeen');
      expect(verdictOf(id, { ...facts, latest: { seen: null } })).toBe('notSeen');
      const before = ofFleet({
        ...none,
        activities: { seen: [{ ...abandoned, startedAt: BEFORE.startedAt }] },
      });
      expect(verdictOf(id, { ...before, latest: BAKED })).toBe('notSeen');
    },
  );
});

describe('what taking a fleet away shows', () => {
  const failed = (logicalId: string) => `The following resource(s) failed to delete: [${logicalId}]. `;
  const of = async (deleteFailures: readonly string[]) =>
    (await new TrialLab({ deleteFailures }).run()).removal;

  test.each([
    ['holds', 'hosts-deregister-in-time', []],
    ['holds', 'force-delete-takes-all', []],
    ['fails', 'hosts-deregister-in-time', [failed('Cluster')]],
    ['fails', 'force-delete-takes-all', [failed('Group')]],
    ['notSeen', 'hosts-deregister-in-time', [failed('SecurityGroup')]],
    ['notSeen', 'force-delete-takes-all', [failed('SecurityGroup')]],
  ])('%s: %s with the failures %j', async (verdict, id, failures) => {
    expect(verdictOf(id, { trial: await of(failures) })).toBe(verdict);
  });

  test.each(['hosts-deregister-in-time', 'force-delete-takes-all'])(
    '%s is not seen without a trial, nor where there was no instance',
    (id) => {
      expect(verdictOf(id, { trial: null })).toBe('notSeen');
      expect(verdictOf(id, { trial: { stack: 'x', taken: [], failures: [] } })).toBe('notSeen');
    },
  );
});
