import { whyDenied, type ResourcePolicy } from '../../../sim/account/authorize';
import { serviceOf, sessionOf, type Principal } from '../../../sim/account/principal';
import { resourcePoliciesOfStacks, rolesOfStacks } from '../../../sim/account/stack-policies';
import { verdictOf, nameOf } from '../../../sim/permissions/check-permissions';
import { grantsOf, withoutGrant, type Grant } from '../../../sim/permissions/grants';
import { DecisionRecord, usageOf } from '../../../sim/permissions/check-permissions';
import { allowing, stackModels } from '../../support/stack-models';

const ROLE = 'arn:aws:iam::123456789012:role/Stack-Role';
const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:Stack-Queue';
const Resources = {
  Role: {
    Type: 'AWS::IAM::Role',
    Metadata: { 'aws:cdk:path': 'Stack/Mine/Role/Resource' },
    Properties: {
      AssumeRolePolicyDocument: {
        Statement: [
          { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
        ],
      },
      Policies: [
        {
          PolicyName: 'own',
          PolicyDocument: {
            Statement: [
              {
                Effect: 'Allow',
                Action: ['s3:GetObject', 's3:PutObject'],
                Resource: 'arn:aws:s3:::bucket/*',
              },
              { Effect: 'Allow', Action: 'ssm:GetParameter', Resource: '*' },
              { Effect: 'Deny', Action: 's3:DeleteObject', Resource: '*' },
            ],
          },
        },
      ],
    },
  },
  Policy: {
    Type: 'AWS::IAM::Policy',
    Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: allowing('s3:GetObject') },
  },
  Queue: { Type: 'AWS::SQS::Queue' },
  QueuePolicy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: 'Queue' }],
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sqs:SendMessage',
            Principal: { Service: 'events.amazonaws.com' },
            Resource: QUEUE,
          },
        ],
      },
    },
  },
};

const stacks = stackModels({ Stack: { Resources } });
const grants = grantsOf(stacks);
const roles = rolesOfStacks(stacks);
const policies = resourcePoliciesOfStacks(stacks, roles);
const session = sessionOf(ROLE, roles(ROLE)!, 'one');

/** What is known of the grants after these needs. */
function usages(...needs: readonly (readonly [caller: Principal, action: string, resource: string])[]) {
  const record = new DecisionRecord();
  for (const [caller, action, resource] of needs) {
    const need = { action, resource };
    const policy: ResourcePolicy | undefined = policies(resource);
    const { context } = caller;
    const why = whyDenied(caller, need, context, policy);
    record.note('one', { caller, need, context, policy, why });
  }
  return Object.fromEntries(
    grants.map((grant) => {
      const usage = usageOf(grant, grants, record.all);
      const by = usage.kind === 'redundant' ? ` by ${usage.grantedBy.map(nameOf).join('; ')}` : '';
      return [nameOf(grant), `${usage.kind}${by}`];
    }),
  );
}

const OBJECT = 'arn:aws:s3:::bucket/key';

test('what nothing asks for is unused, and a denial is no use', () => {
  const unused = Object.fromEntries(grants.map((grant) => [nameOf(grant), 'unused']));
  expect(usages()).toEqual(unused);
  expect(usages([session, 's3:DeleteObject', OBJECT], [session, 'ssm:PutParameter', '*'])).toEqual(unused);
});

test('each action of each statement is told apart, and so are the policies of resources', () => {
  expect(
    usages(
      [session, 's3:PutObject', OBJECT],
      [serviceOf('events.amazonaws.com', '123456789012'), 'sqs:SendMessage', QUEUE],
      [serviceOf('lambda.amazonaws.com', '123456789012'), 'sts:AssumeRole', ROLE],
    ),
  ).toEqual({
    'Mine/Role, trust: sts:AssumeRole': 'needed',
    'Mine/Role, inline policy 0 0: s3:GetObject': 'unused',
    'Mine/Role, inline policy 0 0: s3:PutObject': 'needed',
    'Mine/Role, inline policy 0 1: ssm:GetParameter': 'unused',
    'Mine/Role, Policy 0: s3:GetObject': 'unused',
    'QueuePolicy, 0: sqs:SendMessage': 'needed',
  });
});

test('what two statements allow is redundant in both, until one is asked for what the other does not have', () => {
  const both = usages([session, 's3:GetObject', OBJECT]);
  expect(both['Mine/Role, inline policy 0 0: s3:GetObject']).toBe(
    'redundant by Mine/Role, Policy 0: s3:GetObject',
  );
  expect(both['Mine/Role, Policy 0: s3:GetObject']).toBe(
    'redundant by Mine/Role, inline policy 0 0: s3:GetObject',
  );
  const wider = usages(
    [session, 's3:GetObject', OBJECT],
    [session, 's3:GetObject', 'arn:aws:s3:::other/key'],
  );
  expect(wider['Mine/Role, inline policy 0 0: s3:GetObject']).toMatch(/^redundant/);
  expect(wider['Mine/Role, Policy 0: s3:GetObject']).toBe('needed');
});

test('an assembly without a grant lacks that grant and no other, whatever its form', () => {
  const assembly = stacks.map(({ stack }) => stack);
  for (const grant of grants) {
    const [left] = withoutGrant(assembly, grant);
    const names = grantsOf(stackModels({ Stack: { Resources: left!.template.Resources } })).map(nameOf);
    expect([...names].sort()).toEqual(
      grants
        .filter((one) => one !== grant)
        .map(nameOf)
        .sort(),
    );
  }
});

test('the same construct in two stacks has the same grants once, taken away in both', () => {
  const two = stackModels({ Stack: { Resources }, Other: { Resources } });
  const merged = grantsOf(two);
  expect(merged).toHaveLength(grants.length);
  const [first] = merged as [Grant];
  expect(first.places.map(({ stack }) => stack)).toEqual(['Stack', 'Other']);
  const left = withoutGrant(
    two.map(({ stack }) => stack),
    first,
  );
  const names = grantsOf(stackModels({ Stack: left[0]!.template, Other: left[1]!.template })).map(nameOf);
  expect(names).not.toContain(nameOf(first));
  expect(names).toHaveLength(grants.length - 1);
});

const DENIAL = { text: 'User: x is not authorized to perform: s3:GetObject' };

test.each([
  ['a failure', { failure: 'it failed', report: [] }, { kind: 'caught', text: DENIAL.text }],
  ['a failure that was seen on the way', { report: ['failure: x'] }, { kind: 'caught', text: DENIAL.text }],
  ['a notice of the denial', { report: [`notice: ${DENIAL.text}`] }, { kind: 'soft' }],
  ['an end like before', { report: ['rebake: bake'] }, undefined],
  ['another end without a word of the denial', { report: ['rebake: nothing'] }, undefined],
])('%s is what it is', (_, outcome, verdict) => {
  const checked = verdictOf('one', { failure: undefined, denials: [DENIAL], ...outcome }, ['rebake: bake']);
  if (verdict === undefined) {
    expect(checked).toBeUndefined();
  } else {
    expect(checked).toMatchObject({ by: 'one', ...verdict });
  }
});
