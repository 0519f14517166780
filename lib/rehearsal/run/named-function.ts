import { UsageError } from '../../contract/values/errors';
import type { StackModel } from '../assembly/stack-model';
import { resolvedFunction, type TemplateFunction } from './template-functions';

/** The function of a stack that has that fixed name; throws a `UsageError` where none has. */
export function functionNamed(stack: StackModel, name: string): Omit<TemplateFunction, 'kind'> {
  const { Resources } = stack.stack.template;
  const logicalId = stack
    .logicalIds('AWS::Lambda::Function')
    .find((id) => Resources[id]?.Properties?.['FunctionName'] === name);
  if (logicalId === undefined) {
    throw new UsageError(
      `${stack.stack.name} has no function ${name}; synthesize it with the Winbake that rehearses it.`,
    );
  }
  return resolvedFunction(stack, logicalId);
}
