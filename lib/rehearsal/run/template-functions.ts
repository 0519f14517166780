import { isJsonObject, type JsonObject } from '../../contract/values/json';
import type { StackModel } from '../assembly/stack-model';
import { unmodelled } from '../assembly/unmodelled';

/** The handlers that Winbake's functions run. */
export type HandlerKind = 'decide' | 'publish' | 'seed' | 'rollout' | 'launch-template';

/** A Lambda function of Winbake in a template. */
export interface TemplateFunction {
  readonly arn: string;
  readonly kind: HandlerKind;
  readonly roleArn: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Which handler a function runs shows in the variables that only it is given, most telling first. */
const TELLING: readonly (readonly [string, HandlerKind])[] = [
  ['WINBAKE_RECIPE_ARN', 'decide'],
  ['WINBAKE_INSTANCE_ROLE_ID', 'publish'],
  ['WINBAKE_ROLLOUT_POLICY', 'rollout'],
  ['WINBAKE_LAUNCH_TEMPLATE_ID', 'launch-template'],
  ['WINBAKE_STATE_MACHINE_ARN', 'seed'],
];

/** The functions of Winbake in a stack. */
export function functionsOf(stack: StackModel): readonly TemplateFunction[] {
  return stack.logicalIds('AWS::Lambda::Function').flatMap((logicalId) => {
    // Other functions of a stack may refer to what has no model.
    const kind = TELLING.find(
      ([name]) => name in variablesOf(stack.stack.template.Resources[logicalId]?.Properties ?? {}),
    )?.[1];
    if (kind === undefined) {
      return [];
    }
    return { kind, ...resolvedFunction(stack, logicalId) };
  });
}

/** A function with its references filled in. */
export function resolvedFunction(stack: StackModel, logicalId: string): Omit<TemplateFunction, 'kind'> {
  const { Environment, Role } = stack.properties(logicalId, ['Environment', 'Role']);
  const variables = Object.entries(variablesOf({ Environment }));
  return {
    arn: String(stack.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] })),
    roleArn: String(Role),
    environment: Object.fromEntries(variables.map(([name, value]) => [name, String(value)])),
  };
}

/** The environment variables of a function, as its properties have them. */
export function variablesOf({ Environment }: JsonObject): JsonObject {
  const variables = isJsonObject(Environment) ? Environment['Variables'] : undefined;
  return isJsonObject(variables) ? variables : {};
}

/** The function of that ARN; throws for one that is not Winbake's. */
export function functionByArn(stacks: readonly StackModel[], arn: string): TemplateFunction {
  const found = stacks.flatMap(functionsOf).find((one) => one.arn === arn);
  if (found === undefined) {
    throw unmodelled(`the function ${arn}, which is not one of Winbake's`);
  }
  return found;
}

/** The states machine that calls a function, as the template defines it, with its role. */
export function stateMachineCalling(
  stack: StackModel,
  functionArn: string,
): { readonly definition: unknown; readonly roleArn: string; readonly arn: string } {
  for (const { logicalId, properties } of stack.resources('AWS::StepFunctions::StateMachine')) {
    const { DefinitionString, DefinitionSubstitutions, RoleArn } = properties;
    const substitutions = isJsonObject(DefinitionSubstitutions) ? DefinitionSubstitutions : {};
    const text = String(DefinitionString).replaceAll(/\$\{([A-Za-z0-9_]+)\}/g, (whole, name: string) =>
      Object.hasOwn(substitutions, name) ? String(substitutions[name]) : whole,
    );
    if (text.includes(functionArn)) {
      return { definition: JSON.parse(text), roleArn: String(RoleArn), arn: stack.reference(logicalId) };
    }
  }
  throw unmodelled(`${functionArn}, which no state machine of ${stack.stack.name} calls`);
}
