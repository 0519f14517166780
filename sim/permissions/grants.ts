import { isJsonObject, type JsonObject } from '../../lib/contract/values/json';
import type { AssemblyStack, TemplateResource } from '../aws/cloudformation/assembly';
import type { StackModel } from '../aws/cloudformation/stack-model';
import { managedStatements } from '../aws/iam/role-policies';
import { permissionStatement } from '../account/stack-policies';

/** One thing that a role or the policy of a resource is allowed, and that can be taken away by itself. */
export interface Grant {
  /** The same in all stacks that have the same construct. */
  readonly id: string;
  /** Whose it is: the path of a role's construct, or of the resource whose policy it is. */
  readonly of: string;
  readonly kind: 'identity' | 'managed' | 'resource' | 'trust';
  /** Which policy of a role, such as `DefaultPolicy`; empty where the owner has no other. */
  readonly policy: string;
  /** Which statement of it; undefined where there are none. */
  readonly statement: number | undefined;
  /** The action, or the name of a managed policy. */
  readonly action: string;
  /** The resources, or whom the policy of a resource lets in. */
  readonly about: readonly string[];
  readonly places: readonly GrantPlace[];
}

/** Where a grant is in the stacks. */
export interface GrantPlace {
  readonly stack: string;
  readonly logicalId: string;
  /** Where in the properties the action stands. */
  readonly path: readonly (string | number)[];
  /** The ARN of the role or resource. */
  readonly arn: string;
  /** With their references filled in, and this action alone; of a managed policy all that is known of it. */
  readonly statements: readonly JsonObject[];
}

/** What the policy of a resource is called, and what the resource is. */
const RESOURCE_POLICIES: Readonly<
  Record<
    string,
    { readonly document: string; readonly arns: (model: StackModel, id: string) => readonly string[] }
  >
> = {
  'AWS::KMS::Key': {
    document: 'KeyPolicy',
    arns: (model, id) => [String(model.resolve({ 'Fn::GetAtt': [id, 'Arn'] }))],
  },
  'AWS::S3::BucketPolicy': {
    document: 'PolicyDocument',
    arns: (model, id) => [`arn:aws:s3:::${String(model.properties(id, ['Bucket'])['Bucket'])}`],
  },
  'AWS::SNS::TopicPolicy': {
    document: 'PolicyDocument',
    arns: (model, id) => listOf(model.properties(id, ['Topics'])['Topics']).map(String),
  },
  'AWS::SQS::QueuePolicy': {
    document: 'PolicyDocument',
    arns: (model, id) =>
      listOf(model.properties(id, ['Queues'])['Queues']).map((url) => queueArn(model, String(url))),
  },
};

function queueArn({ environment }: StackModel, url: string): string {
  return `arn:aws:sqs:${environment.region}:${environment.account}:${url.split('/').at(-1) ?? ''}`;
}

/** All grants of the stacks of an assembly; those of the same construct in several stacks are one. */
export function grantsOf(stacks: readonly StackModel[]): readonly Grant[] {
  const found = new Map<string, Grant>();
  for (const model of stacks) {
    for (const grant of grantsIn(model)) {
      const before = found.get(grant.id);
      found.set(
        grant.id,
        before === undefined ? grant : { ...before, places: [...before.places, ...grant.places] },
      );
    }
  }
  return [...found.values()];
}

function* grantsIn(model: StackModel): Generator<Grant> {
  const resources = Object.entries(model.stack.template.Resources);
  for (const [logicalId, resource] of resources) {
    switch (resource.Type) {
      case 'AWS::IAM::Role':
        yield* roleGrants(model, logicalId, resource);
        break;
      case 'AWS::IAM::Policy':
      case 'AWS::IAM::ManagedPolicy':
        for (const role of rolesNamed(model, logicalId)) {
          const { PolicyDocument } = model.properties(logicalId, ['PolicyDocument']);
          const owner = { of: pathOf(model, role), arn: arnOf(model, role), kind: 'identity' } as const;
          yield* documentGrants(model, logicalId, ['PolicyDocument'], PolicyDocument, owner);
        }
        break;
      case 'AWS::Lambda::Permission': {
        const statement = permissionStatement(model, logicalId);
        const arn = String(statement['Resource']);
        const owner = { of: pathOf(model, logicalId), arn, kind: 'resource' } as const;
        yield grantOf(model, logicalId, [], [statement], String(statement['Action']), owner);
        break;
      }
      default:
        yield* resourceGrants(model, logicalId, resource);
    }
  }
}

function* roleGrants(
  model: StackModel,
  logicalId: string,
  { Properties = {} }: TemplateResource,
): Generator<Grant> {
  const of = pathOf(model, logicalId);
  const arn = arnOf(model, logicalId);
  const { AssumeRolePolicyDocument, Policies } = model.properties(logicalId, [
    'AssumeRolePolicyDocument',
    'Policies',
  ]);
  const trust = ['AssumeRolePolicyDocument'];
  yield* documentGrants(model, logicalId, trust, AssumeRolePolicyDocument, { of, arn, kind: 'trust' });
  for (const [index, policy] of listOf(Policies).entries()) {
    const document = isJsonObject(policy) ? policy['PolicyDocument'] : undefined;
    const path = ['Policies', index, 'PolicyDocument'];
    yield* documentGrants(model, logicalId, path, document, { of, arn, kind: 'identity' });
  }
  for (const [index, policy] of listOf(Properties['ManagedPolicyArns']).entries()) {
    const name = String(model.resolve(policy)).split('/').at(-1) ?? '';
    const path = ['ManagedPolicyArns', index];
    yield grantOf(model, logicalId, path, managedStatements(name) ?? [], name, { of, arn, kind: 'managed' });
  }
}

