import { AutoScalingClient, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateVersionCommand, EC2Client } from '@aws-sdk/client-ec2';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { DeploymentWorld } from '../../support/deployment/deployment-world';
import { release } from '../../support/deployment/releases';

const CHANNEL = '/winbake/2022-core/current/publication';
const FOREIGN = { account: '999999999999', region: 'us-east-1' };

test('who may write the channel of a fleet cannot make it run an AMI of another account, nor can its own role', async () => {
  const world = new DeploymentWorld();
  const { account } = world;
  const { environment } = account;
  await world.run(async () => {
    await world.deploy(release({ command: 'exit 0' }));
    await world.settle();
    const before = world.running;
    const place = { ...FOREIGN, region: environment.region };
    const amiId = account.createAmi('Windows_Server of somebody', {}, place);
    account.world.ec2.images.all(place).forEach((image) => {
      Object.assign(image, { isPublic: true });
    });
    const shown = JSON.parse(account.world.ssm.read(environment, CHANNEL, world.clock.now())!) as object;
    const Value = JSON.stringify({ ...shown, id: '20348.4295-1', amiId, osVersion: '10.0.20348.4295' });
    await account.as(account.administrator, () =>
      new SSMClient().send(
        new PutParameterCommand({ Name: CHANNEL, Value, Type: 'String', Overwrite: true }),
      ),
    );
    const notices = () => account.world.sns.messages.filter(({ text }) => text.includes(FOREIGN.account));
    await world.until(() => notices().length > 0, 'The notice');
    await world.clock.pass(10 * 3600);
    expect(notices()).toHaveLength(1);
    expect(world.running).toEqual(before);
    expect(world.failures).toEqual([]);

    const [role] = account
      .living('AWS::IAM::Role', environment)
      .filter(({ logicalId }) => logicalId.startsWith('WinbakeFleetsRolloutRole'));
    const rollout = account.sessionOf(role!.attributes['Arn']!, 'stolen', 'lambda.amazonaws.com');
    const [{ group }] = account.fleets.at(environment) as unknown as [
      { readonly group: { readonly name: string; readonly template: { readonly id: string } } },
    ];
    const start = async () => {
      const LaunchTemplateId = group.template.id;
      const { LaunchTemplateVersion } = await new EC2Client().send(
        new CreateLaunchTemplateVersionCommand({
          LaunchTemplateId,
          SourceVersion: '1',
          LaunchTemplateData: { ImageId: amiId },
        }),
      );
      const Version = String(LaunchTemplateVersion?.VersionNumber);
      await new AutoScalingClient().send(
        new UpdateAutoScalingGroupCommand({
          AutoScalingGroupName: group.name,
          LaunchTemplate: { LaunchTemplateId, Version },
        }),
      );
    };
    await expect(account.as(rollout, start)).rejects.toThrow(
      new RegExp(`not authorized to perform: ec2:RunInstances on resource: \\S+::image/${amiId}`),
    );
    expect(world.running).toEqual(before);
  });
});
