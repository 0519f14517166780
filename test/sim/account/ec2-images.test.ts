import {
  EC2Client,
  CreateTagsCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  ModifyImageAttributeCommand,
} from '@aws-sdk/client-ec2';
import { ec2PipelineAmis } from '../../../lib/aws/ami-inventory';
import { ec2AmiTags } from '../../../lib/aws/image-builder';
import type { SimulatedImage } from '../../../sim/account/services/ec2-images';
import { SimulatedEc2 } from '../../../sim/account/services/ec2';
import { ACCOUNT, allow, failureOf, PLACE, REGION, startLab } from '../../support/simulated-accounts-lab';

let lab: ReturnType<typeof startLab>;
let ec2: SimulatedEc2;

beforeEach(() => {
  ec2 = new SimulatedEc2();
  lab = startLab({ more: [ec2] });
});

afterEach(() => {
  lab.end();
});

const EVERYTHING = [allow('*')];
const AMI = 'ami-00000000000000001';
const SNAPSHOT = 'snap-00000000000000001';
const AWAY = '210987654321';
const client = new EC2Client();
const inventory = ec2PipelineAmis((region) => new EC2Client({ region }), '2022-core');

function createImage(more: Partial<SimulatedImage> = {}, account = ACCOUNT): void {
  const id = more.id ?? AMI;
  const snapshotId = id.replace('ami-', 'snap-');
  ec2.images.create(
    { account, region: REGION },
    {
      id,
      name: `winbake ${id}`,
      createdAt: new Date('2026-10-01T00:00:00Z'),
      tags: { 'winbake:pipeline': '2022-core' },
      sharedWith: [],
      isPublic: false,
      snapshotIds: [snapshotId],
      ...more,
    },
    [{ id: snapshotId, isEncrypted: true, tags: { CreatedBy: 'EC2 Image Builder' } }],
  );
}

test('the inventory lists, deprecates and removes the AMIs of a pipeline', async () => {
  createImage({ sharedWith: [AWAY], hasFastLaunch: true });
  createImage({ id: 'ami-00000000000000002', tags: { 'winbake:pipeline': 'other' } });
  await lab.as(EVERYTHING, async () => {
    const [ami, ...others] = await inventory.amisIn(REGION);
    expect(others).toEqual([]);
    expect(ami).toMatchObject({ amiId: AMI, sharedWith: [AWAY], deprecatedAt: undefined });
    await inventory.deprecate(REGION, AMI, lab.clock.now);
    expect(ec2.images.all(PLACE)[0]?.hasFastLaunch).toBe(false);
    expect((await inventory.amisIn(REGION))[0]?.deprecatedAt).toEqual(
      new Date(lab.clock.now.getTime() + 120_000),
    );
    await inventory.remove(REGION, AMI);
    await inventory.remove(REGION, AMI);
    expect(await inventory.amisIn(REGION)).toEqual([]);
    const { Snapshots } = await client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
    expect(Snapshots?.map(({ SnapshotId }) => SnapshotId)).toEqual(['snap-00000000000000002']);
  });
});

test('a snapshot that may not be deleted stays, the AMI goes, and its adapter says so', async () => {
  createImage();
  const own = { Condition: { StringEquals: { 'aws:ResourceTag/winbake:pipeline': '2022-core' } } };
  const foreign = { Condition: { StringEquals: { 'aws:ResourceTag/CreatedBy': 'somebody' } } };
  const failure = await lab.as(
    [
      allow('ec2:DeregisterImage', '*', own),
      allow('ec2:DescribeFastLaunchImages'),
      allow('ec2:DeleteSnapshot', '*', foreign),
    ],
    () => failureOf(inventory.remove(REGION, AMI)),
  );
  expect(failure.message).toBe(
    `${AMI} in ${REGION} is deregistered, and its snapshots stay: ${SNAPSHOT} (missing-permissions). Delete them by hand.`,
  );
  expect(ec2.images.isVisible(AMI, PLACE)).toBe(false);
  expect(ec2.images.tagsOf(`arn:aws:ec2:${REGION}::snapshot/${SNAPSHOT}`, PLACE)).toBeDefined();
  await lab.as(EVERYTHING, async () => {
    const { Snapshots = [] } = await client.send(new DescribeSnapshotsCommand({}));
    expect(Snapshots).toHaveLength(1);
  });
});

