import {
  DeleteComponentCommand,
  DeleteWorkflowCommand,
  GetImagePipelineCommand,
  GetImageRecipeCommand,
  ImagebuilderClient,
  ListComponentBuildVersionsCommand,
  ListComponentsCommand,
  ListWorkflowBuildVersionsCommand,
  ListWorkflowsCommand,
} from '@aws-sdk/client-imagebuilder';
import { mockClient } from 'aws-sdk-client-mock';
import { imageBuilderDocuments } from '../../lib/aws/bake-documents';

const mock = mockClient(ImagebuilderClient);
const documents = imageBuilderDocuments(new ImagebuilderClient({ region: 'eu-central-1' }), '2022-core');
const PREFIX = 'arn:aws:imagebuilder:eu-central-1:123456789012:';
const COMPONENT = `${PREFIX}component/winbake-2022-core-update-0a1b2c3d/1.0.0`;
const FOREIGN = `${PREFIX}component/winbake-2022-core-big-update-0a1b2c3d/1.0.0`;
const WORKFLOW = `${PREFIX}workflow/test/winbake-2022-core-test-0a1b2c3d/1.0.0`;
beforeEach(() => mock.reset());

test("every build of the pipeline's own components and workflows is found, and no other pipeline's", async () => {
  const tags = (pipeline: string) => ({ 'winbake:pipeline': pipeline });
  mock
    .on(ListComponentsCommand, { owner: 'Self' })
    .resolvesOnce({
      componentVersionList: [{ arn: `${PREFIX}component/agent/1.0.0`, name: 'agent' }],
      nextToken: 'more',
    })
    .resolves({
      componentVersionList: [
        { arn: COMPONENT, name: 'winbake-2022-core-update-0a1b2c3d' },
        { arn: FOREIGN, name: 'winbake-2022-core-big-update-0a1b2c3d' },
      ],
    })
    .on(ListComponentBuildVersionsCommand, { componentVersionArn: COMPONENT })
    .resolves({ componentSummaryList: [{ arn: `${COMPONENT}/1`, tags: tags('2022-core') }] })
    .on(ListComponentBuildVersionsCommand, { componentVersionArn: FOREIGN })
    .resolves({
      componentSummaryList: [{ arn: `${FOREIGN}/1`, tags: tags('2022-core-big') }, { arn: `${FOREIGN}/2` }],
    })
    .on(ListWorkflowsCommand, { owner: 'Self' })
    .resolves({ workflowVersionList: [{ arn: WORKFLOW, name: 'winbake-2022-core-test-0a1b2c3d' }] })
    .on(ListWorkflowBuildVersionsCommand, { workflowVersionArn: WORKFLOW })
    .resolves({ workflowSummaryList: [{ arn: `${WORKFLOW}/1`, tags: tags('2022-core') }] });
  expect(await documents.all()).toEqual([`${COMPONENT}/1`, `${WORKFLOW}/1`]);
  expect(mock.commandCalls(ListComponentBuildVersionsCommand)).toHaveLength(2);
});

test('the recipe of the pipeline and the pipeline itself say what is in use', async () => {
  const pipeline = `${PREFIX}image-pipeline/winbake-2022-core`;
  const recipe = `${PREFIX}image-recipe/winbake-2022-core/1.0.3`;
  mock
    .on(GetImagePipelineCommand, { imagePipelineArn: pipeline })
    .resolves({ imagePipeline: { imageRecipeArn: recipe, workflows: [{ workflowArn: `${WORKFLOW}/1` }] } })
    .on(GetImageRecipeCommand, { imageRecipeArn: recipe })
    .resolves({ imageRecipe: { components: [{ componentArn: `${COMPONENT}/1` }] } });
  expect(await documents.usedBy(pipeline)).toEqual([`${COMPONENT}/1`, `${WORKFLOW}/1`]);
});

test('each is removed by the call of its kind', async () => {
  mock.on(DeleteComponentCommand).resolves({}).on(DeleteWorkflowCommand).resolves({});
  await documents.remove(`${COMPONENT}/1`);
  await documents.remove(`${WORKFLOW}/1`);
  const inputs = mock.calls().map(({ args: [command] }) => command.input as unknown);
  expect(inputs).toEqual([
    { componentBuildVersionArn: `${COMPONENT}/1` },
    { workflowBuildVersionArn: `${WORKFLOW}/1` },
  ]);
});
