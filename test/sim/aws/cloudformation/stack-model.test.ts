import { stackModels, type HandwrittenTemplate } from '../../../support/stack-models';

const TEMPLATE: HandwrittenTemplate = {
  Parameters: {
    Plain: { Type: 'String', Default: 'plain' },
    Count: { Type: 'Number', Default: 3 },
    Ami: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: '/ami' },
    Unwritten: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/unwritten' },
    Asked: { Type: 'String' },
  },
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket' },
    Named: {
      Type: 'AWS::S3::Bucket',
      Properties: { BucketName: { 'Fn::Join': ['-', ['my', { Ref: 'Plain' }]] } },
    },
    Role: { Type: 'AWS::IAM::Role' },
    Table: { Type: 'AWS::DynamoDB::Table' },
    Sometimes: { Type: 'AWS::S3::Bucket', Condition: 'IsLarge', Properties: { BucketName: 'b' } },
  },
  Outputs: {
    Shared: { Value: { Ref: 'Named' }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}:Named' } } },
  },
};
const [stack, other] = stackModels({ First: TEMPLATE, Second: {} }, { '/ami': 'ami-1' });

test.each<[string, unknown, unknown]>([
  ['a text', 'text', 'text'],
  ['a number', 7, 7],
  ['plain data', { a: [{ b: null }] }, { a: [{ b: null }] }],
  ['a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
  ['the name of the stack', { Ref: 'AWS::StackName' }, 'First'],
  ['no value in an object', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
  ['no value in a list', [1, { Ref: 'AWS::NoValue' }, 2], [1, 2]],
  ['a parameter', { Ref: 'Plain' }, 'plain'],
  ['a parameter that is a number', { Ref: 'Count' }, '3'],
  ['a parameter from SSM', { Ref: 'Ami' }, 'ami-1'],
  ['a resource', { Ref: 'Bucket' }, 'first-bucket'],
  ['a resource whose name is given', { Ref: 'Named' }, 'my-plain'],
  ['an attribute', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, 'arn:aws:s3:::first-bucket'],
  ['an attribute in one text', { 'Fn::GetAtt': 'Role.Arn' }, 'arn:aws:iam::123456789012:role/First-Role'],
  ['a join', { 'Fn::Join': [':', ['a', { Ref: 'Plain' }, 1]] }, 'a:plain:1'],
  ['a join of a split', { 'Fn::Join': ['+', { 'Fn::Split': [',', 'a,b'] }] }, 'a+b'],
  ['a selection', { 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
  [
    'a substitution',
    { 'Fn::Sub': '${AWS::AccountId} ${Plain} ${Bucket.Arn}' },
    '123456789012 plain arn:aws:s3:::first-bucket',
  ],
  [
    'a substitution with its own values',
    { 'Fn::Sub': ['${a}/${Plain}', { a: { Ref: 'Ami' } }] },
    'ami-1/plain',
  ],
  ['a literal in a substitution', { 'Fn::Sub': '${!aws:userid}' }, '${aws:userid}'],
  ['base 64', { 'Fn::Base64': { 'Fn::Sub': '<${Plain}>' } }, Buffer.from('<plain>').toString('base64')],
  ['zones', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, 'us-east-1a'],
  ['an object that only looks like a function', { Ref: 'Plain', more: 1 }, { Ref: 'Plain', more: 1 }],
])('%s is resolved', (_name, value, expected) => {
  expect(stack!.resolve(value)).toEqual(expected);
});

test('what one stack exports another imports', () => {
  expect(other!.resolve({ 'Fn::ImportValue': { 'Fn::Join': ['', ['First', ':Named']] } })).toBe('my-plain');
});

test.each<[unknown, string]>([
  [{ 'Fn::If': ['IsLarge', 1, 2] }, 'The rehearsal does not model Fn::If in the template of First.'],
  [{ 'Fn::Transform': {} }, 'The rehearsal does not model Fn::Transform in the template of First.'],
  [
    { Ref: 'Absent' },
    'First refers to Absent, which its template does not have; CloudFormation would refuse it.',
  ],
  [
    { Ref: 'toString' },
    'First refers to toString, which its template does not have; CloudFormation would refuse it.',
  ],
  [
    { Ref: 'Table' },
    'The rehearsal does not model the name of Table, a resource of type AWS::DynamoDB::Table.',
  ],
  [
    { Ref: 'Unwritten' },
    'The rehearsal does not model the parameter /unwritten, which First reads before anything wrote it.',
  ],
  [
    { Ref: 'Asked' },
    'The rehearsal does not model the parameter Asked of First, which has no text as its default.',
  ],
  [{ 'Fn::GetAtt': ['Bucket', 'Colour'] }, 'The rehearsal does not model the attribute Colour of Bucket.'],
  [
    { 'Fn::GetAtt': 7 },
    'The rehearsal does not model Fn::GetAtt with anything but a logical id and the name of an attribute.',
  ],
  [{ 'Fn::Join': 'a' }, 'The rehearsal does not model Fn::Join with anything but a separator and a list.'],
  [
    { 'Fn::Join': [',', 'a'] },
    'The rehearsal does not model Fn::Join with anything but a separator and a list.',
  ],
  [{ 'Fn::Select': [3, ['a']] }, 'The rehearsal does not model Fn::Select of item 3 in a list of 1.'],
  [{ 'Fn::Split': 'a' }, 'The rehearsal does not model Fn::Split with anything but a separator and a text.'],
  [
    { 'Fn::ImportValue': 'none' },
    'The rehearsal does not model the import of none, which no stack of the assembly exports.',
  ],
])('%j is refused by name', (value, message) => {
  expect(() => stack!.resolve(value)).toThrow(expect.objectContaining({ code: 'REHEARSAL_FAILED', message }));
});

test('properties of a resource that depends on a condition are refused', () => {
  expect(stack!.logicalIds('AWS::S3::Bucket')).toEqual(['Bucket', 'Named', 'Sometimes']);
  expect(() => stack!.properties('Sometimes', ['BucketName'])).toThrow(
    'The rehearsal does not model the condition IsLarge that Sometimes of First depends on.',
  );
});

test('of a resource only the properties that are asked for are resolved', () => {
  const [model] = stackModels({
    Stack: {
      Resources: {
        Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'b', Other: { 'Fn::If': [] } } },
      },
    },
  });
  expect(model!.properties('Bucket', ['BucketName'])).toEqual({ BucketName: 'b' });
  expect(() => model!.resources('AWS::S3::Bucket')).toThrow('does not model Fn::If');
});
