import { WinbakeError } from '../../../lib/contract/values/errors';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import type { DocumentKind } from '../../../lib/core/aws-rules/rule';
import { PHASES } from '../../windows/awstoe/parsed-component';
import { dependencyClosure } from '../cloudformation/assembly';
import type { StackModel } from '../cloudformation/stack-model';
import { documentOf, requireRules } from './held-to-rules';
import {
  findResource,
  type FoundResource,
  objectsOf,
  readRecipeComponent,
  type RecipeComponent,
  textOf,
} from './recipe-component';
import { type PipelineWorkflow, readWorkflows } from './workflows';

/** What a pipeline of the template bakes. */
export interface Recipe {
  readonly arn: string;
  /** The parameter that names the base AMI; undefined where the recipe names the AMI itself. */
  readonly baseAmiParameter: string | undefined;
  readonly components: readonly RecipeComponent[];
  /** The name of the instance profile that its instances have. */
  readonly instanceProfile: string;
  readonly instanceRole: { readonly id: string; readonly arn: string };
  /** Where the distribution configuration brings the AMI; empty: nowhere but where it is made. */
  readonly distributions: readonly Distribution[];
  /** What is done around the components, in the order of the stages. */
  readonly workflows: readonly PipelineWorkflow[];
}

/** A region to which an AMI is distributed. */
export interface Distribution {
  readonly region: string;
  /** What is put on the AMI there. */
  readonly amiTags: Readonly<Record<string, string>>;
  /** The accounts that it is shared with there. */
  readonly launchAccounts: readonly string[];
  readonly hasFastLaunch: boolean;
}

/**
 * Reads the recipe of a pipeline, its components and the role of its instances from the templates. What CloudFormation or
 * Image Builder would refuse is refused here, and so is a document that the rehearsal does not model.
 */
export function readRecipe(all: readonly StackModel[], pipelineArn: string): Recipe {
  // Names of roles and profiles come again in other accounts.
  const stacks = all.filter(({ environment }) => environment.account === pipelineArn.split(':')[4]);
  const pipeline = find(stacks, 'AWS::ImageBuilder::ImagePipeline', pipelineArn, [
    'ImageRecipeArn',
    'InfrastructureConfigurationArn',
    'DistributionConfigurationArn',
    'Workflows',
    'ImageScanningConfiguration',
  ]);
  requireScanning(pipeline);
  const arn = textOf(pipeline.properties, 'ImageRecipeArn');
  const recipe = find(stacks, 'AWS::ImageBuilder::ImageRecipe', arn, ['Components', 'ParentImage']);
  requireRecipe(stacks, recipe);
  requirePipeline(stacks, pipeline, recipe);
  const [, baseAmiParameter] = /^ssm:(.+)$/.exec(textOf(recipe.properties, 'ParentImage')) ?? [];
  if (baseAmiParameter !== undefined) {
    requireBaseAmi(recipe, baseAmiParameter);
  }
  return {
    arn,
    baseAmiParameter,
    components: objectsOf(recipe.properties['Components']).map((component) =>
      readRecipeComponent(stacks, component),
    ),
    ...instanceProfileOf(stacks, textOf(pipeline.properties, 'InfrastructureConfigurationArn')),
    distributions: distributionsOf(stacks, pipeline.properties['DistributionConfigurationArn']),
    workflows: readWorkflows(stacks, pipeline.properties),
  };
}

/** The steps of a recipe in the order in which they run, as `<component>: <step>`; a component that is not run is one. */
export function stepNames({ components }: Recipe): readonly string[] {
  return PHASES.flatMap((phase) =>
    components.flatMap((component) => {
      if ('notRun' in component) {
        return phase === 'build' ? component.steps : [];
      }
      const { name, phases } = component.document;
      return (phases.get(phase) ?? []).map((step) => `${name}: ${step.name}`);
    }),
  );
}

/**
 * In the simulated account Inspector is off, as it is in a new one. The scan of the test instance, which is also what is meant
 * where no type is named, is refused there when the pipeline is created.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/integ-inspector.html
 * @see https://github.com/aws/aws-cdk/pull/37061
 */
function requireScanning({ logicalId, properties }: FoundResource): void {
  const scanning = properties['ImageScanningConfiguration'];
  const { ImageScanningEnabled, ImageScanningTypes = ['TEST_INSTANCE_CVE'] } = isJsonObject(scanning)
    ? scanning
    : {};
  if (ImageScanningEnabled === true && [ImageScanningTypes].flat().includes('TEST_INSTANCE_CVE')) {
    throw new WinbakeError(
      'REHEARSAL_FAILED',
      `Image Builder would refuse the pipeline ${logicalId} (ResourceDependencyException): Amazon Inspector is not enabled for EC2.`,
    );
  }
}

/**
 * Image Builder refuses a recipe whose parameter does not exist when the recipe is created. One that the same stack creates is
 * there in time only if the recipe waits for it; one that no stack creates is taken to be there.
 * @see https://github.com/aws-samples/amazon-ec2-image-builder-samples/tree/main/golden-ami-pipeline
 */
