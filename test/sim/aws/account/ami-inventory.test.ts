import { Amis } from '../../../../sim/aws/account/amis';
import { simulatedInventory } from '../../../../sim/aws/account/ami-inventory';
import { Parameters } from '../../../../sim/aws/account/stores';
import { VirtualClock } from '../../../../sim/clock/virtual-clock';
import { SimulatedFleet } from '../../../../sim/aws/fleet/simulated-fleet';
import type { Caller } from '../../../../sim/aws/iam/role-policies';
import { DESCRIPTION } from '../../../support/pipeline-description';
import { OMNIPOTENT } from '../../../support/stack-models';

const START = new Date('2025-10-14T18:00:00Z');
const TAGS = { 'winbake:pipeline': '2022-core', 'winbake:publication': '20348.4294-1' };

function lab(caller: Caller = OMNIPOTENT) {
  const pipeline = DESCRIPTION;
  const { region, account } = pipeline;
  const amis = new Amis(region);
  const [old, baked, foreign] = ['old', 'baked', 'foreign'].map((name) =>
    amis.create(name, name === 'foreign' ? {} : TAGS, START),
  );
  const parameters = new Parameters(amis, { account, region });
  const clock = new VirtualClock(START);
  const fleet = new SimulatedFleet({
    groupName: 'group',
    launchTemplateId: 'lt-1',
    cluster: 'shop',
    amiId: old!,
    instanceCount: 1,
    clock,
  });
  const inventory = simulatedInventory({ amis, parameters, fleets: [fleet], clock, pipeline }, caller);
  return { pipeline, amis, parameters, clock, fleet, inventory, old: old!, baked: baked!, foreign: foreign! };
}

test("the AMIs are the pipeline's that are there, with when they were started last", async () => {
  const { amis, baked, clock, inventory, old, pipeline } = lab();
  const coming = amis.create('coming', TAGS, new Date(START.getTime() + 60_000));
  const found = async () => (await inventory.amisIn(pipeline.region)).map(({ amiId }) => amiId);
  expect(await found()).toEqual([old, baked]);
  await clock.waitUntil(new Date(START.getTime() + 60_000));
  expect(await found()).toEqual([old, baked, coming]);
  const [first, second] = await inventory.amisIn(pipeline.region);
  expect(first).toMatchObject({ publication: '20348.4294-1', createdAt: START, lastLaunchedAt: START });
  expect(second).toMatchObject({ lastLaunchedAt: undefined, deprecatedAt: undefined });
  expect(await inventory.amisIn('ap-southeast-2')).toEqual([]);
});

test('instances, launch template versions, the group and parameters use AMIs', async () => {
  const { baked, fleet, inventory, old, parameters, pipeline } = lab();
  const { account, parameterPrefix, pipeline: name, region } = pipeline;
  parameters.publish(`${parameterPrefix}/${name}/current/publication`, JSON.stringify({ amiId: baked }));
  fleet.group.createVersion('1', baked);
  const uses = await inventory.usesIn({ account, region });
  expect(uses.map(({ amiId, by }) => `${amiId} ${by.replace(/ i-\w+/, '')}`)).toEqual([
    `${old} instance`,
    `${baked} launch template lt-1 version 2`,
    `${old} launch template lt-1 version 1`,
    `${old} Auto Scaling group group`,
    `${old} Auto Scaling group group`,
    `${baked} parameter ${parameterPrefix}/${name}/current/publication`,
  ]);
  await expect((async () => inventory.usesIn({ account: '999999999999', region }))()).rejects.toThrow(
    'does not model the account 999999999999',
  );
});

test('what is removed is gone, and its revision forgotten', async () => {
  const { amis, baked, clock, inventory, parameters, pipeline } = lab();
  const { account, parameterPrefix, pipeline: name, region } = pipeline;
  const revision = `${parameterPrefix}/${name}/by-revision/20348.4294`;
  parameters.publish(revision, JSON.stringify({ amiId: baked }));
  await inventory.deprecate(region, baked, START);
  expect((await inventory.amisIn(region)).find(({ amiId }) => amiId === baked)?.deprecatedAt).toBe(START);
  await inventory.forget({ account, region }, baked);
  expect(parameters.read(revision)).toBeUndefined();
  await inventory.remove(region, baked);
  expect((await inventory.amisIn(region)).map(({ amiId }) => amiId)).not.toContain(baked);
  expect(() => {
    amis.requireExisting(baked);
  }).toThrow(`InvalidAMIID.NotFound: the AMI ${baked} does not exist.`);
  expect(amis.all.find(({ id }) => id === baked)?.removedAt).toEqual(clock.now());
});

test('each call needs its right, and policies see the tags of AMIs and snapshots', async () => {
  const calls: string[] = [];
  const { baked, inventory, parameters, pipeline } = lab({
    name: 'role',
    require: (action, resource, context = {}) => {
      calls.push([action, resource, ...Object.entries(context).map((one) => one.join('='))].join(' '));
    },
  });
  const { account, parameterPrefix, pipeline: name, region } = pipeline;
  parameters.publish(`${parameterPrefix}/${name}/by-revision/20348.4294`, JSON.stringify({ amiId: baked }));
  await inventory.amisIn(region);
  await inventory.usesIn({ account, region });
  await inventory.forget({ account, region }, baked);
  await inventory.deprecate(region, baked, START);
  await inventory.remove(region, baked);
  const tags = Object.entries(TAGS).map(([key, value]) => `aws:ResourceTag/${key}=${value}`);
  const parameter = `arn:aws:ssm:${region}:${account}:parameter${parameterPrefix}`;
  expect(calls).toEqual([
    'ec2:DescribeImages *',
    'ec2:DescribeImageAttribute *',
    'ec2:DescribeInstances *',
    'ec2:DescribeLaunchTemplateVersions *',
    'autoscaling:DescribeAutoScalingGroups *',
    `ssm:GetParametersByPath ${parameter}`,
    `ssm:GetParametersByPath ${parameter}/${name}/by-revision`,
    `ssm:DeleteParameter ${parameter}/${name}/by-revision/20348.4294`,
    `ec2:EnableImageDeprecation arn:aws:ec2:${region}::image/${baked} ${tags.join(' ')}`,
    `ec2:DeregisterImage arn:aws:ec2:${region}::image/${baked} ${tags.join(' ')}`,
    expect.stringMatching(
      /^ec2:DeleteSnapshot arn:aws:ec2:[\w-]+::snapshot\/snap-\w{17} aws:ResourceTag\/CreatedBy=EC2 Image Builder$/,
    ),
  ]);
});
