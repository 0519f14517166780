import { outputViolations, refusalOfInput, ShapeError } from '../../../sim/account/check-shape';
import type { ServiceId } from '../../../sim/account/service-models';

test.each<[ServiceId, string, object, string]>([
  [
    'ssm',
    'GetParameter',
    {},
    "ValidationException: 1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
  ],
  [
    'ssm',
    'GetParametersByPath',
    { Path: '/a', MaxResults: 11 },
    "ValidationException: 1 validation error detected: Value '11' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 10",
  ],
  [
    'ssm',
    'PutParameter',
    { Name: '/a', Value: 'b', Type: 'Text' },
    "ValidationException: 1 validation error detected: Value 'Text' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [String, StringList, SecureString]",
  ],
  [
    'ssm',
    'GetParametersByPath',
    { Path: '/a', ParameterFilters: [{ Key: 'Name' }, { Key: '' }] },
    "at 'parameterFilters.2.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1",
  ],
  [
    'sts',
    'AssumeRole',
    { RoleArn: 'arn:aws:iam::123456789012:role/r', RoleSessionName: 'a b', DurationSeconds: 60 },
    "ValidationError: 2 validation errors detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*; Value '60' at 'durationSeconds'",
  ],
  ['eventbridge', 'PutEvents', { Entries: [] }, 'Member must have length greater than or equal to 1'],
  ['ec2', 'DeregisterImage', {}, 'MissingParameter: The request must contain the parameter imageId'],
  ['s3', 'GetObject', { Bucket: 'b' }, 'InvalidArgument: '],
])('%s refuses %s of %j', (service, operation, input, text) => {
  const refusal = refusalOfInput(service, operation, input);
  expect(`${refusal?.code}: ${refusal?.message}`).toContain(text);
});

test.each<[ServiceId, string, object]>([
  ['ssm', 'GetParameter', { Name: '/a', WithDecryption: undefined }],
  ['ssm', 'PutParameter', { Name: '/a', Value: 'b', Type: 'String', DataType: 'aws:ec2:image' }],
  ['s3', 'PutObject', { Bucket: 'bucket', Key: 'a', Body: 'text', IfNoneMatch: '*' }],
  ['eventbridge', 'PutEvents', { Entries: [{ Source: 'winbake' }] }],
])('%s takes %s of %j', (service, operation, input) => {
  expect(refusalOfInput(service, operation, input)).toBeUndefined();
});

test('a client token that the SDK fills in is not missed', () => {
  const imageBuildVersionArn = 'arn:aws:imagebuilder:us-east-1:123456789012:image/a/1.0.0/1';
  expect(refusalOfInput('imagebuilder', 'CancelImageCreation', { imageBuildVersionArn })).toBeUndefined();
  expect(refusalOfInput('imagebuilder', 'CancelImageCreation', {})?.message).toContain(
    "'imageBuildVersionArn'",
  );
});

test('EC2 and S3 do not say how they word a refusal, and that is known', () => {
  expect(refusalOfInput('ec2', 'DeregisterImage', {})?.wording).toBe('ours');
  expect(refusalOfInput('ssm', 'GetParameter', {})?.wording).toBe('service');
});

test.each<[string, object, string]>([
  ['another type', { Name: 1 }, 'name must be of type string; got: 1.'],
  ['a member that nobody knows', { Name: '/a', Nmae: 'b' }, 'The whole has no member Nmae.'],
])('%s is a fault of the program', (_what, input, text) => {
  expect(() => refusalOfInput('ssm', 'GetParameter', input)).toThrow(new ShapeError(text));
});

test('an operation without a model is named', () => {
  expect(() => refusalOfInput('ssm', 'LabelParameterVersion', {})).toThrow(/aws-models\.py/);
});

test('an output has the shape and the enums of the model', () => {
  const parameter = { Name: '/a', Type: 'String', Value: 'b', Version: 1 };
  expect(outputViolations('ssm', 'GetParameter', { Parameter: parameter, $metadata: {} })).toEqual([]);
  expect(outputViolations('ssm', 'GetParameter', { Parameter: { ...parameter, Type: 'Text' } })).toHaveLength(
    1,
  );
  expect(() =>
    outputViolations('ssm', 'GetParameter', { Parameter: { ...parameter, Version: '1' } }),
  ).toThrow('parameter.version must be of type long');
});
