import {
  CreateImageCommand,
  CreateTagsCommand,
  DeregisterImageCommand,
  DescribeFastLaunchImagesCommand,
  DescribeImagesCommand,
  DisableFastLaunchCommand,
  EC2Client,
  EnableImageDeprecationCommand,
  type FastLaunchStateCode,
  ModifyImageAttributeCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { ec2PipelineAmis } from '../../lib/aws/ami-inventory';
import { describeWithMoto } from '../support/moto';

describeWithMoto('the AMIs of a pipeline, on moto', (moto) => {
  async function prepared() {
    await moto.reset();
    const client = new EC2Client(moto.config());
    // Moto has no Fast Launch.
    client.middlewareStack.add(
      (next, { commandName }) =>
        (given) =>
          commandName === 'DescribeFastLaunchImagesCommand'
            ? Promise.resolve({ output: { FastLaunchImages: [], $metadata: {} }, response: {} })
            : next(given),
      { step: 'initialize', name: 'withoutFastLaunch' },
    );
    const { Images = [] } = await client.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
    const { Instances = [] } = await client.send(
      new RunInstancesCommand({ ImageId: Images[0]!.ImageId, MinCount: 1, MaxCount: 1 }),
    );
    const bake = async (pipeline: string, publication?: string) => {
      const { ImageId = '' } = await client.send(
        new CreateImageCommand({
          InstanceId: Instances[0]!.InstanceId,
          Name: `${pipeline} ${publication ?? 'x'}`,
        }),
      );
      const Tags = [
        { Key: 'winbake:pipeline', Value: pipeline },
        ...(publication === undefined ? [] : [{ Key: 'winbake:publication', Value: publication }]),
      ];
      await client.send(new CreateTagsCommand({ Resources: [ImageId], Tags }));
      return ImageId;
    };
    return { client, bake, amis: ec2PipelineAmis(() => client, '2022-core') };
  }

  test('those with its tag are found, with publication and whom they are shared with', async () => {
    const { amis, bake, client } = await prepared();
    const published = await bake('2022-core', '20348.4294-1');
    const unpublished = await bake('2022-core');
    await bake('2019-core', '17763.7919-1');
    await client.send(
      new ModifyImageAttributeCommand({
        ImageId: published,
        LaunchPermission: { Add: [{ UserId: '444455556666' }] },
      }),
    );
    const found = await amis.amisIn('eu-central-1');
    expect(found.map(({ createdAt, ...rest }) => ({ ...rest, born: createdAt.getTime() > 0 }))).toEqual([
      {
        region: 'eu-central-1',
        amiId: published,
        publication: '20348.4294-1',
        sharedWith: ['444455556666'],
        deprecatedAt: undefined,
        lastLaunchedAt: undefined,
        born: true,
      },
      expect.objectContaining({ amiId: unpublished, publication: undefined, sharedWith: [] }),
    ]);
  });

  test('one that is removed is gone, and removing it again changes nothing', async () => {
    const { amis, bake } = await prepared();
    const amiId = await bake('2022-core', '20348.4294-1');
    await amis.remove('eu-central-1', amiId);
    await amis.remove('eu-central-1', amiId);
    expect(await amis.amisIn('eu-central-1')).toEqual([]);
  });
});

test('a deprecation begins as soon as the service lets it', async () => {
  const mock = mockClient(EC2Client);
  mock.on(EnableImageDeprecationCommand).resolves({ Return: true });
  mock.on(DescribeFastLaunchImagesCommand).resolves({});
  const amis = ec2PipelineAmis((region) => new EC2Client({ region }), '2022-core');
  await amis.deprecate('eu-west-1', 'ami-0fedcba9876543210', new Date('2026-07-15T12:00:00Z'));
  expect(mock.commandCalls(EnableImageDeprecationCommand)[0]!.args[0].input).toEqual({
    ImageId: 'ami-0fedcba9876543210',
    DeprecateAt: new Date('2026-07-15T12:02:00Z'),
  });
  mock.restore();
});

test.each<[FastLaunchStateCode | undefined, number]>([
  ['enabled', 1],
  ['enabling-failed', 1],
  ['disabling-failed', 1],
  ['disabling', 0],
  [undefined, 0],
])('Fast Launch that is %s ends when its AMI is deprecated, and before it goes', async (State, calls) => {
  const mock = mockClient(EC2Client);
  const ImageId = 'ami-0fedcba9876543210';
  mock.on(EnableImageDeprecationCommand).resolves({ Return: true });
  mock
    .on(DescribeFastLaunchImagesCommand, { ImageIds: [ImageId] })
    .resolves({ FastLaunchImages: State === undefined ? [] : [{ ImageId, State }] });
  mock.on(DisableFastLaunchCommand, { ImageId }).resolves({});
  mock.on(DeregisterImageCommand).callsFake(() => {
    expect(mock.commandCalls(DisableFastLaunchCommand)).toHaveLength(2 * calls);
    return { Return: true };
  });
  const amis = ec2PipelineAmis((region) => new EC2Client({ region }), '2022-core');
  await amis.deprecate('eu-west-1', ImageId, new Date('2026-07-15T12:00:00Z'));
  expect(mock.commandCalls(DisableFastLaunchCommand)).toHaveLength(calls);
  await amis.remove('eu-west-1', ImageId);
  expect(mock.commandCalls(DeregisterImageCommand)).toHaveLength(1);
  mock.restore();
});
