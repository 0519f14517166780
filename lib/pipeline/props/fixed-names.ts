import { createHash } from 'node:crypto';
import { CfnDeletionPolicy, type CfnResource, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { functionRoleName as nameOfFunctionRole } from '../../contract/names/resources';
import { refuse } from '../../internal/validate';

/** The functions of a pipeline whose names are known without it. */
export type FunctionKind = 'decide' | 'publish' | 'housekeeping' | 'operate';

/** IAM takes no longer name, and role names are of the whole account: the region tells two pipelines of one name apart. */
const LONGEST_ROLE_NAME = 64;
const LONGEST_REGION = 'ap-southeast-1';

/** The name of a function of a pipeline, by which other accounts and the command line find it. */
export function functionName(
  { resourceName }: { readonly resourceName: string },
  kind: FunctionKind,
): string {
  return `${resourceName}-${kind}`;
}

/** Enough to tell the contents of one pipeline apart; its longest name stays below the 128 characters of Image Builder. */
const HASH_LENGTH = 8;

/**
 * The name of a component or workflow, which ends in a hash of its content: other content is another resource, and what a
 * bake began with keeps its name and its content.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_CreateComponent.html
 */
export function contentName(scope: IConstruct, name: string, content: readonly unknown[]): string {
  // A reference counts as it stands in the template.
  const text = JSON.stringify(Stack.of(scope).resolve(content));
  return `${name}-${createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH)}`;
}

/** Leaves to housekeeping what a deployment replaces, since a bake under way may still ask for it; the stack's end takes the rest. */
export function keepWhenReplaced<Resource extends CfnResource>(resource: Resource): Resource {
  resource.cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE;
  resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  return resource;
}

/** The name of the state machine of a pipeline. */
export function stateMachineName({ resourceName }: { readonly resourceName: string }): string {
  return `${resourceName}-rebake`;
}

/** The ARN of the state machine, for what it waits for itself. */
export function stateMachineArn(scope: IConstruct, settings: { readonly resourceName: string }): string {
  const { account, partition, region } = Stack.of(scope);
  return `arn:${partition}:states:${region}:${account}:stateMachine:${stateMachineName(settings)}`;
}

/**
 * The name of a function's role. It begins with the prefix of the parameters, which is what roles in other accounts trust.
 */
export function functionRoleName(
  scope: IConstruct,
  { parameterPrefix, pipelineName }: { readonly parameterPrefix: string; readonly pipelineName: string },
  kind: FunctionKind,
): string {
  const name = (region: string) => nameOfFunctionRole(parameterPrefix, pipelineName, kind, region);
  return checkedRoleName(scope, name, 'pipelineName', 'Shorten "pipelineName" or "parameterPrefix".');
}

/** The name of a role in the stack's region; ends synthesis where it would be too long. */
export function checkedRoleName(
  scope: IConstruct,
  nameIn: (region: string) => string,
  prop: string,
  wayOut: string,
): string {
  const { region } = Stack.of(scope);
  const longest = nameIn(Token.isUnresolved(region) ? LONGEST_REGION : region);
  if (!Token.isUnresolved(longest) && longest.length > LONGEST_ROLE_NAME) {
    refuse(
      scope,
      prop,
      `must leave the role ${nameIn('<region>')} at most ${LONGEST_ROLE_NAME} characters`,
      `${longest.length}`,
      wayOut,
    );
  }
  return nameIn(region);
}
