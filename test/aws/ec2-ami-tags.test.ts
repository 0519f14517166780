import { CreateTagsCommand, DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { ec2AmiTags } from '../../lib/aws/image-builder';

const AMI = 'ami-0fedcba9876543210';
const SNAPSHOT = 'snap-0123456789abcdef0';
const TAGS = { Name: 'winbake', 'winbake:mode': 'exact' };
const Tags = [
  { Key: 'Name', Value: 'winbake' },
  { Key: 'winbake:mode', Value: 'exact' },
];

function tagging() {
  const ec2 = mockClient(EC2Client);
  const report = jest.fn();
  ec2.on(CreateTagsCommand).resolves({});
  ec2.on(DescribeImagesCommand, { ImageIds: [AMI] }).resolves({
    Images: [
      {
        BlockDeviceMappings: [
          { DeviceName: '/dev/sda1', Ebs: { SnapshotId: SNAPSHOT } },
          { DeviceName: 'xvdca', VirtualName: 'ephemeral0' },
        ],
      },
    ],
  });
  const calls = () => ec2.commandCalls(CreateTagsCommand).map((call) => call.args[0].input);
  return { calls, ec2, report, tag: () => ec2AmiTags(report).tag('eu-west-1', AMI, TAGS) };
}

test('an AMI and its snapshots are tagged in their own region', async () => {
  const { calls, ec2, report, tag } = tagging();
  await tag();
  expect(calls()).toEqual([
    { Resources: [AMI], Tags },
    { Resources: [SNAPSHOT], Tags },
  ]);
  const [call] = ec2.commandCalls(CreateTagsCommand);
  expect(await (call!.thisValue as EC2Client).config.region()).toBe('eu-west-1');
  expect(report).not.toHaveBeenCalled();
});

test('a snapshot that cannot be tagged is reported, and fails nothing', async () => {
  const { ec2, report, tag } = tagging();
  const denied = new Error('You are not authorized to perform this operation.');
  ec2.on(CreateTagsCommand, { Resources: [SNAPSHOT] }).rejects(denied);
  await tag();
  expect(report.mock.calls).toEqual([
    [
      `The snapshots of ${AMI} in eu-west-1 have no tags`,
      expect.objectContaining({ message: denied.message }),
    ],
  ]);
});

test('an AMI that cannot be tagged is a failure', async () => {
  const { ec2, tag } = tagging();
  ec2.on(CreateTagsCommand, { Resources: [AMI] }).rejects(new Error('InvalidAMIID.NotFound'));
  await expect(tag()).rejects.toThrow('InvalidAMIID.NotFound');
});
