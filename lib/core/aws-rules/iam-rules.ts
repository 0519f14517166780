import { isJsonObject, type JsonObject } from '../../contract/values/json';
import type { Rule } from './rule';
import {
  asList,
  asText,
  at,
  has,
  list,
  mustLieIn,
  mustMatch,
  objects,
  shown,
  text,
  twice,
  when,
} from './values';

/** The statements of a policy. */
export function statements(policy: unknown): readonly JsonObject[] {
  return asList(at(policy, 'Statement')).filter(isJsonObject);
}

/** What is wrong in any policy, whoever it belongs to. */
export function wrongPolicy(policy: unknown): readonly string[] {
  const version = text(policy, 'Version');
  return isJsonObject(policy)
    ? [
        ...when(
          version !== undefined && !/^(2012-10-17|2008-10-17)(T00:00:00.*)?$/.test(version),
          `Version of a policy must be 2012-10-17; got: ${version ?? ''}`,
        ),
        ...when(!has(policy, 'Statement'), 'a policy needs Statement; got: nothing'),
        ...statements(policy).flatMap((statement) => [
          ...when(
            !has(statement, 'Effect') || !['Allow', 'Deny', undefined].includes(text(statement, 'Effect')),
            `Effect must be Allow or Deny; got: ${shown(at(statement, 'Effect'))}`,
          ),
          ...when(
            !has(statement, 'Action') && !has(statement, 'NotAction'),
            'a statement needs Action; got: nothing',
          ),
          ...actionsOf(statement)
            .filter((action) => action !== '*' && !/^[\w-]+:[\w*?]+$/.test(action))
            .map((action) => `an action must have its service in front; got: ${shown(action)}`),
          ...['Action', 'Resource']
            .filter((name) => Array.isArray(at(statement, name)) && list(statement, name).length === 0)
            .map((name) => `${name} of a statement cannot be empty; got: []`),
          ...wrongCondition(at(statement, 'Condition')),
        ]),
      ]
    : [];
}

/**
 * What conditions compare by.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
const OPERATOR =
  /^(For(AllValues|AnyValue):)?(Null|(String(Not)?(Equals(IgnoreCase)?|Like)|(Numeric|Date)((Not)?Equals|(Less|Greater)Than(Equals)?)|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?)$/i;

/** A condition is keys below their operators. */
function wrongCondition(condition: unknown): readonly string[] {
  return Object.entries(isJsonObject(condition) ? condition : {}).flatMap(([name, keys]) => [
    ...when(!OPERATOR.test(name), `a condition begins with an operator such as StringEquals; got: ${name}`),
    ...when(
      OPERATOR.test(name) && !isJsonObject(keys) && typeof keys !== 'symbol',
      `${name} of a condition needs keys with their values; got: ${shown(keys)}`,
    ),
  ]);
}

/** The actions of a statement that are known. */
function actionsOf(statement: JsonObject): readonly string[] {
  return asList(at(statement, 'Action')).flatMap((action) => asText(action) ?? []);
}

/** What is wrong in the principals of a policy of a resource. */
export function wrongPrincipals(policy: unknown): readonly string[] {
  return statements(policy).flatMap((statement) => {
    const principal = at(statement, 'Principal');
    if (principal === undefined) {
      return when(!has(statement, 'NotPrincipal'), 'a statement needs Principal; got: nothing');
    }
    if (!isJsonObject(principal)) {
      const one = asText(principal);
      return when(one !== undefined && one !== '*', `Principal must be * or a mapping; got: ${shown(one)}`);
    }
    return Object.entries(principal).flatMap(([kind, value]) => {
      const values = asList(value);
      return [
        ...when(values.length === 0, `Principal.${kind} cannot be empty; got: []`),
        ...values.flatMap((one) => {
          const named = asText(one);
          return when(
            named !== undefined && !isPrincipal(kind, named),
            `Principal.${kind} is no principal; got: ${shown(named)}`,
          );
        }),
      ];
    });
  });
}

