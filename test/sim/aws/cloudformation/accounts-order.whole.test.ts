import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { deliverEverywhere } from '../../../../lib/core/publish/deliver';
import { accountRoleName, functionRoleName } from '../../../../lib/contract/names/resources';
import {
  WindowsAmi,
  WindowsAmiAccount,
  WindowsAmiPipeline,
  WindowsCapacityProvider,
  WindowsOs,
} from '../../../../lib/index';
import { memoryDocuments } from '../../../support/memory-ports';
import { channelsAt, DESCRIPTION, PATH, publicationAt, UNBAKED } from '../../../support/pipeline-description';
import { SimulatedAccounts } from '../../../support/simulated-accounts';

const os = WindowsOs.SERVER_2022_CORE;
const [HOME, SHOP, BANK] = ['111111111111', '222222222222', '333333333333'] as const;
const region = 'eu-central-1';
const BAKED = publicationAt(4294, '2025-10-14T22:31:00.000Z');
const PUBLISHER = `arn:aws:iam::${HOME}:role/${functionRoleName('/winbake', '2022-core', 'publish', region)}`;
const description = {
  ...DESCRIPTION,
  account: HOME,
  accounts: [SHOP, BANK],
};

/** The app of a platform team that publishes to two accounts, each with a fleet. */
function stacks(): readonly Stack[] {
  const app = new App();
  const stackIn = (name: string, account: string) => new Stack(app, name, { env: { account, region } });
  const platform = stackIn('Platform', HOME);
  new WindowsAmiPipeline(platform, 'Pipeline', { os, distribution: { accounts: [SHOP, BANK] } });
  const others = [SHOP, BANK].flatMap((account) => {
    const ready = stackIn(`Account${account}`, account);
    new WindowsAmiAccount(ready, 'Winbake', { pipelineAccount: HOME, pipelines: [{ os }] });
    const fleet = stackIn(`Fleet${account}`, account);
    const cluster = new Cluster(fleet, 'Cluster', { vpc: new Vpc(fleet, 'Vpc', { maxAzs: 2 }) });
    new WindowsCapacityProvider(fleet, 'Windows', {
      cluster,
      ami: WindowsAmi.fromChannel({ os }),
    });
    return [ready, fleet];
  });
  return [platform, ...others];
}

const synthesized = stacks();

/** The accounts before the first deployment, and what the publishing function would do. */
function world() {
  const accounts = new SimulatedAccounts(synthesized, {
    [os.baseAmiParameter]: UNBAKED.amiId,
    '/cdk-bootstrap/hnb659fds/version': '30',
  });
  const documents = memoryDocuments();
  const deliver = async (caller = PUBLISHER) => {
    const ports = {
      documents,
      stores: accounts.storesOf(caller),
      now: () => new Date('2025-10-14T23:00:00Z'),
    };
    const { targets } = await deliverEverywhere(ports, description);
    return [SHOP, BANK].map((account) => targets[`${account}/${region}`]?.pending?.reason ?? 'delivered');
  };
  const publish = () => {
    for (const [name, value] of Object.entries(channelsAt({ latest: BAKED, current: BAKED }))) {
      accounts.of(HOME).values.set(name, value);
    }
  };
  const amiOf = (account: string) => accounts.of(account).values.get(`${PATH}/current/ami-id`);
  return { accounts, amiOf, deliver, publish };
}

test('both sides name the roles the same, without knowing each other', () => {
  const { accounts } = world();
  const named = (stack: string) =>
    Object.values(accounts.template(stack).Resources).flatMap(({ Properties: { RoleName } = {} }) =>
      typeof RoleName === 'string' ? [RoleName] : [],
    );
  expect(named(`Account${SHOP}`)).toEqual([accountRoleName('/winbake', region)]);
  expect(named('Platform')).toEqual(
    ['decide', 'publish', 'housekeeping', 'operate'].map((kind) =>
      functionRoleName('/winbake', '2022-core', kind, region),
    ),
  );
  expect(JSON.stringify(accounts.template('Platform'))).toContain(
    `:iam::${SHOP}:role/${accountRoleName('/winbake', region)}`,
  );
});

test('in the order pipeline, accounts, fleets every parameter is there before it is read', async () => {
  const { accounts, amiOf } = world();
  for (const { stackName } of synthesized) {
    await accounts.deploy(stackName);
  }
  expect([SHOP, BANK].map(amiOf)).toEqual([UNBAKED.amiId, UNBAKED.amiId]);
});

