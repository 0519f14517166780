import { isJsonObject, type JsonObject } from '../../contract/values/json';
import { statements, wrongPolicy, wrongPrincipals } from './iam-rules';
import type { Rule } from './rule';
import {
  asList,
  asText,
  at,
  flag,
  has,
  mustBeOneOf,
  mustLieIn,
  roughText,
  shown,
  text,
  UNKNOWN_TEXT,
  when,
} from './values';

const GUIDE = 'https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html';
const ROOT = 'arn:aws:iam::111122223333:root';

const OWNER = { Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'kms:*', Resource: '*' };
const USE = {
  Effect: 'Allow',
  Principal: { Service: 'sns.amazonaws.com' },
  Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
  Resource: '*',
};

/** A key that is accepted. */
export const KEY_EXAMPLE: JsonObject = { KeyPolicy: { Version: '2012-10-17', Statement: [OWNER, USE] } };

const policy = (...further: readonly JsonObject[]): JsonObject => ({
  KeyPolicy: { Version: '2012-10-17', Statement: further },
});

/** The policy of a key; a policy alone is one too. */
function policyOf(document: JsonObject): unknown {
  return at(document, 'KeyPolicy') ?? (has(document, 'Statement') ? document : undefined);
}

/** What `CreateKey` and `PutKeyPolicy` refuse. */
export const KEY_RULES: readonly Rule[] = [
  {
    id: 'key/policy',
    source: GUIDE,
    wayOut: 'Write it as the guide does; a key has * as its resource.',
    refused: policy({ ...OWNER, Resource: undefined }),
    check: (document) => [
      ...wrongPolicy(policyOf(document)),
      ...statements(policyOf(document)).flatMap((statement) =>
        when(
          !has(statement, 'Resource') && !has(statement, 'NotResource'),
          'a statement needs Resource; got: nothing',
        ),
      ),
    ],
  },
  {
    id: 'key/principals',
    source: 'https://github.com/aws-samples/aws-blog-codepipeline-third-party-git-build-status/issues/6',
    wayOut: 'Name accounts, roles and users that exist; groups and wildcards in an ARN are no principals.',
    refused: policy(OWNER, { ...USE, Principal: { AWS: 'arn:aws:iam::111122223333:role/bake-*' } }),
    check: (document) => wrongPrincipals(policyOf(document)),
  },
  {
    id: 'key/lockout',
    source: 'https://github.com/terraform-aws-modules/terraform-aws-kms/issues/14',
    wayOut: 'Allow kms:* to the root of the account, or kms:PutKeyPolicy to who deploys.',
    refused: policy(USE),
    check: (document) => {
      const given = policyOf(document);
      return when(
        isJsonObject(given) &&
          flag(document, 'BypassPolicyLockoutSafetyCheck') !== true &&
          !statements(given).some(mayPutPolicy),
        'the new key policy will not allow you to update the key policy in the future; got: no statement that allows kms:PutKeyPolicy',
      );
    },
  },
  {
    id: 'key/conditions',
    source: 'https://github.com/awsdocs/aws-kms-developer-guide/pull/47',
    wayOut: 'Leave the condition out; these keys are for policies of identities.',
    refused: policy(OWNER, { ...USE, Condition: { StringEquals: { 'kms:ResourceAliases': 'alias/bake' } } }),
    check: (document) =>
      statements(policyOf(document)).flatMap((statement) =>
        conditionKeys(statement)
          .filter((key) => /^(aws:ResourceTag(\/.*)?|kms:ResourceTag|kms:ResourceAliases)$/i.test(key))
          .map((key) => `this condition key is not permitted in a key policy; got: ${key}`),
      ),
  },
  {
    id: 'key/size',
    source: 'https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html',
    wayOut: 'Allow an organization by a condition instead of each account, or give grants.',
    refused: policy(OWNER, ...Array.from({ length: 400 }, () => USE)),
    check: (document) => {
      const { length } = JSON.stringify(policyOf(document) ?? '');
      return when(length > 32_768, `a key policy must have at most 32768 bytes; got: ${length}`);
    },
  },
  {
    id: 'key/rotation',
    source: 'https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html',
    wayOut: 'Only symmetric keys for encryption are rotated, each 90 to 2560 days.',
    refused: { KeySpec: 'RSA_2048', EnableKeyRotation: true },
    check: (document) => [
      ...when(
        flag(document, 'EnableKeyRotation') === true &&
          !['SYMMETRIC_DEFAULT', undefined].includes(text(document, 'KeySpec')),
        `EnableKeyRotation is for symmetric keys; got: ${text(document, 'KeySpec') ?? ''}`,
      ),
      ...mustLieIn(document, 'RotationPeriodInDays', 90, 2560),
    ],
  },
  {
    id: 'key/deletion',
    source: 'https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html',
    wayOut: 'Leave it out for 30 days.',
    refused: { PendingWindowInDays: 1 },
    check: (document) => mustLieIn(document, 'PendingWindowInDays', 7, 30),
  },
];