test('conditions ask for the tags that the AMI has by then', async () => {
  createImage({ tags: { 'winbake:pipeline': 'other' } });
  const condition = { Condition: { StringEquals: { 'aws:ResourceTag/winbake:pipeline': '2022-core' } } };
  const own = [
    allow(['ec2:EnableImageDeprecation'], '*', condition),
    allow(['ec2:CreateTags', 'ec2:DescribeFastLaunchImages']),
  ];
  const tags = ec2AmiTags(() => undefined);
  await lab.as(own, async () => {
    const denied = await failureOf(inventory.deprecate(REGION, AMI, lab.clock.now));
    expect(denied).toMatchObject({ name: 'UnauthorizedOperation' });
    expect(denied.message).toMatch(/^You are not authorized to perform this operation\. User: /);
    await tags.tag(REGION, AMI, { 'winbake:pipeline': '2022-core' });
    await inventory.deprecate(REGION, AMI, lab.clock.now);
  });
});

test('tags reach the snapshots too, and what may not be tagged is reported', async () => {
  createImage();
  const reported: string[] = [];
  const tags = ec2AmiTags((message) => reported.push(message));
  await lab.as(EVERYTHING, () => tags.tag(REGION, AMI, { a: 'b' }));
  expect(ec2.images.tagsOf(`/${SNAPSHOT}`, PLACE)).toMatchObject({ a: 'b' });
  const onImages = [allow('ec2:CreateTags', 'arn:aws:ec2:*::image/*'), allow('ec2:DescribeImages')];
  await lab.as(onImages, () => tags.tag(REGION, AMI, { a: 'c' }));
  expect(ec2.images.tagsOf(`/${SNAPSHOT}`, PLACE)).toMatchObject({ a: 'b' });
  expect(reported).toEqual([`The snapshots of ${AMI} in ${REGION} have no tags`]);
});

test("another account's AMI is seen where it is shared, and changed by its owner alone", async () => {
  createImage({ sharedWith: [ACCOUNT] }, AWAY);
  createImage({ id: 'ami-00000000000000002' }, AWAY);
  await lab.as(EVERYTHING, async () => {
    const { Images = [] } = await client.send(new DescribeImagesCommand({}));
    expect(Images.map(({ ImageId }) => ImageId)).toEqual([AMI]);
    expect((await client.send(new DescribeImagesCommand({ Owners: ['self'] }))).Images).toEqual([]);
    await expect(inventory.remove(REGION, AMI)).rejects.toMatchObject({ name: 'AuthFailure' });
  });
});

test.each<[string, () => Promise<unknown>, string]>([
  [
    'an AMI that does not exist',
    () => client.send(new DescribeImagesCommand({ ImageIds: ['ami-00000000000000009'] })),
    'InvalidAMIID.NotFound',
  ],
  [
    'an id that is none',
    () => client.send(new DescribeImagesCommand({ ImageIds: ['ami-x'] })),
    'InvalidAMIID.Malformed',
  ],
  [
    "a tag of AWS's own",
    () => client.send(new CreateTagsCommand({ Resources: [AMI], Tags: [{ Key: 'aws:a', Value: 'b' }] })),
    'InvalidParameterValue',
  ],
  [
    'too many tags',
    () => {
      const Tags = Array.from({ length: 51 }, (_, index) => ({ Key: `key${index}`, Value: 'a' }));
      return client.send(new CreateTagsCommand({ Resources: [AMI], Tags }));
    },
    'TagLimitExceeded',
  ],
  [
    'a deprecation in the past',
    () => inventory.deprecate(REGION, AMI, new Date('2020-01-01T00:00:00Z')),
    'InvalidParameterValue',
  ],
])('%s is refused', async (_what, work, name) => {
  createImage();
  await expect(lab.as(EVERYTHING, work)).rejects.toMatchObject({ name });
});