function* resourceGrants(model: StackModel, logicalId: string, { Type }: TemplateResource): Generator<Grant> {
  const known = Object.hasOwn(RESOURCE_POLICIES, Type) ? RESOURCE_POLICIES[Type] : undefined;
  if (known === undefined) {
    return;
  }
  const { [known.document]: document } = model.properties(logicalId, [known.document]);
  for (const arn of known.arns(model, logicalId)) {
    const owner = { of: pathOf(model, logicalId), arn, kind: 'resource' } as const;
    yield* documentGrants(model, logicalId, [known.document], document, owner);
  }
}

type Owner = Pick<Grant, 'of' | 'kind'> & Pick<GrantPlace, 'arn'>;

function* documentGrants(
  model: StackModel,
  logicalId: string,
  path: readonly (string | number)[],
  document: unknown,
  owner: Owner,
): Generator<Grant> {
  const statements = listOf(isJsonObject(document) ? document['Statement'] : undefined);
  for (const [index, statement] of statements.entries()) {
    if (!isJsonObject(statement) || statement['Effect'] !== 'Allow') {
      continue;
    }
    for (const [number, action] of listOf(statement['Action']).entries()) {
      const at = [...path, 'Statement', index, 'Action', number];
      yield grantOf(model, logicalId, at, [{ ...statement, Action: action }], String(action), owner);
    }
  }
}

function grantOf(
  model: StackModel,
  logicalId: string,
  path: GrantPlace['path'],
  statements: readonly JsonObject[],
  action: string,
  { arn, kind, of }: Owner,
): Grant {
  const index = path.indexOf('Statement');
  const about = kind === 'managed' ? [] : statements[0]?.[kind === 'identity' ? 'Resource' : 'Principal'];
  return {
    id: [logicalId, ...path, action].join(' '),
    of,
    kind,
    policy: kind === 'identity' ? policyName(model, logicalId, path, of) : '',
    statement: index === -1 ? undefined : Number(path[index + 1]),
    action,
    about: (isJsonObject(about) ? Object.values(about).flat() : listOf(about)).map(String),
    places: [{ stack: model.stack.name, logicalId, path, arn, statements }],
  };
}

function policyName(
  model: StackModel,
  logicalId: string,
  [first, index]: GrantPlace['path'],
  of: string,
): string {
  return first === 'Policies'
    ? `inline policy ${String(index)}`
    : pathOf(model, logicalId).replace(`${of}/`, '');
}

/** The assembly without a grant. */
export function withoutGrant(
  assembly: readonly AssemblyStack[],
  { places }: Grant,
): readonly AssemblyStack[] {
  return assembly.map((stack) => {
    const own = places.filter((place) => place.stack === stack.name);
    const Resources = own.reduce((resources, { logicalId, path }) => without(resources, logicalId, path), {
      ...stack.template.Resources,
    });
    return own.length === 0 ? stack : { ...stack, template: { ...stack.template, Resources } };
  });
}

function without(
  resources: Readonly<Record<string, TemplateResource>>,
  logicalId: string,
  path: GrantPlace['path'],
): Record<string, TemplateResource> {
  const { [logicalId]: resource, ...others } = resources;
  if (resource === undefined || path.length === 0) {
    return others;
  }
  return {
    ...resources,
    [logicalId]: { ...resource, Properties: removed(resource.Properties, path) as JsonObject },
  };
}

/** Lists of one member may stand alone in a template. A statement goes with its last action, since IAM takes none without. */
function removed(value: unknown, [first = '', ...rest]: GrantPlace['path']): unknown {
  if (typeof first === 'number') {
    return listOf(value).flatMap((one, index) => {
      if (index !== first) {
        return [one];
      }
      const left = rest.length === 0 ? undefined : removed(one, rest);
      const isEmpty = isJsonObject(left) && Array.isArray(left['Action']) && left['Action'].length === 0;
      return left === undefined || isEmpty ? [] : [left];
    });
  }
  const object = isJsonObject(value) ? value : {};
  return { ...object, [first]: removed(object[first], rest) };
}

function rolesNamed(model: StackModel, logicalId: string): readonly string[] {
  const named = listOf(model.properties(logicalId, ['Roles'])['Roles']);
  return model.logicalIds('AWS::IAM::Role').filter((role) => named.includes(model.reference(role)));
}

function arnOf(model: StackModel, role: string): string {
  return String(model.resolve({ 'Fn::GetAtt': [role, 'Arn'] }));
}

/** The path of a construct below its stack, or the logical id where the template does not say. */
function pathOf({ stack }: StackModel, logicalId: string): string {
  const resource = stack.template.Resources[logicalId] as { readonly Metadata?: JsonObject } | undefined;
  const path = resource?.Metadata?.['aws:cdk:path'];
  return typeof path === 'string'
    ? path
        .split('/')
        .slice(1)
        .join('/')
        .replace(/\/Resource$/, '')
    : logicalId;
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
}
