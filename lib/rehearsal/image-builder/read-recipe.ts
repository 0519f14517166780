import { isJsonObject, type JsonObject } from '../../core/oci/json-value';
import type { ResolvedResource, StackModel } from '../assembly/stack-model';
import { unmodelled } from '../assembly/unmodelled';
import { parseComponent, type ParsedComponent } from '../awstoe/parse-component';

/** What a pipeline of the template bakes. */
export interface Recipe {
  readonly arn: string;
  readonly components: readonly {
    readonly document: ParsedComponent;
    readonly parameters: ReadonlyMap<string, string>;
  }[];
  readonly instanceRole: { readonly id: string; readonly arn: string };
  /** What the distribution configuration puts on the AMI. */
  readonly amiTags: Readonly<Record<string, string>>;
}

/** Reads the recipe of a pipeline, its components and the role of its instances from the templates. */
export function readRecipe(stacks: readonly StackModel[], pipelineArn: string): Recipe {
  const pipeline = find(stacks, 'AWS::ImageBuilder::ImagePipeline', pipelineArn);
  const recipe = find(stacks, 'AWS::ImageBuilder::ImageRecipe', text(pipeline.properties, 'ImageRecipeArn'));
  const infrastructure = find(
    stacks,
    'AWS::ImageBuilder::InfrastructureConfiguration',
    text(pipeline.properties, 'InfrastructureConfigurationArn'),
  );
  const profile = find(
    stacks,
    'AWS::IAM::InstanceProfile',
    text(infrastructure.properties, 'InstanceProfileName'),
  );
  const [roleName] = profile.properties['Roles'] as string[];
  const role = find(stacks, 'AWS::IAM::Role', roleName ?? '');
  return {
    arn: text(pipeline.properties, 'ImageRecipeArn'),
    components: (recipe.properties['Components'] as JsonObject[]).map((component) => {
      const { properties } = find(stacks, 'AWS::ImageBuilder::Component', text(component, 'ComponentArn'));
      return { document: parseComponent(text(properties, 'Data')), parameters: parametersOf(component) };
    }),
    instanceRole: {
      id: String(role.stack.resolve({ 'Fn::GetAtt': [role.logicalId, 'RoleId'] })),
      arn: String(role.stack.resolve({ 'Fn::GetAtt': [role.logicalId, 'Arn'] })),
    },
    amiTags: amiTagsOf(stacks, pipeline.properties['DistributionConfigurationArn']),
  };
}

function find(
  stacks: readonly StackModel[],
  type: string,
  reference: string,
): ResolvedResource & { readonly stack: StackModel } {
  for (const stack of stacks) {
    const resource = stack.resources(type).find(({ logicalId }) => stack.reference(logicalId) === reference);
    if (resource !== undefined) {
      return { ...resource, stack };
    }
  }
  throw unmodelled(`${reference}, of type ${type}, which no stack of the assembly has`);
}

function amiTagsOf(stacks: readonly StackModel[], arn: unknown): Readonly<Record<string, string>> {
  if (typeof arn !== 'string') {
    return {};
  }
  const { properties } = find(stacks, 'AWS::ImageBuilder::DistributionConfiguration', arn);
  const [distribution] = properties['Distributions'] as JsonObject[];
  const ami = distribution?.['AmiDistributionConfiguration'];
  const tags = isJsonObject(ami) ? ami['AmiTags'] : undefined;
  return isJsonObject(tags) ? (tags as Readonly<Record<string, string>>) : {};
}

function parametersOf(component: JsonObject): ReadonlyMap<string, string> {
  const parameters = (component['Parameters'] ?? []) as JsonObject[];
  return new Map(parameters.map((one) => [text(one, 'Name'), (one['Value'] as string[]).join(',')]));
}

function text(object: JsonObject, key: string): string {
  const value = object[key];
  if (typeof value !== 'string') {
    throw unmodelled(`${key} of a resource that is no text`);
  }
  return value;
}
