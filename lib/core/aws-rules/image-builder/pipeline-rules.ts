import { isJsonObject, type JsonObject } from '../../../contract/values/json';
import { type Neighbours, referred, type Rule } from '../rule';
import { wrongSchedule } from '../schedule-rules';
import {
  at,
  flag,
  has,
  inside,
  mustBeOneOf,
  mustHave,
  mustLieIn,
  mustMatch,
  objects,
  roughText,
  shown,
  text,
  twice,
  UNKNOWN_TEXT,
  when,
} from '../values';
import { wrongTags } from '../launch-template-rules';
import { wrongName } from './names';
import { lacksImageId } from './workflow-rules';
import { contentOf } from './yaml-document';

const API = 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_CreateImagePipeline.html';
const WORKFLOWS =
  'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_WorkflowConfiguration.html';
const SHARING = 'https://docs.aws.amazon.com/imagebuilder/latest/userguide/cross-account-dist.html';

const MANAGED = 'arn:aws:imagebuilder:eu-west-1:aws:workflow/build/build-image';
const TEST = 'arn:aws:imagebuilder:eu-west-1:aws:workflow/test/test-image/x.x.x';
const ROLE = 'arn:aws:iam::111122223333:role/golden-execution';

/** A pipeline that is accepted. */
export const PIPELINE_EXAMPLE: JsonObject = {
  Name: 'golden',
  ImageRecipeArn: 'arn:aws:imagebuilder:eu-west-1:111122223333:image-recipe/golden/x.x.x',
  InfrastructureConfigurationArn:
    'arn:aws:imagebuilder:eu-west-1:111122223333:infrastructure-configuration/golden',
  ExecutionRole: ROLE,
  Workflows: [{ WorkflowArn: `${MANAGED}/x.x.x` }, { WorkflowArn: TEST }],
  Schedule: { ScheduleExpression: 'cron(0 9 ? * mon *)' },
};

/** The workflows of a pipeline with what is known of them. */
function workflowsOf(document: JsonObject, neighbours: Neighbours) {
  return objects(document, 'Workflows').map((one) => {
    const found = referred(at(one, 'WorkflowArn'), 'workflow', neighbours);
    const arn = roughText(one, 'WorkflowArn');
    const stage = /:workflow\/(\w+)\//.exec(arn ?? '')?.[1]?.toUpperCase();
    return { given: one, arn, document: found, stage: text(found, 'Type') ?? stage };
  });
}

