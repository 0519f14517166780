import type { JsonObject } from '../../contract/values/json';
import type { StackModel } from '../assembly/stack-model';

/** A resource of the assembly, some of its properties resolved. */
export interface FoundResource {
  readonly logicalId: string;
  readonly properties: JsonObject;
  readonly stack: StackModel;
}

/** The resource of a type to which a reference leads, or undefined where no stack of the assembly has it. */
export function findResource(
  stacks: readonly StackModel[],
  type: string,
  reference: string,
  properties: readonly string[],
): FoundResource | undefined {
  for (const stack of stacks) {
    const logicalId = stack.logicalIds(type).find((id) => stack.reference(id) === reference);
    if (logicalId !== undefined) {
      return { logicalId, properties: stack.properties(logicalId, properties), stack };
    }
  }
  return undefined;
}
