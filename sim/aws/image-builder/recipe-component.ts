import { parse } from 'yaml';
import type { Finding } from '../../../lib/contract/values/finding';
import { type JsonObject, isJsonObject } from '../../../lib/contract/values/json';
import {
  CACHE_IMAGES_COMPONENT,
  PREPARE_SYSPREP_COMPONENT,
  updateComponent,
} from '../../../lib/core/image-builder/build-components';
import { verifyComponent } from '../../../lib/core/image-builder/verify-component';
import { parseComponent } from '../../windows/awstoe/parse-component';
import type { ParsedComponent } from '../../windows/awstoe/parsed-component';
import { unmodelled, UnmodelledError } from '../cloudformation/environment';
import type { StackModel } from '../cloudformation/stack-model';
import { documentOf, requireRules } from './held-to-rules';

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

/** The objects in a list of a resource; none where it is no list. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** A property that must be text. */
export function textOf(object: JsonObject, key: string): string {
  const value = object[key];
  if (typeof value !== 'string') {
    throw unmodelled(`${key} of a resource that is no text`);
  }
  return value;
}

/** A component of a recipe: its document with the values of its parameters, or why it cannot be run here. */
export type RecipeComponent =
  | {
      readonly arn: string;
      readonly document: ParsedComponent;
      readonly parameters: ReadonlyMap<string, string>;
    }
  | { readonly notRun: Finding; readonly steps: readonly string[] };

/** What Winbake itself puts into a recipe must run, or the rehearsal shows nothing. */
const OWN = [updateComponent(), CACHE_IMAGES_COMPONENT, PREPARE_SYSPREP_COMPONENT, verifyComponent()].map(
  ({ name }) => name,
);

/**
 * Reads a component of a recipe. A document that Image Builder would refuse is refused, and so is one of Winbake's own that
 * has no model; a user's that is not in the assembly or has no model is left out, which a finding says.
 */
export function readRecipeComponent(stacks: readonly StackModel[], component: JsonObject): RecipeComponent {
  const arn = textOf(component, 'ComponentArn');
  const found = findResource(stacks, 'AWS::ImageBuilder::Component', arn, ['Name', 'Data']);
  if (found === undefined) {
    const name = /:component\/([^/]+)/.exec(arn)?.[1] ?? arn;
    return skipped(name, [name], 'it is not in the assembly');
  }
  const { Name: resourceName, Data: data } = found.properties;
  if (typeof data !== 'string') {
    const name = String(resourceName);
    return skipped(name, [name], 'its document is not in the template');
  }
  requireRules('component', `component ${String(resourceName)}`, documentOf(found));
  try {
    const document = parseComponent(data, String(resourceName));
    return { arn, document, parameters: parametersOf(component) };
  } catch (error) {
    const { name, steps } = outlineOf(data, String(resourceName));
    if (error instanceof UnmodelledError && !OWN.includes(name)) {
      return skipped(name, steps, `the rehearsal does not model ${error.what}`);
    }
    throw error;
  }
}

function skipped(name: string, steps: readonly string[], why: string): RecipeComponent {
  const message = `Component ${name} was not run: ${why}. Try it in a bake.`;
  return { notRun: { code: 'NOT_RUN', severity: 'warning', message }, steps };
}

/** The name and the steps of a document that is YAML at least. */
function outlineOf(
  data: string,
  fallback: string,
): { readonly name: string; readonly steps: readonly string[] } {
  let document: unknown;
  try {
    document = parse(data);
  } catch {
    document = undefined;
  }
  const { name = fallback, phases } = isJsonObject(document) ? document : {};
  const steps = objectsOf(phases).flatMap((phase) => objectsOf(phase['steps']));
  return { name: String(name), steps: steps.map((step) => `${String(name)}: ${String(step['name'])}`) };
}

/** The values that a recipe gives, each a list of one text. */
function parametersOf(component: JsonObject): ReadonlyMap<string, string> {
  return new Map(
    objectsOf(component['Parameters']).map((one) => [textOf(one, 'Name'), String([one['Value']].flat()[0])]),
  );
}