test('a fleet before its account fails in one sentence, and nothing of it is left', async () => {
  const { accounts } = world();
  await accounts.deploy('Platform');
  await expect(accounts.deploy(`Fleet${SHOP}`)).rejects.toThrow(
    `The parameter ${PATH}/current/publication does not exist; deploy the pipeline first, and in another account its WindowsAmiAccount.`,
  );
  const { events } = accounts.formation(SHOP);
  const counted = (action: string) => events.filter((event) => event.action === action).length;
  expect(counted('delete')).toBe(counted('create'));
});

test('a publication is pending until the account is there, and arrives at the next poll', async () => {
  const { accounts, amiOf, deliver, publish } = world();
  await accounts.deploy('Platform');
  publish();
  const refused = expect.stringContaining('is not authorized to perform: sts:AssumeRole') as string;
  expect(await deliver()).toEqual([refused, refused]);
  await accounts.deploy(`Account${SHOP}`);
  expect(amiOf(SHOP)).toBe(UNBAKED.amiId);
  expect(await deliver()).toEqual(['delivered', refused]);
  expect(amiOf(SHOP)).toBe(BAKED.amiId);
  await accounts.deploy(`Account${BANK}`);
  expect(await deliver()).toEqual(['delivered', 'delivered']);
});

test('who only decides is not let in', async () => {
  const { accounts, deliver, publish } = world();
  await accounts.deploy('Platform');
  await accounts.deploy(`Account${SHOP}`);
  publish();
  const [shop] = await deliver(PUBLISHER.replace('publish', 'decide'));
  expect(shop).toContain('sts:AssumeRole');
});

test('a seed writes only what is absent', async () => {
  const { accounts, amiOf, deliver, publish } = world();
  await accounts.deploy('Platform');
  await accounts.deploy(`Account${SHOP}`);
  publish();
  await deliver();
  const before = new Map(accounts.of(SHOP).values);
  await accounts.delete(`Account${SHOP}`);
  accounts.of(SHOP).values.delete(`${PATH}/previous/publication`);
  await accounts.deploy(`Account${SHOP}`);
  expect(amiOf(SHOP)).toBe(BAKED.amiId);
  expect([...accounts.of(SHOP).values].sort()).toEqual([...before].sort());
});

const right = [`Fleet${SHOP}`, `Account${SHOP}`, 'Platform'];
test.each([
  ['right', right],
  ['wrong', [...right].reverse()],
])('deleted in the %s order, no account loses what its fleets run', async (_name, order) => {
  const { accounts, deliver, publish } = world();
  for (const { stackName } of synthesized) {
    await accounts.deploy(stackName);
  }
  publish();
  await deliver();
  const values = new Map(accounts.of(SHOP).values);
  for (const stack of order) {
    await accounts.delete(stack);
  }
  expect(accounts.of(SHOP).values).toEqual(values);
  expect(keysOf(accounts)).toEqual([
    ['create', expect.stringContaining('AmiKey')],
    ['create', expect.stringContaining('TopicKey')],
    // Nothing that runs is encrypted with the key of notices.
    ['delete', expect.stringContaining('TopicKey')],
    ['retain', expect.stringContaining('AmiKey')],
  ]);
  expect((await deliver())[0]).toContain('sts:AssumeRole');
});

test('a second deployment of the pipeline adopts its channels, and takes no key from what runs', async () => {
  const { accounts, amiOf, deliver, publish } = world();
  for (const { stackName } of synthesized) {
    await accounts.deploy(stackName);
  }
  publish();
  await deliver();
  await accounts.delete('Platform');
  await accounts.deploy('Platform');
  expect([HOME, SHOP, BANK].map(amiOf)).toEqual([BAKED.amiId, BAKED.amiId, BAKED.amiId]);
  expect(await deliver()).toEqual(['delivered', 'delivered']);
  const ofAmis = keysOf(accounts).filter(([, id]) => id.includes('AmiKey'));
  expect(ofAmis.map(([action]) => action)).toEqual(['create', 'retain', 'create']);
});

/** What became of the keys of the pipeline's account. */
function keysOf(accounts: SimulatedAccounts): readonly (readonly [string, string])[] {
  return accounts
    .formation(HOME)
    .events.filter(({ type }) => type === 'AWS::KMS::Key')
    .map(({ action, logicalId }) => [action, logicalId] as const);
}
