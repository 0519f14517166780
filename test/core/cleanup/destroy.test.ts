import {
  applyDestroy,
  type DestroyedPipeline,
  type Leftovers,
  type OrphanedImage,
  type OrphanedKey,
  type OrphanedParameter,
  readDestroyPlan,
} from '../../../lib/core/cleanup/destroy';
import type { AmiUse, BakedAmi } from '../../../lib/core/ports/amis';
import { Mortal } from '../../support/mortal-ports';

const OWN = '111122223333';
const OTHER = '444455556666';
const REGION = 'eu-central-1';
const DESTROYED: DestroyedPipeline = {
  pipeline: '2022-core',
  parameterPrefix: '/winbake',
  account: OWN,
  region: REGION,
  regions: [REGION, 'eu-west-1'],
  nothingElsewhere: false,
};

function ami(number: number, more: Partial<BakedAmi> = {}): BakedAmi {
  return {
    region: REGION,
    amiId: `ami-0000000${number}`,
    publication: `20348.${number}-1`,
    createdAt: new Date('2026-01-01T00:00:00Z'),
    deprecatedAt: undefined,
    lastLaunchedAt: undefined,
    sharedWith: [],
    ...more,
  };
}

/** An account with all that a deleted stack leaves. */
class Account implements Leftovers {
  part: string | undefined;
  uses: AmiUse[] = [];
  shut = new Set<string>([OTHER]);
  amis: BakedAmi[] = [ami(1), ami(2), ami(3, { region: 'eu-west-1' })];
  parameters: OrphanedParameter[] = [REGION, 'eu-west-1'].map((region) => ({
    region,
    name: '/winbake/2022-core/current/publication',
    value: '{"amiId":"ami-00000002"}',
  }));
  left = {
    buckets: ['bucket'],
    logGroups: ['/aws/imagebuilder/winbake-2022-core'],
    images: [{ arn: 'arn:image/1', amiIds: ['ami-00000001'] }] as OrphanedImage[],
    bakeDocuments: [
      'arn:aws:imagebuilder:eu-central-1:111122223333:component/winbake-2022-core-update-0a1b2c3d/1.0.0/1',
      'arn:aws:imagebuilder:eu-central-1:111122223333:workflow/test/winbake-2022-core-test-0a1b2c3d/1.0.0/1',
    ],
    keys: [{ keyId: 'key', encrypts: [], otherAccounts: [] }] as OrphanedKey[],
  };

  deployed = () => Promise.resolve(this.part);
  amisIn = (region: string) => Promise.resolve(this.amis.filter((one) => one.region === region));
  usesIn = ({ account, region }: { account: string; region: string }) =>
    account !== OWN && this.shut.has(account)
      ? Promise.reject(new Error('AccessDenied'))
      : Promise.resolve(account === OWN ? this.uses.filter((use) => use.region === region) : []);
  parametersIn = (region: string) => Promise.resolve(this.parameters.filter((one) => one.region === region));
  buckets = () => Promise.resolve(this.left.buckets);
  logGroups = () => Promise.resolve(this.left.logGroups);
  images = () => Promise.resolve(this.left.images);
  bakeDocuments = () => Promise.resolve(this.left.bakeDocuments);
  keys = () => Promise.resolve(this.left.keys);
  remove = (region: string, amiId: string) => {
    this.amis = this.amis.filter((one) => one.region !== region || one.amiId !== amiId);
    return Promise.resolve();
  };
  deleteParameter = ({ name, region }: OrphanedParameter) => {
    this.parameters = this.parameters.filter((one) => one.region !== region || one.name !== name);
    return Promise.resolve();
  };
  deleteBucket = (name: string) => this.drop('buckets', (one) => one === name);
  deleteLogGroup = (name: string) => this.drop('logGroups', (one) => one === name);
  deleteImage = (arn: string) => this.drop('images', (one) => one.arn === arn);
  deleteBakeDocument = (arn: string) => this.drop('bakeDocuments', (one) => one === arn);
  scheduleKeyDeletion = (keyId: string) => this.drop('keys', (one) => one.keyId === keyId);

  whole() {
    return { amis: this.amis, parameters: this.parameters, ...this.left };
  }

  private drop<K extends keyof Account['left']>(
    kind: K,
    is: (one: Account['left'][K][number]) => boolean,
  ): Promise<void> {
    const all = this.left[kind] as Account['left'][K][number][];
    this.left = { ...this.left, [kind]: all.filter((one) => !is(one)) };
    return Promise.resolve();
  }
}

async function lines(account: Account, more: Partial<DestroyedPipeline> = {}) {
  const plan = await readDestroyPlan(account, { ...DESTROYED, ...more });
  return plan.map(({ action, id, kind, reasons }) => `${action} ${kind} ${id}: ${reasons.join('; ')}`);
}

async function destroy(leftovers: Leftovers) {
  await applyDestroy(leftovers, DESTROYED, await readDestroyPlan(leftovers, DESTROYED));
}