const ACCOUNT = /^\d{12}$/;
const USER_OR_ROLE =
  /^arn:aws[a-z-]*:(iam::\d{12}:(root|(role|user)\/[\w+=,.@/-]+)|iam::cloudfront:user\/.+|sts::\d{12}:(assumed-role|federated-user)\/[\w+=,.@/-]+)$/;
const CANONICAL = /^(AROA|AIDA|AGPA|ANPA)\w+$/;

function isPrincipal(kind: string, value: string): boolean {
  switch (kind) {
    case 'AWS':
      return [ACCOUNT, USER_OR_ROLE, CANONICAL].some((pattern) => pattern.test(value)) || value === '*';
    case 'Service':
      return /^[\w.-]+\.(amazonaws\.com(\.cn)?|aws\.internal|amazon\.com|aws)$/.test(value) || value === '*';
    case 'Federated':
    case 'CanonicalUser':
      return value !== '';
    default:
      return false;
  }
}

const QUOTAS = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html';
const GRAMMAR = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html';

const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
const READ = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::golden/*' };
const PERMISSIONS = { Version: '2012-10-17', Statement: [READ] };

/** A role that is accepted. */
export const ROLE_EXAMPLE: JsonObject = {
  RoleName: 'golden-instances',
  AssumeRolePolicyDocument: TRUST,
  Policies: [{ PolicyName: 'read', PolicyDocument: PERMISSIONS }],
};

/** A policy of identities that is accepted. */
export const PERMISSIONS_EXAMPLE: JsonObject = { PolicyName: 'read', PolicyDocument: PERMISSIONS };

const trust = (change: JsonObject): JsonObject => ({
  AssumeRolePolicyDocument: { ...TRUST, Statement: [{ ...TRUST.Statement[0], ...change }] },
});
const permissions = (change: JsonObject): JsonObject => ({
  PolicyDocument: { ...PERMISSIONS, Statement: [{ ...READ, ...change }] },
});

/** The characters of a policy as IAM counts them, white space left out. */
function sizeOf(policy: unknown): number {
  return policy === undefined
    ? 0
    : JSON.stringify(policy, (_key, value: unknown) => (typeof value === 'symbol' ? '' : value)).replace(
        /\s/g,
        '',
      ).length;
}

/** What IAM refuses in a policy of identities. */
function wrongPermissions(policy: unknown): readonly string[] {
  return [
    ...wrongPolicy(policy),
    ...statements(policy).flatMap((statement) => [
      ...when(
        has(statement, 'Principal') || has(statement, 'NotPrincipal'),
        'a policy of an identity has the prohibited field Principal',
      ),
      ...when(
        !has(statement, 'Resource') && !has(statement, 'NotResource'),
        'a statement needs Resource; got: nothing',
      ),
      ...asList(at(statement, 'Resource')).flatMap((resource) => {
        const name = asText(resource);
        return when(
          name !== undefined && name !== '*' && !/^(arn:|\*)/.test(name),
          `Resource must be an ARN or *; got: ${shown(name)}`,
        );
      }),
    ]),
    ...wrongSids(policy),
  ];
}

function wrongSids(policy: unknown): readonly string[] {
  const ids = statements(policy).flatMap((statement) => text(statement, 'Sid') ?? []);
  return [
    ...twice(ids.filter((id) => id !== '')).map((id) => `statement ids must be unique; got: ${id} twice`),
    ...ids
      .filter((id) => !/^[A-Za-z0-9]*$/.test(id))
      .map((id) => `a statement id has letters and digits alone; got: ${shown(id)}`),
  ];
}