function requireBaseAmi({ logicalId, stack }: FoundResource, parameter: string): void {
  const made = stack.logicalIds('AWS::SSM::Parameter').find((id) => stack.reference(id) === parameter);
  if (made !== undefined && !dependencyClosure(stack.stack.template, logicalId).has(made)) {
    throw new WinbakeError(
      'REHEARSAL_FAILED',
      `Image Builder would refuse the recipe ${logicalId}: ${made}, the parameter ${parameter}, may not exist yet. ` +
        'Hand it to the pipeline with BaseAmi.fromStringParameter.',
    );
  }
}

function requireRecipe(stacks: readonly StackModel[], recipe: FoundResource): void {
  const components = objectsOf(recipe.properties['Components']).flatMap((component) => {
    const arn = textOf(component, 'ComponentArn');
    const found = findResource(stacks, 'AWS::ImageBuilder::Component', arn, []);
    return found === undefined ? [] : [neighbour(arn, 'component', found)];
  });
  requireRules('recipe', `the recipe ${recipe.logicalId}`, documentOf(recipe), new Map(components));
}

function requirePipeline(
  stacks: readonly StackModel[],
  pipeline: FoundResource,
  recipe: FoundResource,
): void {
  const { DistributionConfigurationArn, ImageRecipeArn, InfrastructureConfigurationArn } =
    pipeline.properties;
  const infrastructure = find(
    stacks,
    'AWS::ImageBuilder::InfrastructureConfiguration',
    String(InfrastructureConfigurationArn),
    [],
  );
  requireRules(
    'infrastructure',
    `the infrastructure ${infrastructure.logicalId}`,
    documentOf(infrastructure),
  );
  const neighbours = new Map([neighbour(String(ImageRecipeArn), 'recipe', recipe)]);
  if (typeof DistributionConfigurationArn === 'string') {
    const found = find(
      stacks,
      'AWS::ImageBuilder::DistributionConfiguration',
      DistributionConfigurationArn,
      [],
    );
    requireRules('distribution', `the distribution ${found.logicalId}`, documentOf(found));
    neighbours.set(...neighbour(DistributionConfigurationArn, 'distribution', found));
  }
  requireRules('pipeline', `the pipeline ${pipeline.logicalId}`, documentOf(pipeline), neighbours);
}

function neighbour(
  arn: string,
  kind: DocumentKind,
  found: FoundResource,
): [string, { readonly kind: DocumentKind; readonly document: JsonObject }] {
  return [arn, { kind, document: documentOf(found) }];
}

function instanceProfileOf(
  stacks: readonly StackModel[],
  infrastructureArn: string,
): Pick<Recipe, 'instanceProfile' | 'instanceRole'> {
  const infrastructure = find(stacks, 'AWS::ImageBuilder::InfrastructureConfiguration', infrastructureArn, [
    'InstanceProfileName',
  ]);
  const name = textOf(infrastructure.properties, 'InstanceProfileName');
  const { Roles } = find(stacks, 'AWS::IAM::InstanceProfile', name, ['Roles']).properties;
  const role = find(stacks, 'AWS::IAM::Role', Array.isArray(Roles) ? String(Roles[0]) : '', []);
  const attribute = (key: string) => String(role.stack.resolve({ 'Fn::GetAtt': [role.logicalId, key] }));
  return { instanceProfile: name, instanceRole: { id: attribute('RoleId'), arn: attribute('Arn') } };
}

function find(
  stacks: readonly StackModel[],
  type: string,
  reference: string,
  properties: readonly string[],
): FoundResource {
  const found = findResource(stacks, type, reference, properties);
  if (found === undefined) {
    throw new WinbakeError(
      'REHEARSAL_FAILED',
      `The recipe refers to ${reference}, of type ${type}, which no stack of the assembly has.`,
    );
  }
  return found;
}

function distributionsOf(stacks: readonly StackModel[], arn: unknown): readonly Distribution[] {
  if (typeof arn !== 'string') {
    return [];
  }
  const { properties } = find(stacks, 'AWS::ImageBuilder::DistributionConfiguration', arn, ['Distributions']);
  return objectsOf(properties['Distributions']).map((distribution) => {
    const ami = distribution['AmiDistributionConfiguration'];
    const { AmiTags: tags, LaunchPermissionConfiguration: launch } = isJsonObject(ami) ? ami : {};
    const accounts = isJsonObject(launch) ? launch['UserIds'] : undefined;
    return {
      region: String(distribution['Region']),
      amiTags: isJsonObject(tags) ? (tags as Readonly<Record<string, string>>) : {},
      launchAccounts: Array.isArray(accounts) ? accounts.map(String) : [],
      hasFastLaunch: objectsOf(distribution['FastLaunchConfigurations']).length > 0,
    };
  });
}