test('what nothing uses goes, in every region, the key last', async () => {
  expect(await lines(new Account())).toEqual([
    'remove AMI ami-00000001: 20348.1-1; nothing uses it',
    'remove AMI ami-00000002: 20348.2-1; nothing uses it',
    'remove AMI ami-00000003: 20348.3-1; nothing uses it',
    'remove image arn:image/1: its AMIs are gone or go',
    expect.stringMatching(/^remove component arn:\S+update-0a1b2c3d\S+: no bake can use it any more$/),
    expect.stringMatching(/^remove workflow arn:\S+test-0a1b2c3d\S+: no bake can use it any more$/),
    'remove parameter /winbake/2022-core/current/publication: no fleet follows it',
    'remove parameter /winbake/2022-core/current/publication: no fleet follows it',
    'remove log group /aws/imagebuilder/winbake-2022-core: nothing writes to it any more',
    'remove bucket bucket: with every version of every object; nothing can bring it back',
    'remove key key: deleted after 30 days, and can be kept until then',
  ]);
  const account = new Account();
  await destroy(account);
  expect(account.whole()).toEqual({
    amis: [],
    parameters: [],
    buckets: [],
    logGroups: [],
    images: [],
    bakeDocuments: [],
    keys: [],
  });
});

test('an instance keeps its AMI, and with it the record, the bucket and the key', async () => {
  const account = new Account();
  account.uses = [{ region: REGION, amiId: 'ami-00000001', by: 'instance i-1' }];
  const all = await lines(account);
  expect(all.filter((line) => line.startsWith('keep'))).toEqual([
    'keep AMI ami-00000001: used by instance i-1',
    'keep image arn:image/1: ami-00000001 stays',
    'keep bucket bucket: ami-00000001 stays',
    'keep key key: ami-00000001 stays',
  ]);
});

test("the pipeline's own channels keep nothing, a fleet that follows them keeps both", async () => {
  const account = new Account();
  account.uses = [
    { region: REGION, amiId: 'ami-00000002', by: 'parameter /winbake/2022-core/current/publication' },
    { region: REGION, amiId: 'ami-00000001', by: 'parameter /winbake/2022-core-b/latest/publication' },
  ];
  expect((await lines(account)).filter((line) => line.startsWith('keep'))).toEqual([
    'keep AMI ami-00000001: used by parameter /winbake/2022-core-b/latest/publication',
    expect.stringContaining('keep image'),
    expect.stringContaining('keep bucket'),
    expect.stringContaining('keep key'),
  ]);
  account.uses = [{ region: REGION, amiId: 'ami-00000002', by: 'parameter /winbake/fleets/shop/state' }];
  expect((await lines(account)).filter((line) => line.includes(' parameter ')).sort()).toEqual([
    'keep AMI ami-00000002: used by parameter /winbake/fleets/shop/state',
    'keep parameter /winbake/2022-core/current/publication: followed by the fleet shop',
    'remove parameter /winbake/2022-core/current/publication: no fleet follows it',
  ]);
});

test('an account that cannot be looked at keeps what was shared with it, until a person has looked', async () => {
  const account = new Account();
  account.amis = [ami(1, { sharedWith: [OTHER] })];
  account.left.keys = [{ keyId: 'key', encrypts: ['vol-1'], otherAccounts: [OTHER] }];
  expect((await lines(account)).filter((line) => line.startsWith('keep'))).toEqual([
    `keep AMI ami-00000001: shared with ${OTHER}, whose uses could not be read: AccessDenied`,
    'keep image arn:image/1: ami-00000001 stays',
    'keep bucket bucket: ami-00000001 stays',
    `keep key key: ami-00000001 stays; it encrypts vol-1; volumes of ${OTHER} may need it, which cannot be seen from here`,
  ]);
  expect(
    (await lines(account, { nothingElsewhere: true })).filter((line) => line.startsWith('keep')),
  ).toEqual(['keep key key: it encrypts vol-1']);
  account.shut.clear();
  expect((await lines(account))[0]).toBe('remove AMI ami-00000001: 20348.1-1; nothing uses it');
});

test('while the stack is there nothing goes, also where it came back after the plan', async () => {
  const account = new Account();
  const plan = await readDestroyPlan(account, DESTROYED);
  account.part = 'the function winbake-2022-core-operate';
  const refused =
    'The pipeline 2022-core is still deployed: there is the function winbake-2022-core-operate.';
  await expect(readDestroyPlan(account, DESTROYED)).rejects.toThrow(refused);
  await expect(applyDestroy(account, DESTROYED, plan)).rejects.toThrow(refused);
  expect(account.whole()).toEqual(new Account().whole());
});

test('where the own account cannot be read nothing goes', async () => {
  const account = new Account();
  account.usesIn = () => Promise.reject(new Error('AccessDenied'));
  await expect(destroy(account)).rejects.toThrow('AccessDenied');
  expect(account.whole()).toEqual(new Account().whole());
});

test('ended after any call and run again, it leaves what one run leaves', async () => {
  const used: AmiUse[] = [{ region: REGION, amiId: 'ami-00000002', by: 'instance i-1' }];
  const run = async (diesAfter: number) => {
    const account = new Account();
    account.uses = used;
    const mortal = new Mortal(diesAfter);
    await destroy(mortal.port(account)).catch(() => undefined);
    if (mortal.isDead) {
      await destroy(account);
    }
    return { calls: mortal.calls, left: account.whole() };
  };
  const whole = await run(Infinity);
  expect(whole.left.amis.map(({ amiId }) => amiId)).toEqual(['ami-00000002']);
  for (let calls = 1; calls < whole.calls; calls += 1) {
    expect((await run(calls)).left).toEqual(whole.left);
  }
});
