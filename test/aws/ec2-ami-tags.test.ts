import { CreateTagsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { ec2AmiTags } from '../../lib/aws/ec2-ami-tags';

test('an AMI is tagged in its own region', async () => {
  const ec2 = mockClient(EC2Client);
  ec2.on(CreateTagsCommand).resolves({});
  await ec2AmiTags().tag('eu-west-1', 'ami-0fedcba9876543210', { Name: 'winbake', 'winbake:mode': 'exact' });
  const [call] = ec2.commandCalls(CreateTagsCommand);
  expect(call!.args[0].input).toEqual({
    Resources: ['ami-0fedcba9876543210'],
    Tags: [
      { Key: 'Name', Value: 'winbake' },
      { Key: 'winbake:mode', Value: 'exact' },
    ],
  });
  expect(await (call!.thisValue as EC2Client).config.region()).toBe('eu-west-1');
});