/** What `CreateRole` and `PutRolePolicy` refuse. */
export const ROLE_RULES: readonly Rule[] = [
  {
    id: 'role/name',
    source: QUOTAS,
    wayOut: 'Shorten or respell it.',
    refused: { RoleName: 'golden instances' },
    check: (document) =>
      mustMatch(document, 'RoleName', /^[\w+=,.@-]{1,64}$/, '1 to 64 letters, digits and + = , . @ - _'),
  },
  {
    id: 'role/trust',
    source: GRAMMAR,
    wayOut: 'A trust policy says who may assume the role: Principal and sts:AssumeRole, without Resource.',
    refused: trust({ Resource: '*' }),
    check: (document) => {
      const given = at(document, 'AssumeRolePolicyDocument');
      return [
        ...wrongPolicy(given),
        ...wrongPrincipals(given),
        ...wrongSids(given),
        ...statements(given).flatMap((statement) => [
          ...when(has(statement, 'Resource'), 'a trust policy has the prohibited field Resource'),
          ...actionsOf(statement)
            .filter((action) => !/^(sts:|\*$)/i.test(action))
            .map((action) => `a trust policy has actions of STS alone; got: ${shown(action)}`),
        ]),
      ];
    },
  },
  {
    id: 'role/trust-size',
    source: 'https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/2718',
    wayOut: 'Allow an organization by a condition instead of each account, or have the quota raised.',
    refused: trust({ Principal: { AWS: Array.from({ length: 200 }, (_, i) => `${100_000_000_000 + i}`) } }),
    check: (document) => {
      const size = sizeOf(at(document, 'AssumeRolePolicyDocument'));
      return when(size > 2048, `the trust policy must have at most 2048 characters; got: ${size}`);
    },
  },
  {
    id: 'role/policies',
    source: GRAMMAR,
    wayOut: 'Write it as the grammar has it; principals belong into policies of resources.',
    refused: {
      Policies: [
        { PolicyName: 'read', PolicyDocument: { ...PERMISSIONS, Statement: [{ ...READ, Principal: '*' }] } },
      ],
    },
    check: (document) =>
      objects(document, 'Policies').flatMap((one) => wrongPermissions(at(one, 'PolicyDocument'))),
  },
  {
    id: 'role/policies-size',
    source: 'https://github.com/aws/copilot-cli/issues/5917',
    wayOut: 'Join resources by wildcards, or make managed policies of some.',
    refused: {
      Policies: [
        { PolicyName: 'read', PolicyDocument: { Statement: Array.from({ length: 200 }, () => READ) } },
      ],
    },
    check: (document) => {
      const size = objects(document, 'Policies').reduce(
        (sum, one) => sum + sizeOf(at(one, 'PolicyDocument')),
        0,
      );
      return when(
        size > 10_240,
        `the inline policies of a role must have at most 10240 characters; got: ${size}`,
      );
    },
  },
  {
    id: 'role/session',
    source: 'https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html',
    wayOut: 'A session lasts one to twelve hours.',
    refused: { MaxSessionDuration: 900 },
    check: (document) => mustLieIn(document, 'MaxSessionDuration', 3600, 43_200),
  },
  {
    id: 'role/managed-policies',
    source: QUOTAS,
    wayOut: 'Join policies; the quota of ten can be raised to 25.',
    refused: { ManagedPolicyArns: Array.from({ length: 26 }, (_, i) => `arn:aws:iam::aws:policy/P${i}`) },
    check: (document) => {
      const { length } = list(document, 'ManagedPolicyArns');
      return when(length > 25, `ManagedPolicyArns must be at most 25; got: ${length}`);
    },
  },
];

/** What `PutRolePolicy` and `CreatePolicy` refuse. */
export const PERMISSIONS_RULES: readonly Rule[] = [
  {
    id: 'permissions/policy',
    source: GRAMMAR,
    wayOut: 'Write it as the grammar has it.',
    refused: permissions({ Resource: 'golden/*' }),
    check: (document) => wrongPermissions(at(document, 'PolicyDocument')),
  },
  {
    id: 'permissions/size',
    source: 'https://github.com/docker/docs/issues/5815',
    wayOut: 'Join resources by wildcards, or make several policies.',
    refused: { PolicyDocument: { Statement: Array.from({ length: 200 }, () => READ) } },
    check: (document) => {
      // An inline policy has a PolicyName, and the name of a managed one may be left out.
      const most = has(document, 'PolicyName') ? 10_240 : 6144;
      const size = sizeOf(at(document, 'PolicyDocument'));
      return when(size > most, `the policy must have at most ${most} characters; got: ${size}`);
    },
  },
];
