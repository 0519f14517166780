import { digitsOf, physicalResource } from '../../../../sim/aws/cloudformation/physical-names';

const ACCOUNT = 'us-east-1:123456789012';

test.each<[string, Readonly<Record<string, string>>, string, string, string]>([
  ['AWS::S3::Bucket', {}, 'stack-thing', 'Arn', 'arn:aws:s3:::stack-thing'],
  [
    'AWS::S3::Bucket',
    { BucketName: 'mine' },
    'mine',
    'RegionalDomainName',
    'mine.s3.us-east-1.amazonaws.com',
  ],
  ['AWS::IAM::Role', {}, 'Stack-Thing', 'Arn', 'arn:aws:iam::123456789012:role/Stack-Thing'],
  [
    'AWS::IAM::ManagedPolicy',
    {},
    'arn:aws:iam::123456789012:policy/Stack-Thing',
    'PolicyArn',
    'arn:aws:iam::123456789012:policy/Stack-Thing',
  ],
  [
    'AWS::Lambda::Function',
    { FunctionName: 'mine' },
    'mine',
    'Arn',
    `arn:aws:lambda:${ACCOUNT}:function:mine`,
  ],
  [
    'AWS::StepFunctions::StateMachine',
    { StateMachineName: 'mine' },
    `arn:aws:states:${ACCOUNT}:stateMachine:mine`,
    'Name',
    'mine',
  ],
  [
    'AWS::ImageBuilder::Component',
    { Name: 'My Part' },
    `arn:aws:imagebuilder:${ACCOUNT}:component/my-part/1.0.0/1`,
    'Name',
    'my-part',
  ],
  [
    'AWS::ImageBuilder::ImagePipeline',
    { Name: 'mine' },
    `arn:aws:imagebuilder:${ACCOUNT}:image-pipeline/mine`,
    'Arn',
    `arn:aws:imagebuilder:${ACCOUNT}:image-pipeline/mine`,
  ],
  ['AWS::CloudWatch::Alarm', {}, 'Stack-Thing', 'Arn', `arn:aws:cloudwatch:${ACCOUNT}:alarm:Stack-Thing`],
  ['AWS::SNS::Topic', {}, 'arn:aws:sns:us-east-1:123456789012:Stack-Thing', 'TopicName', 'Stack-Thing'],
  [
    'AWS::SQS::Queue',
    { QueueName: 'mine' },
    'https://sqs.us-east-1.amazonaws.com/123456789012/mine',
    'Arn',
    'arn:aws:sqs:us-east-1:123456789012:mine',
  ],
  ['AWS::SSM::Parameter', { Name: '/mine', Value: '7' }, '/mine', 'Value', '7'],
  ['AWS::EC2::LaunchTemplate', {}, `lt-${digitsOf('Stack-Thing', 17)}`, 'LatestVersionNumber', '1'],
  [
    'AWS::EC2::SecurityGroup',
    {},
    `sg-${digitsOf('Stack-Thing', 17)}`,
    'GroupId',
    `sg-${digitsOf('Stack-Thing', 17)}`,
  ],
])('%s with %j is %s, and its %s %s', (type, given, reference, attribute, value) => {
  const named = physicalResource('Stack', 'Thing', type, (property) => given[property]);
  expect(named.reference).toBe(reference);
  expect(named.attributes[attribute]).toBe(value);
});

test('a role has a unique id of the form of AWS', () => {
  const { attributes } = physicalResource('Stack', 'Thing', 'AWS::IAM::Role', () => undefined);
  expect(attributes['RoleId']).toMatch(/^AROA[0-9A-F]{17}$/);
});

test('the same template gives the same names, and another stack others', () => {
  const nameIn = (stack: string) =>
    physicalResource(stack, 'Thing', 'AWS::EC2::VPC', () => undefined).reference;
  expect(nameIn('One')).toBe(nameIn('One'));
  expect(nameIn('One')).not.toBe(nameIn('Two'));
});

test('a type without a model is refused by name', () => {
  expect(() => physicalResource('Stack', 'Thing', 'AWS::Glue::Job', () => undefined)).toThrow(
    'The rehearsal does not model the name of Thing, a resource of type AWS::Glue::Job.',
  );
});
