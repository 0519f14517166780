import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Key, type IKey } from 'aws-cdk-lib/aws-kms';
import { WindowsAmi } from '../../lib/ami/windows-ami';
import { WindowsOs } from '../../lib/ami/windows-os';
import { WindowsCapacityProvider } from '../../lib/fleet/windows-capacity-provider';
import { onlyProperties } from '../support/only-resource';

const HERE = { account: '111111111111', region: 'eu-west-1' };

function fleetWith(encryptionKeyIn: (stack: Stack) => IKey, env: Partial<typeof HERE> = HERE): Stack {
  const stack = new Stack(new App(), 'Shop', { env });
  new WindowsCapacityProvider(stack, 'Windows', {
    cluster: new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) }),
    ami: WindowsAmi.fromChannel({ os: WindowsOs.SERVER_2022_CORE }),
    volume: { encryptionKey: encryptionKeyIn(stack) },
  });
  return stack;
}

test('a key of the app lets Auto Scaling start instances with it, through EC2 and in its account alone', () => {
  const stack = fleetWith((one) => new Key(one, 'VolumeKey'));
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  const keys = Object.entries(Template.fromStack(stack).findResources('AWS::KMS::Key'));
  const [, { Properties }] = keys.find(([id]) => id.startsWith('VolumeKey'))!;
  expect(Properties.KeyPolicy.Statement).toContainEqual({
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: expect.arrayContaining(['kms:CreateGrant', 'kms:Decrypt', 'kms:GenerateDataKeyWithoutPlaintext']),
    Resource: '*',
    Condition: {
      StringEquals: { 'kms:CallerAccount': '111111111111', 'kms:ViaService': 'ec2.eu-west-1.amazonaws.com' },
    },
  });
});

test('of an imported key it is said what its policy must allow', () => {
  const arn = 'arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const stack = fleetWith((one) => Key.fromKeyArn(one, 'VolumeKey', arn));
  Annotations.fromStack(stack).hasWarning(
    '/Shop/Windows',
    Match.stringLikeRegexp('unless it lets AWSServiceRoleForAutoScaling of this account use it'),
  );
  const { LaunchTemplateData } = onlyProperties(Template.fromStack(stack), 'AWS::EC2::LaunchTemplate');
  expect(LaunchTemplateData.BlockDeviceMappings[0].Ebs.KmsKeyId).toBe(arn);
});

const FOREIGN = 'arn:aws:kms:eu-west-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const foreign = (stack: Stack) => Key.fromKeyArn(stack, 'VolumeKey', FOREIGN);

/** What a fleet is warned of its key. */
function warningsOf(...given: Parameters<typeof fleetWith>): string[] {
  return Annotations.fromStack(fleetWith(...given))
    .findWarning('/Shop/Windows', Match.stringLikeRegexp('encryptionKey'))
    .map(({ entry }) => entry.data as string);
}

test('of a key of another account it is said which grant Auto Scaling needs, and where it is made', () => {
  expect(warningsOf(foreign)).toEqual([
    '"volume.encryptionKey" is a key of account 222222222222: no instance starts unless its policy lets account 111111111111 use it and create ' +
      'grants, and Auto Scaling has a grant that is made in account 111111111111; got: ' +
      `${FOREIGN}. Once: aws kms create-grant --region eu-west-1 --key-id ${FOREIGN} --grantee-principal ` +
      'arn:aws:iam::111111111111:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling --operations Encrypt Decrypt ' +
      'ReEncryptFrom ReEncryptTo GenerateDataKey GenerateDataKeyWithoutPlaintext DescribeKey CreateGrant [ack: winbake:volumeKeyGrant]',
  ]);
});

test('where the account of the fleet is open, the key may be of it', () => {
  expect(warningsOf(foreign, {})).toEqual([expect.stringContaining('belongs to somebody else')]);
});
