import type { TemplateResource } from '../../../../sim/aws/cloudformation/assembly';
import { callerOf } from '../../../../sim/aws/iam/role-policies';
import { allowing, callerWith, stackModels } from '../../../support/stack-models';

const ROLE = 'arn:aws:iam::123456789012:role/Stack-Role';

function callerOfRole(role: object, others: Readonly<Record<string, TemplateResource>> = {}) {
  const Role = { Type: 'AWS::IAM::Role', Properties: { ...role } };
  return callerOf(stackModels({ Other: {}, Stack: { Resources: { Role, ...others } } }), ROLE);
}

const READ = { action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/key' };
const DENIED = {
  code: 'AccessDenied',
  message: 'Stack-Role is not authorized to perform s3:GetObject on arn:aws:s3:::bucket/key.',
};

function attached(Type: string, document: object): Readonly<Record<string, TemplateResource>> {
  return {
    Attached: { Type, Properties: { PolicyName: 'p', Roles: [{ Ref: 'Role' }], PolicyDocument: document } },
  };
}

test.each([
  ['an inline policy', callerWith(allowing('s3:GetObject'))],
  ['an attached policy', callerOfRole({}, attached('AWS::IAM::Policy', allowing('s3:*')))],
  ['an attached managed policy', callerOfRole({}, attached('AWS::IAM::ManagedPolicy', allowing('s3:*')))],
  [
    'a managed policy of the stack that the role names',
    callerOfRole(
      { ManagedPolicyArns: [{ Ref: 'Own' }] },
      { Own: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: allowing('s3:GetObject') } } },
    ),
  ],
])('%s allows', (_name, caller) => {
  expect(() => {
    caller.require(READ.action, READ.resource);
  }).not.toThrow();
});

test.each([
  ['no policy', callerOfRole({})],
  [
    'a policy of another role',
    callerOfRole(
      {},
      { P: { Type: 'AWS::IAM::Policy', Properties: { Roles: ['Else'], PolicyDocument: allowing('*') } } },
    ),
  ],
  ['another action', callerOfRole({}, attached('AWS::IAM::Policy', allowing('s3:PutObject')))],
  ['another resource', callerOfRole({}, attached('AWS::IAM::Policy', allowing('*', 'arn:aws:s3:::other/*')))],
  [
    'a denial beside an allowance',
    callerOfRole(
      { Policies: [{ PolicyDocument: allowing('*') }] },
      attached('AWS::IAM::Policy', { Statement: [{ Effect: 'Deny', Action: 's3:Get*', Resource: '*' }] }),
    ),
  ],
  [
    'a managed policy of AWS that allows other things',
    callerOfRole({ ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'] }),
  ],
])('%s denies, and names role, action and resource', (_name, caller) => {
  expect(() => {
    caller.require(READ.action, READ.resource);
  }).toThrow(expect.objectContaining(DENIED));
});

test('a managed policy of AWS allows what its page says', () => {
  const ManagedPolicyArns = [
    {
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/AmazonSSMManagedInstanceCore']],
    },
  ];
  const caller = callerOfRole({ ManagedPolicyArns });
  expect(() => {
    caller.require('ssm:UpdateInstanceInformation', '*');
  }).not.toThrow();
});

test('a managed policy of which only the name is known is refused where it would matter', () => {
  const caller = callerOfRole({
    ManagedPolicyArns: ['arn:aws:iam::aws:policy/PowerUserAccess'],
    Policies: [{ PolicyDocument: allowing('s3:GetObject') }],
  });
  caller.require(READ.action, READ.resource);
  expect(() => {
    caller.require('s3:PutObject', READ.resource);
  }).toThrow(
    'The rehearsal does not model the managed policy PowerUserAccess of Stack-Role, which may allow s3:PutObject.',
  );
});

test('what caller and call tell is known to conditions', () => {
  const document = allowing('s3:*', 'arn:aws:s3:::bucket/${aws:userid}', {
    Condition: { StringEquals: { 's3:x-amz-acl': 'private' } },
  });
  const caller = callerWith(document, { 'aws:userid': 'AROA:i-1' });
  caller.require('s3:PutObject', 'arn:aws:s3:::bucket/AROA:i-1', { 's3:x-amz-acl': 'private' });
  expect(() => {
    caller.require('s3:PutObject', 'arn:aws:s3:::bucket/AROA:i-1');
  }).toThrow('is not authorized');
});

test('a role that no stack has is refused', () => {
  expect(() => callerOf(stackModels({ Stack: {} }), ROLE)).toThrow(
    `The rehearsal does not model the role ${ROLE}, which no stack of the assembly has.`,
  );
});
