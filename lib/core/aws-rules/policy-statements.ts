import { isJsonObject, type JsonObject } from '../../contract/values/json';
import { asList, asText, at, has, shown, text, when } from './values';

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
        ]),
      ]
    : [];
}

/** The actions of a statement that are known. */
export function actionsOf(statement: JsonObject): readonly string[] {
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
