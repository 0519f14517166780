import { isJsonObject, type JsonObject } from '../../../contract/values/json';
import { objects, shown, text, UNKNOWN_TEXT } from '../values';
import { workflowAction } from './workflow-actions';

const REFERENCE = /\$\.(stepOutputs|parameters|workflowOutputs|imagebuilder)\.([\w-]+)(?:\.([\w-]+))?/g;

/** What the parts of a document refer to that is not there: a step that comes later, an output or a parameter. */
export function wrongReferences(content: JsonObject): readonly string[] {
  const steps = objects(content, 'steps');
  const parameters = new Set(objects(content, 'parameters').flatMap((one) => text(one, 'name') ?? []));
  const before = new Map<string, unknown>();
  const wrong: string[] = [];
  for (const step of steps) {
    wrong.push(...lost(step, `step ${String(step['name'])}`, before, parameters));
    before.set(String(step['name']), step['action']);
  }
  return [
    ...wrong,
    ...objects(content, 'outputs').flatMap((output) =>
      lost(output, `output ${String(output['name'])}`, before, parameters),
    ),
  ];
}

function lost(
  part: JsonObject,
  where: string,
  before: ReadonlyMap<string, unknown>,
  parameters: ReadonlySet<string>,
): readonly string[] {
  return textsIn(part).flatMap((value) =>
    [...value.matchAll(REFERENCE)].flatMap(([reference, kind, name = '', output]) => {
      if (kind === 'parameters' && !parameters.has(name)) {
        return [`${where} refers to ${reference}, a parameter that is not declared`];
      }
      if (kind !== 'stepOutputs') {
        return [];
      }
      if (!before.has(name)) {
        return [`${where} refers to ${reference}, which no step before it has`];
      }
      const action = workflowAction(before.get(name));
      return action !== undefined && output !== undefined && !action.outputs.includes(output)
        ? [`${where} refers to ${reference}; ${String(before.get(name))} has ${shown(action.outputs)}`]
        : [];
    }),
  );
}

/** Every text in a value but those with an unknown part, which may be another name. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    return value.includes(`.${UNKNOWN_TEXT}`) ? [] : [value];
  }
  if (Array.isArray(value)) {
    return value.flatMap(textsIn);
  }
  return isJsonObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
