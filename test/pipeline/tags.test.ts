import { App, CfnResource, TagManager } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { addAllPropsPipeline } from '../support/all-props-pipeline';
import { stateMachineCalling, functionsOf } from '../../sim/rehearsal/template-functions';
import { onlyProperties } from '../support/only-resource';
import { stackModels } from '../support/stack-models';

const { pipeline, stack } = addAllPropsPipeline(new App());
const template = Template.fromStack(stack);
const { Resources } = template.toJSON() as {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>;
};

/** Every resource of the pipeline that takes tags, with those that the template gives it. */
function taggable(): readonly (readonly [string, string])[] {
  return pipeline.node.findAll().flatMap((construct) => {
    if (!CfnResource.isCfnResource(construct) || TagManager.of(construct) === undefined) {
      return [];
    }
    const { Properties, Type } = Resources[stack.resolve(construct.logicalId) as string]!;
    return [[`${Type} ${construct.node.path}`, JSON.stringify(Properties['Tags'])] as const];
  });
}

test('everything of a pipeline that takes tags names the pipeline', () => {
  expect(taggable().length).toBeGreaterThan(40);
  const untagged = taggable().filter(
    ([, tags]) => !/"winbake:pipeline":"web"|"Key":"winbake:pipeline","Value":"web"/.test(tags),
  );
  expect(untagged).toEqual([]);
});

test('and so does everything that Image Builder makes for it', () => {
  const tag = { 'winbake:pipeline': 'web' };
  expect(onlyProperties(template, 'AWS::ImageBuilder::InfrastructureConfiguration').ResourceTags).toEqual(
    tag,
  );
  expect(onlyProperties(template, 'AWS::ImageBuilder::ImagePipeline').ImageTags).toEqual(tag);
  expect(onlyProperties(template, 'AWS::ImageBuilder::ImageRecipe').AmiTags).toEqual(tag);
  const { Distributions } = onlyProperties(template, 'AWS::ImageBuilder::DistributionConfiguration');
  const ofAmis = (Distributions as { AmiDistributionConfiguration: { AmiTags: object } }[]).map(
    ({ AmiDistributionConfiguration }) => AmiDistributionConfiguration.AmiTags,
  );
  expect(ofAmis).toEqual([tag, tag]);
});

test('an image that the rebake starts has the tag of the start, since the tags of its pipeline are for schedules', () => {
  const [model] = stackModels({ All: Template.fromStack(stack).toJSON() });
  const decide = functionsOf(model!).find(({ kind }) => kind === 'decide')!;
  const { definition } = stateMachineCalling(model!, decide.arn) as {
    readonly definition: { readonly States: { readonly StartBake: { readonly Parameters: object } } };
  };
  expect(definition.States.StartBake.Parameters).toMatchObject({ Tags: { 'winbake:pipeline': 'web' } });
});
