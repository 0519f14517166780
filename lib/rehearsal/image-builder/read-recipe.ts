import { WinbakeError } from '../../core/errors/winbake-error';
import { isJsonObject, type JsonObject } from '../../core/oci/json-value';
import type { StackModel } from '../assembly/stack-model';
import { unmodelled } from '../assembly/unmodelled';
import { isModelled } from '../awstoe/actions';
import { parseComponent, type ParsedComponent } from '../awstoe/parse-component';

/** What a pipeline of the template bakes. */
export interface Recipe {
  readonly arn: string;
  /** The parameter that names the base AMI; undefined where the recipe names the AMI itself. */
  readonly baseAmiParameter: string | undefined;
  readonly components: readonly {
    readonly document: ParsedComponent;
    readonly parameters: ReadonlyMap<string, string>;
  }[];
  readonly instanceRole: { readonly id: string; readonly arn: string };
  /** What the distribution configuration puts on the AMI. */
  readonly amiTags: Readonly<Record<string, string>>;
}

/**
 * Reads the recipe of a pipeline, its components and the role of its instances from the templates. What CloudFormation or
 * Image Builder would refuse is refused here, and so is a document that the rehearsal does not model.
 */
export function readRecipe(stacks: readonly StackModel[], pipelineArn: string): Recipe {
  const pipeline = find(stacks, 'AWS::ImageBuilder::ImagePipeline', pipelineArn, [
    'ImageRecipeArn',
    'InfrastructureConfigurationArn',
    'DistributionConfigurationArn',
  ]);
  const arn = text(pipeline.properties, 'ImageRecipeArn');
  const recipe = find(stacks, 'AWS::ImageBuilder::ImageRecipe', arn, ['Components', 'ParentImage']);
  const [, baseAmiParameter] = /^ssm:(.+)$/.exec(text(recipe.properties, 'ParentImage')) ?? [];
  return {
    arn,
    baseAmiParameter,
    components: objectsOf(recipe.properties['Components']).map((component) =>
      readComponent(stacks, component),
    ),
    instanceRole: instanceRoleOf(stacks, text(pipeline.properties, 'InfrastructureConfigurationArn')),
    amiTags: amiTagsOf(stacks, pipeline.properties['DistributionConfigurationArn']),
  };
}

/** The steps of a recipe in the order in which they run, as `<component>: <step>`. */
export function stepNames({ components }: Recipe): readonly string[] {
  return ['build', 'validate', 'test'].flatMap((phase) =>
    components.flatMap(({ document }) =>
      (document.phases.get(phase) ?? []).map((step) => `${document.name}: ${step.name}`),
    ),
  );
}

function readComponent(stacks: readonly StackModel[], component: JsonObject): Recipe['components'][number] {
  const arn = text(component, 'ComponentArn');
  const { properties } = find(stacks, 'AWS::ImageBuilder::Component', arn, ['Data']);
  const document = parseComponent(text(properties, 'Data'));
  refuseUnknownActions(document);
  return { document, parameters: parametersOf(component, document) };
}

function instanceRoleOf(stacks: readonly StackModel[], infrastructureArn: string): Recipe['instanceRole'] {
  const infrastructure = find(stacks, 'AWS::ImageBuilder::InfrastructureConfiguration', infrastructureArn, [
    'InstanceProfileName',
  ]);
  const name = text(infrastructure.properties, 'InstanceProfileName');
  const { Roles } = find(stacks, 'AWS::IAM::InstanceProfile', name, ['Roles']).properties;
  const role = find(stacks, 'AWS::IAM::Role', Array.isArray(Roles) ? String(Roles[0]) : '', []);
  const attribute = (key: string) => String(role.stack.resolve({ 'Fn::GetAtt': [role.logicalId, key] }));
  return { id: attribute('RoleId'), arn: attribute('Arn') };
}

function find(
  stacks: readonly StackModel[],
  type: string,
  reference: string,
  properties: readonly string[],
): { readonly logicalId: string; readonly properties: JsonObject; readonly stack: StackModel } {
  for (const stack of stacks) {
    const logicalId = stack.logicalIds(type).find((id) => stack.reference(id) === reference);
    if (logicalId !== undefined) {
      return { logicalId, properties: stack.properties(logicalId, properties), stack };
    }
  }
  throw new WinbakeError(
    'REHEARSAL_FAILED',
    `The recipe refers to ${reference}, of type ${type}, which no stack of the assembly has.`,
  );
}

function amiTagsOf(stacks: readonly StackModel[], arn: unknown): Readonly<Record<string, string>> {
  if (typeof arn !== 'string') {
    return {};
  }
  const { properties } = find(stacks, 'AWS::ImageBuilder::DistributionConfiguration', arn, ['Distributions']);
  const [distribution] = objectsOf(properties['Distributions']);
  const ami = distribution?.['AmiDistributionConfiguration'];
  const tags = isJsonObject(ami) ? ami['AmiTags'] : undefined;
  return isJsonObject(tags) ? (tags as Readonly<Record<string, string>>) : {};
}

/** An action without a model is refused before anything runs. */
function refuseUnknownActions({ name, phases }: ParsedComponent): void {
  for (const step of [...phases.values()].flat()) {
    if (!isModelled(step.action)) {
      throw unmodelled(`the action ${step.action} of step ${step.name} of component ${name}`);
    }
  }
}

/** Image Builder refuses a value for a parameter that the document does not declare, and a parameter without a value. */
function parametersOf(component: JsonObject, document: ParsedComponent): ReadonlyMap<string, string> {
  const given = new Map(
    objectsOf(component['Parameters']).map((one) => [text(one, 'Name'), valuesOf(one).join(',')]),
  );
  const stranger = [...given.keys()].find((name) => !document.parameters.has(name));
  const missing = [...document.parameters].find(([name, preset]) => preset === undefined && !given.has(name));
  const wrong = stranger ?? missing?.[0];
  if (wrong !== undefined) {
    const problem = stranger === undefined ? 'needs a value for' : 'does not declare';
    throw new WinbakeError(
      'REHEARSAL_FAILED',
      `Image Builder would refuse the recipe: component ${document.name} ${problem} the parameter ${wrong}.`,
    );
  }
  return given;
}

function valuesOf({ Value }: JsonObject): readonly string[] {
  return Array.isArray(Value) ? Value.map(String) : [];
}

function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function text(object: JsonObject, key: string): string {
  const value = object[key];
  if (typeof value !== 'string') {
    throw unmodelled(`${key} of a resource that is no text`);
  }
  return value;
}
