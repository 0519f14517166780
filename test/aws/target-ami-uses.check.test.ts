import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  type CreateAutoScalingGroupCommandInput,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DescribeImagesCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { forgetRevision, targetAmiUses } from '../../lib/aws/ami-inventory';
import { describeWithMoto } from '../support/moto';

describeWithMoto('what uses AMIs, on moto', (moto) => {
  async function prepared() {
    await moto.reset();
    const clients = {
      ec2: new EC2Client(moto.config()),
      autoScaling: new AutoScalingClient(moto.config()),
      ssm: new SSMClient(moto.config()),
    };
    const { Images = [] } = await clients.ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
    const amis = Images.slice(0, 6).map(({ ImageId }) => ImageId!);
    const uses = async () => {
      const found = await targetAmiUses(clients, 'eu-central-1', '/winbake');
      return found.map(({ amiId, by }) => `${amis.indexOf(amiId)}: ${by.replace(/i-[0-9a-f]+/, 'i-x')}`);
    };
    return { ...clients, amis, uses };
  }

  test('an instance uses its AMI until it has ended', async () => {
    const { amis, ec2, uses } = await prepared();
    const started = await ec2.send(
      new RunInstancesCommand({ ImageId: amis[0], MinCount: 1, MaxCount: 1, InstanceType: 'm6i.xlarge' }),
    );
    expect(await uses()).toEqual(['0: instance i-x']);
    await ec2.send(
      new TerminateInstancesCommand({ InstanceIds: [started.Instances?.[0]?.InstanceId ?? ''] }),
    );
    expect(await uses()).toEqual([]);
  });

  test('a template uses the AMIs of its newest and default versions, a group that of its own version', async () => {
    const { amis, autoScaling, ec2, uses } = await prepared();
    await ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: 'fleet',
        LaunchTemplateData: { ImageId: amis[0] },
      }),
    );
    for (const ImageId of amis.slice(1, 4)) {
      await ec2.send(
        new CreateLaunchTemplateVersionCommand({
          LaunchTemplateName: 'fleet',
          LaunchTemplateData: { ImageId },
        }),
      );
    }
    expect((await uses()).sort()).toEqual([
      '0: launch template fleet version 1',
      '3: launch template fleet version 4',
    ]);
    const group: CreateAutoScalingGroupCommandInput = {
      AutoScalingGroupName: 'hosts',
      MinSize: 0,
      MaxSize: 0,
      AvailabilityZones: ['eu-central-1a'],
      LaunchTemplate: { LaunchTemplateName: 'fleet', Version: '2' },
    };
    await autoScaling.send(new CreateAutoScalingGroupCommand(group));
    expect(await uses()).toContain('1: Auto Scaling group hosts');
    expect((await uses()).some((use) => use.startsWith('2:'))).toBe(false);
  });

  test('channels and fleets use what they name, a revision does not', async () => {
    const { amis, ssm, uses } = await prepared();
    const put = (Name: string, value: unknown) =>
      ssm.send(new PutParameterCommand({ Name, Value: JSON.stringify(value), Type: 'String' }));
    for (let number = 0; number < 12; number += 1) {
      await put(`/winbake/pipeline-${number}/latest/publication`, { amiId: amis[0] });
    }
    await put('/winbake/2022-core/by-revision/20348.4294', { amiId: amis[1] });
    await put('/winbake/fleets/shop/state', { amiId: amis[2], rollout: { from: { amiId: amis[3] } } });
    await put('/other/2022-core/latest/publication', { amiId: amis[4] });
    const found = await uses();
    expect(found.filter((use) => use.startsWith('0:'))).toHaveLength(12);
    expect(found.filter((use) => !use.startsWith('0:')).sort()).toEqual([
      '2: parameter /winbake/fleets/shop/state',
      '3: parameter /winbake/fleets/shop/state',
    ]);
  });

  test('a revision is forgotten with its AMI, others stay', async () => {
    const { amis, ssm } = await prepared();
    const name = (revision: string) => `/winbake/2022-core/by-revision/20348.${revision}`;
    for (const [revision, amiId] of [
      ['1', amis[0]],
      ['2', amis[1]],
    ] as const) {
      const Value = JSON.stringify({ amiId });
      await ssm.send(new PutParameterCommand({ Name: name(revision), Value, Type: 'String' }));
      const Name = `${name(revision)}/ami-id`;
      await ssm.send(new PutParameterCommand({ Name, Value: amiId!, Type: 'String' }));
    }
    await forgetRevision(ssm, '/winbake/2022-core', amis[0]!);
    await forgetRevision(ssm, '/winbake/2022-core', amis[0]!);
    for (const end of ['', '/ami-id']) {
      await expect(ssm.send(new GetParameterCommand({ Name: name('1') + end }))).rejects.toMatchObject({
        name: 'ParameterNotFound',
      });
      await expect(ssm.send(new GetParameterCommand({ Name: name('2') + end }))).resolves.toBeDefined();
    }
  });
});