/** Whether a statement lets somebody change the policy who may be the one that deploys. */
function mayPutPolicy(statement: JsonObject): boolean {
  const principal = at(statement, 'Principal');
  const isSomebody = !isJsonObject(principal) || has(principal, 'AWS') || typeof principal === 'symbol';
  const isThere = asList(at(statement, 'Action')).some((action) => {
    const name = asText(action);
    return name === undefined || matches(name);
  });
  // A call that a person or CloudFormation makes comes through no other service.
  const isDirect = !conditionKeys(statement).some((key) =>
    /^kms:(ViaService|GrantIsForAWSResource|CallerAccount:via)$/i.test(key),
  );
  const isAllow = (text(statement, 'Effect') ?? 'Allow') === 'Allow';
  return isAllow && isSomebody && isDirect && (isThere || has(statement, 'NotAction'));
}

function matches(action: string): boolean {
  const pattern = action
    .replaceAll(UNKNOWN_TEXT, '*')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`, 'i').test('kms:PutKeyPolicy');
}

function conditionKeys(statement: JsonObject): readonly string[] {
  const condition = at(statement, 'Condition');
  return isJsonObject(condition)
    ? Object.values(condition).flatMap((one) => (isJsonObject(one) ? Object.keys(one) : []))
    : [];
}

const API = 'https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html';

/** A parameter that is accepted. */
export const PARAMETER_EXAMPLE: JsonObject = {
  Name: '/golden/latest',
  Type: 'String',
  Value: 'ami-0123456789abcdef0',
  DataType: 'aws:ec2:image',
};

/** What `PutParameter` refuses, and CloudFormation for it. */
export const PARAMETER_RULES: readonly Rule[] = [
  {
    id: 'parameter/name',
    source: 'https://github.com/boto/boto3/issues/1499',
    wayOut: 'Use letters, digits and . - _, in a path with a slash first, not below aws or ssm.',
    refused: { Name: '/golden/the latest' },
    check: (document) => {
      const name = text(document, 'Name');
      return when(
        name !== undefined && !isName(name),
        `Name must be a path of letters, digits and . - _; got: ${shown(name)}`,
      );
    },
  },
  {
    id: 'parameter/value',
    source: 'https://github.com/aws/aws-sdk-net/issues/3157',
    wayOut: 'Shorten it, or take the advanced tier for up to 8192 characters.',
    refused: { Value: 'a'.repeat(4097), DataType: 'text' },
    check: (document) => {
      const { length } = roughText(document, 'Value') ?? '-';
      const tier = text(document, 'Tier') ?? 'Standard';
      const most = tier === 'Standard' ? 4096 : 8192;
      return [
        ...when(length === 0, 'Value must have 1 character at least; got: ""'),
        ...when(length > most, `Value must have at most ${most} characters; got: ${length}`),
        ...mustBeOneOf(document, 'Tier', ['Standard', 'Advanced', 'Intelligent-Tiering']),
      ];
    },
  },
  {
    id: 'parameter/type',
    source: API,
    wayOut: 'CloudFormation makes no SecureString; put it by other means and refer to it.',
    refused: { Type: 'SecureString' },
    check: (document) => mustBeOneOf(document, 'Type', ['String', 'StringList']),
  },
  {
    id: 'parameter/data-type',
    source: API,
    wayOut: 'The store checks that an aws:ec2:image is an AMI; leave the type out for other texts.',
    refused: { Value: 'none' },
    check: (document) => {
      const value = text(document, 'Value');
      return [
        ...mustBeOneOf(document, 'DataType', ['text', 'aws:ec2:image', 'aws:ssm:integration']),
        ...when(
          text(document, 'DataType') === 'aws:ec2:image' &&
            value !== undefined &&
            !/^ami-[0-9a-f]+$/.test(value),
          `Value must be the id of an AMI; got: ${shown(value)}`,
        ),
      ];
    },
  },
];

function isName(name: string): boolean {
  const isPath = name.includes('/');
  return (
    /^[\w.\-/]{1,1011}$/.test(name) &&
    (!isPath || name.startsWith('/')) &&
    !name.endsWith('/') &&
    !name.includes('//') &&
    !/^\/?(aws|ssm)/i.test(name) &&
    name.split('/').length <= 16
  );
}