test('images come in pages where that is asked for', async () => {
  [1, 2, 3].forEach((digit) => {
    createImage({ id: `ami-0000000000000000${digit}` });
  });
  await lab.as(EVERYTHING, async () => {
    const first = await client.send(new DescribeImagesCommand({ MaxResults: 2 }));
    const rest = await client.send(new DescribeImagesCommand({ MaxResults: 2, NextToken: first.NextToken }));
    expect([first.Images?.length, rest.Images?.length, rest.NextToken]).toEqual([2, 1, undefined]);
  });
});

test('a disabled AMI is shared with nobody and told to those alone who ask for it; it is enabled and shared again', async () => {
  createImage({ sharedWith: [AWAY], hasFastLaunch: true });
  await lab.as(EVERYTHING, async () => {
    await inventory.disable(REGION, AMI);
    await inventory.disable(REGION, AMI);
    expect(ec2.images.all(PLACE)[0]).toMatchObject({
      isDisabled: true,
      sharedWith: [],
      hasFastLaunch: false,
    });
    const { Images } = await client.send(new DescribeImagesCommand({ Owners: ['self'] }));
    expect(Images).toEqual([]);
    expect(await inventory.amisIn(REGION)).toMatchObject([{ amiId: AMI, sharedWith: [] }]);
    await inventory.enable(REGION, AMI, [AWAY, 'all']);
    await inventory.enable(REGION, AMI, [AWAY]);
    expect(ec2.images.all(PLACE)[0]).toMatchObject({ isDisabled: false, sharedWith: [AWAY] });
    await inventory.remove(REGION, AMI);
    await inventory.disable(REGION, AMI);
    await inventory.enable(REGION, AMI, [AWAY]);
  });
});

test('whom an AMI is shared with is asked of each but the disabled ones', async () => {
  createImage({ sharedWith: [AWAY] });
  await lab.as(EVERYTHING, () => inventory.disable(REGION, AMI));
  const found = await lab.as([allow('ec2:DescribeImages')], () => inventory.amisIn(REGION));
  expect(found).toMatchObject([{ amiId: AMI, sharedWith: [] }]);
});

test('an AMI that is disabled is private, started by nobody, shared with nobody and named by no parameter', async () => {
  createImage({ sharedWith: [AWAY], isPublic: true });
  const away = { ...PLACE, account: AWAY };
  await lab.as(EVERYTHING, () => inventory.disable(REGION, AMI));
  expect(ec2.images.all(PLACE)[0]).toMatchObject({ isPublic: false, sharedWith: [] });
  expect(ec2.images.launchedFrom(AMI, PLACE)).toEqual({
    owner: ACCOUNT,
    refused: `The image ID '${AMI}' is no longer available`,
  });
  expect(ec2.images.launchedFrom(AMI, away)).toBeUndefined();
  expect(ec2.images.isAvailable(AMI, PLACE)).toBe(false);
  const share = () =>
    client.send(
      new ModifyImageAttributeCommand({ ImageId: AMI, LaunchPermission: { Add: [{ UserId: AWAY }] } }),
    );
  await expect(lab.as(EVERYTHING, share)).rejects.toMatchObject({
    name: 'InvalidAMIID.Unavailable',
    message: `The image ID '${AMI}' is no longer available`,
  });
  await lab.as(EVERYTHING, () => inventory.enable(REGION, AMI, [AWAY]));
  expect(ec2.images.launchedFrom(AMI, away)).toEqual({ owner: ACCOUNT });
  expect(ec2.images.isAvailable(AMI, away)).toBe(true);
});

test('an AMI that was enabled and not yet shared is shared by the next attempt', async () => {
  createImage({ sharedWith: [AWAY] });
  await lab.as(EVERYTHING, () => inventory.disable(REGION, AMI));
  const half = [allow(['ec2:DescribeImages', 'ec2:EnableImage'])];
  const failure = await lab.as(half, () => failureOf(inventory.enable(REGION, AMI, [AWAY])));
  expect(failure).toMatchObject({ name: 'UnauthorizedOperation' });
  expect(ec2.images.all(PLACE)[0]).toMatchObject({ isDisabled: false, sharedWith: [] });
  await lab.as(EVERYTHING, () => inventory.enable(REGION, AMI, [AWAY]));
  expect(ec2.images.all(PLACE)[0]).toMatchObject({ sharedWith: [AWAY] });
});
