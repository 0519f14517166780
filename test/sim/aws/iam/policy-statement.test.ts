import { statementCovers, statementsOf } from '../../../../sim/aws/iam/role-policies';

const KEY = 'arn:aws:s3:::bucket/catalog/2022.json';

test.each<[string, object, string, string, boolean]>([
  ['the action and the resource', { Action: 's3:GetObject', Resource: KEY }, 's3:GetObject', KEY, true],
  [
    'one of several',
    { Action: ['s3:PutObject', 's3:GetObject'], Resource: ['a', KEY] },
    's3:GetObject',
    KEY,
    true,
  ],
  ['another action', { Action: 's3:PutObject', Resource: KEY }, 's3:GetObject', KEY, false],
  ['another resource', { Action: 's3:GetObject', Resource: `${KEY}x` }, 's3:GetObject', KEY, false],
  ['an action in other case', { Action: 'S3:getobject', Resource: KEY }, 's3:GetObject', KEY, true],
  [
    'a resource in other case',
    { Action: 's3:GetObject', Resource: KEY.toUpperCase() },
    's3:GetObject',
    KEY,
    false,
  ],
  ['every action', { Action: '*', Resource: '*' }, 's3:GetObject', KEY, true],
  ['a family of actions', { Action: 's3:Get*', Resource: KEY }, 's3:GetObject', KEY, true],
  ['a family of others', { Action: 's3:Put*', Resource: KEY }, 's3:GetObject', KEY, false],
  [
    'a wildcard over slashes',
    { Action: 's3:*', Resource: 'arn:aws:s3:::bucket/*' },
    's3:GetObject',
    KEY,
    true,
  ],
  [
    'a wildcard of one character',
    { Action: '*', Resource: 'arn:aws:s3:::bucket/catalog/202?.json' },
    's3:GetObject',
    KEY,
    true,
  ],
  [
    'two characters for one',
    { Action: '*', Resource: 'arn:aws:s3:::bucket/catalog/20?.json' },
    's3:GetObject',
    KEY,
    false,
  ],
  ['a full stop is itself', { Action: '*', Resource: 'a.c' }, 'x', 'abc', false],
  ['the start alone', { Action: '*', Resource: 'arn:aws:s3:::bucket' }, 'x', KEY, false],
  ['no resource', { Action: '*' }, 's3:GetObject', KEY, false],
])('%s', (_name, statement, action, resource, covers) => {
  expect(statementCovers({ Effect: 'Allow', ...statement }, action, resource, {})).toBe(covers);
});

test.each<[string, string, Readonly<Record<string, string>>, boolean]>([
  ['the value of the request', 'm/${aws:userid}.json', { 'aws:userid': 'AROA:i-1' }, true],
  ['the key in other case', 'm/${AWS:UserId}.json', { 'aws:userid': 'AROA:i-1' }, true],
  ['another value', 'm/${aws:userid}.json', { 'aws:userid': 'AROA:i-2' }, false],
  ['a value that the request does not have', 'm/${aws:userid}.json', {}, false],
  ['a wildcard in a value is no wildcard', 'm/${aws:userid}.json', { 'aws:userid': '*' }, false],
])('a policy variable is %s', (_name, Resource, context, covers) => {
  expect(statementCovers({ Action: '*', Resource }, 's3:PutObject', 'm/AROA:i-1.json', context)).toBe(covers);
});

test('a value stands for itself alone, and a missing one for nothing', () => {
  const statement = { Action: '*', Resource: 'm/${key}.json' };
  expect(statementCovers(statement, 'a:b', 'm/abc.json', { key: 'a.c' })).toBe(false);
  expect(statementCovers(statement, 'a:b', 'm/a.c.json', { key: 'a.c' })).toBe(true);
  expect(statementCovers(statement, 'a:b', 'm/.json', {})).toBe(false);
});

test.each<[object, Readonly<Record<string, string>>, boolean]>([
  [
    { StringEquals: { 'aws:ResourceTag/winbake:pipeline': '2022-core' } },
    { 'aws:ResourceTag/winbake:pipeline': '2022-core' },
    true,
  ],
  [{ StringEquals: { key: ['a', 'b'] } }, { key: 'b' }, true],
  [{ StringEquals: { key: 'a' } }, { KEY: 'a' }, true],
  [{ StringEquals: { key: 'a*' } }, { key: 'ab' }, false],
  [{ Bool: { 'aws:SecureTransport': 'False' } }, { 'aws:SecureTransport': 'false' }, true],
  [{ Bool: { 'aws:SecureTransport': 'false' } }, { 'aws:SecureTransport': 'true' }, false],
  [{ StringEquals: { key: 'a' } }, {}, false],
  [{ StringEqualsIfExists: { key: ['a', 'b'] } }, {}, true],
  [{ StringEqualsIfExists: { key: ['a', 'b'] } }, { key: 'b' }, true],
  [{ StringEqualsIfExists: { key: 'a' } }, { key: 'c' }, false],
  [{ StringEquals: { key: 'a', other: 'b' } }, { key: 'a' }, false],
  [{ StringLike: { key: 'a*' } }, { key: 'ab' }, true],
  [{ ArnLike: { key: 'arn:*:lt-?' } }, { key: 'arn:aws:lt-1' }, true],
  [{ ArnEquals: { key: 'arn:*' } }, { key: 'arn:aws' }, true],
  [{ StringLike: { key: 'a*' }, StringEquals: { key: 'ac' } }, { key: 'ab' }, false],
])('the condition %j with %j', (Condition, context, covers) => {
  expect(statementCovers({ Action: '*', Resource: '*', Condition }, 'a:b', 'c', context)).toBe(covers);
});

test.each([
  [{ NotAction: 's3:*', Resource: '*' }, 'NotAction in a policy'],
  [{ Action: '*', NotResource: '*' }, 'NotResource in a policy'],
  [{ Action: '*', Resource: '*', Principal: '*' }, 'Principal in a policy'],
  [
    { Action: '*', Resource: '*', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
    'the condition IpAddress in a policy',
  ],
  [
    { Action: '*', Resource: '*', Condition: { NumericEqualsIfExists: { key: '1' } } },
    'the condition NumericEquals in a policy',
  ],
])('%j is refused by name', (statement, what) => {
  expect(() => statementCovers(statement, 'a:b', 'c', {})).toThrow(`The rehearsal does not model ${what}.`);
});

test.each<[unknown, number]>([
  [{ Statement: { Effect: 'Allow' } }, 1],
  [{ Statement: [{ Effect: 'Allow' }, { Effect: 'Deny' }] }, 2],
  [{}, 0],
  [undefined, 0],
])('the statements of %j', (document, count) => {
  expect(statementsOf(document)).toHaveLength(count);
});