/** What `CreateImagePipeline` and `CreateImage` refuse, or what fails for certain in the stages after the build. */
export const PIPELINE_RULES: readonly Rule[] = [
  {
    id: 'pipeline/name',
    source: API,
    wayOut: 'Rename the pipeline.',
    refused: { Name: 'golden/2022' },
    check: wrongName,
  },
  {
    id: 'pipeline/recipe',
    source: API,
    wayOut: 'Name one recipe, of an AMI or of a container.',
    refused: {
      ContainerRecipeArn: 'arn:aws:imagebuilder:eu-west-1:111122223333:container-recipe/golden/x.x.x',
    },
    check: (document) => {
      const recipes = ['ImageRecipeArn', 'ContainerRecipeArn'].filter((name) => has(document, name));
      return [
        ...when(
          recipes.length !== 1 && !has(document, 'ImagePipelineExecutionSettings'),
          `one of ImageRecipeArn and ContainerRecipeArn is needed; got: ${recipes.length === 0 ? 'neither' : 'both'}`,
        ),
        ...mustMatch(
          document,
          'ImageRecipeArn',
          /:image-recipe\/[a-z0-9-_]+\/(\d+|x)\.(\d+|x)\.(\d+|x)$/,
          'the ARN of a recipe with its version',
        ),
      ];
    },
  },
  {
    id: 'pipeline/execution-role',
    source: WORKFLOWS,
    wayOut: 'Give a role that imagebuilder.amazonaws.com may assume, with EC2ImageBuilderExecutionPolicy.',
    refused: { ExecutionRole: undefined },
    check: (document) => [
      ...when(
        objects(document, 'Workflows').length > 0 && !has(document, 'ExecutionRole'),
        'an execution role is required to provide workflows; got: none',
      ),
      ...mustMatch(
        document,
        'ExecutionRole',
        /^(?:arn:aws(?:-[a-z]+)*:iam::\d{12}:role\/)?[\w+=,.@\-/]+$/,
        'the name or ARN of a role',
      ),
    ],
  },
  {
    id: 'pipeline/managed-workflow',
    source: 'https://github.com/aws/aws-cdk/issues/29910',
    wayOut: "End the ARN of one of AWS's own workflows with /x.x.x.",
    refused: { Workflows: [{ WorkflowArn: `${MANAGED}/1.0.1/1` }] },
    check: (document, neighbours) =>
      workflowsOf(document, neighbours).flatMap(({ arn }) => {
        const version = /:aws:workflow\/\w+\/[^/]+\/(.+)$/.exec(arn ?? '')?.[1];
        return when(
          version !== undefined && version !== 'x.x.x' && !version.includes(UNKNOWN_TEXT),
          `AWS managed workflows must have the version x.x.x; got: ${shown(arn)}`,
        );
      }),
  },
  {
    id: 'pipeline/workflow-arn',
    source: WORKFLOWS,
    wayOut: 'Use the ARN that Image Builder gave, which spells stage and name in lower case.',
    refused: { Workflows: [{ WorkflowArn: 'build-image' }] },
    check: (document) =>
      objects(document, 'Workflows').flatMap((one) => [
        ...mustHave(one, 'a workflow', ['WorkflowArn']),
        ...mustMatch(
          one,
          'WorkflowArn',
          /^arn:aws[^:]*:imagebuilder:[^:]+:(\d{12}|aws[a-z-]*):workflow\/(build|test|distribution)\/[a-z0-9-_]+\/(\d+|x)\.(\d+|x)\.(\d+|x)(\/\d+)?$/,
          'the ARN of a workflow with its stage and version',
        ),
        ...mustBeOneOf(one, 'OnFailure', ['CONTINUE', 'ABORT']),
      ]),
  },
  {
    id: 'pipeline/one-of-a-stage',
    source:
      'https://github.com/aws-samples/amazon-ec2-image-builder-samples/tree/main/workflows/gated-distribution',
    wayOut: 'Only test workflows can repeat; put the steps of the others into one.',
    refused: { Workflows: [{ WorkflowArn: `${MANAGED}/x.x.x` }, { WorkflowArn: `${MANAGED}-again/x.x.x` }] },
    check: (document, neighbours) =>
      twice(workflowsOf(document, neighbours).flatMap(({ stage }) => stage ?? []))
        .filter((stage) => stage !== 'TEST')
        .map((stage) => `Workflows can have one of the stage ${stage}; got: two`),
  },
  {
    id: 'pipeline/image-id',
    source: 'https://github.com/CloudSnorkel/cdk-github-runners/pull/812',
    wayOut: 'Hand the AMI on: an output ImageId with the imageId of the step that makes it.',
    refused: {
      Workflows: [
        {
          WorkflowArn: 'arn:aws:imagebuilder:eu-west-1:111122223333:workflow/build/b/1.0.0',
          Data: '{"outputs":[]}',
        },
      ],
    },
    check: (document, neighbours) =>
      has(document, 'ImageRecipeArn')
        ? workflowsOf(document, neighbours).flatMap(({ document: found, given, stage }) =>
            when(
              stage === 'BUILD' && lacksImageId(found ?? given),
              `build workflow must have output named ImageId to build AMI; got: ${shown(text(found, 'Name') ?? '')}`,
            ),
          )
        : [],
  },
  {
    id: 'pipeline/workflow-parameters',
    source: WORKFLOWS,
    wayOut: 'Give each parameter that the document declares without a default, as Name and a list Value.',
    refused: { Workflows: [{ WorkflowArn: TEST, Parameters: [{ Name: 'wait', Value: 'true' }] }] },
    check: (document, neighbours) =>
      workflowsOf(document, neighbours).flatMap(({ document: found, given }) => [
        ...objects(given, 'Parameters').flatMap((parameter) => {
          const value = at(parameter, 'Value');
          return when(
            !Array.isArray(value) && typeof value !== 'symbol',
            `Value of ${text(parameter, 'Name') ?? ''} must be a list; got: ${shown(value)}`,
          );
        }),
        ...unmet(found, given),
      ]),
  },
  {
    id: 'pipeline/tests',
    source: 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ImageTestsConfiguration.html',
    wayOut: 'Leave it out for 720 minutes, or turn the tests off with ImageTestsEnabled: false.',
    refused: { ImageTestsConfiguration: { ImageTestsEnabled: true, TimeoutMinutes: 30 } },
    check: (document) => mustLieIn(at(document, 'ImageTestsConfiguration'), 'TimeoutMinutes', 60, 1440),
  },
  {
    id: 'pipeline/schedule',
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/17396',
    wayOut: 'Give six fields, the last for the year, and ? for the day of the month or of the week.',
    refused: { Schedule: { ScheduleExpression: 'cron(0 0 * * *)' } },
    check: (document) => {
      const schedule = at(document, 'Schedule');
      const expression = text(schedule, 'ScheduleExpression');
      return inside('Schedule', [
        ...(expression === undefined
          ? []
          : wrongSchedule(expression, { isRateOfOneSingular: false, at: false })),
        ...mustBeOneOf(schedule, 'PipelineExecutionStartCondition', [
          'EXPRESSION_MATCH_ONLY',
          'EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE',
        ]),
        ...mustLieIn(at(schedule, 'AutoDisablePolicy'), 'FailureCount', 1, 10),
      ]);
    },
  },
  {
    id: 'pipeline/status',
    source: API,
    wayOut: 'Spell it in capitals.',
    refused: { Status: 'Enabled' },
    check: (document) => mustBeOneOf(document, 'Status', ['ENABLED', 'DISABLED']),
  },
  {
    id: 'pipeline/logs',
    source:
      'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_PipelineLoggingConfiguration.html',
    wayOut: 'Give the name of a log group, not its ARN.',
    refused: {
      LoggingConfiguration: { ImageLogGroupName: 'arn:aws:logs:eu-west-1:111122223333:log-group:golden' },
    },
    check: (document) =>
      ['ImageLogGroupName', 'PipelineLogGroupName', 'LogGroupName'].flatMap((name) =>
        mustMatch(at(document, 'LoggingConfiguration'), name, /^[\w\-/.]{1,512}$/, 'the name of a log group'),
      ),
  },
  {
    id: 'pipeline/tags',
    source: API,
    wayOut: 'Name your own tags otherwise.',
    refused: { ImageTags: { 'aws:release': '2022' } },
    check: (document) => [...wrongTags(document, 'Tags'), ...wrongTags(document, 'ImageTags')],
  },
  {
    id: 'pipeline/shared-key',
    source: SHARING,
    wayOut: 'Encrypt the volumes of the recipe with a key of your own, and let the other accounts use it.',
    refused: {
      ImageRecipe: { BlockDeviceMappings: [{ Ebs: { Encrypted: true } }] },
      Distribution: {
        Distributions: [
          { AmiDistributionConfiguration: { LaunchPermissionConfiguration: { UserIds: ['444455556666'] } } },
        ],
      },
    },
    check: (document, neighbours) => {
      const recipe =
        referred(at(document, 'ImageRecipeArn'), 'recipe', neighbours) ?? at(document, 'ImageRecipe');
      const distribution = distributionOf(document, neighbours);
      const isKeyless = objects(recipe, 'BlockDeviceMappings').some((device) => {
        const ebs = at(device, 'Ebs');
        return flag(ebs, 'Encrypted') === true && !has(ebs, 'KmsKeyId');
      });
      const isShared = objects(distribution, 'Distributions').some((one) => {
        const ami = at(one, 'AmiDistributionConfiguration');
        const permission = at(ami, 'LaunchPermissionConfiguration') ?? at(ami, 'LaunchPermission');
        return (
          has(ami, 'TargetAccountIds') || (isJsonObject(permission) && Object.keys(permission).length > 0)
        );
      });
      return when(
        isKeyless && isShared,
        "an AMI that other accounts get cannot be encrypted with the account's default key; got: no KmsKeyId",
      );
    },
  },
  {
    id: 'pipeline/parameter-role',
    source: 'https://docs.aws.amazon.com/imagebuilder/latest/userguide/cr-upd-ami-distribution-settings.html',
    wayOut: 'Name the parameter below /imagebuilder/, or give an execution role that may put it.',
    refused: {
      Workflows: undefined,
      ExecutionRole: undefined,
      Distribution: {
        Distributions: [{ SsmParameterConfigurations: [{ ParameterName: '/golden/latest' }] }],
      },
    },
    check: (document, neighbours) =>
      has(document, 'ExecutionRole')
        ? []
        : objects(distributionOf(document, neighbours), 'Distributions').flatMap((one) =>
            objects(one, 'SsmParameterConfigurations').flatMap((parameter) => {
              const name = text(parameter, 'ParameterName');
              return when(
                name !== undefined && !name.startsWith('/imagebuilder/'),
                `Image Builder's own role may only put parameters below /imagebuilder/; got: ${name ?? ''}`,
              );
            }),
          ),
  },
];

function distributionOf(document: JsonObject, neighbours: Neighbours): unknown {
  return (
    referred(at(document, 'DistributionConfigurationArn'), 'distribution', neighbours) ??
    at(document, 'Distribution')
  );
}

/** The parameters that a pipeline gives beyond what a workflow declares, and those that it lacks. */
function unmet(workflow: JsonObject | undefined, given: JsonObject): readonly string[] {
  const content = workflow === undefined ? undefined : contentOf(workflow);
  if (content === undefined) {
    return [];
  }
  const declared = objects(content, 'parameters');
  const names = objects(given, 'Parameters').flatMap((parameter) => text(parameter, 'Name') ?? []);
  return inside(`workflow ${text(workflow, 'Name') ?? ''}`, [
    ...names
      .filter((name) => !declared.some((one) => one['name'] === name))
      .map((name) => `it does not declare the parameter ${name}`),
    ...declared
      .filter((one) => !('default' in one) && !names.includes(String(one['name'])))
      .filter(() => names.length === objects(given, 'Parameters').length)
      .map((one) => `it needs a value for the parameter ${String(one['name'])}`),
  ]);
}
