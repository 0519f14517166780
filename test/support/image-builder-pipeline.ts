import {
  GetImageCommand,
  ImagebuilderClient,
  StartImagePipelineExecutionCommand,
} from '@aws-sdk/client-imagebuilder';
import { imageBuilderBuilds, imageBuilderControl } from '../../lib/aws/image-builder';
import type { Finding } from '../../lib/contract/values/finding';
import type { JsonObject } from '../../lib/contract/values/json';
import { userOf } from '../../sim/account/principal';
import { accountsOfStacks } from '../../sim/account/services/accounts-of-stacks';
import { SimulatedImageBuilder } from '../../sim/account/services/image-builder';
import type { TemplateResource } from '../../sim/aws/cloudformation/assembly';
import { runBake, type BakeOptions } from '../../sim/aws/image-builder/run-bake';
import { VirtualClock } from '../../sim/clock/virtual-clock';
import { instanceAccess } from '../../sim/rehearsal/instance-access';
import { FACTS, SH, temporaryFolder } from './shell-host';
import { stackModels } from './stack-models';

export const ARN = 'arn:aws:imagebuilder:us-east-1:123456789012';
export const PIPELINE = `${ARN}:image-pipeline/mine`;
export const IMAGE = `${ARN}:image/mine/1.0.0/1`;
const START = new Date('2025-10-14T21:00:00Z');

export function getAtt(logicalId: string, attribute = 'Arn'): object {
  return { 'Fn::GetAtt': [logicalId, attribute] };
}

export function run(command: string): object {
  return { name: 'Run', action: 'ExecutePowerShell', inputs: { commands: [command] } };
}

/** A stack with a pipeline of one component, whose phases run one command each. */
export function pipelineStack(
  phases: Readonly<Record<string, string>>,
  policies = ['EC2InstanceProfileForImageBuilder', 'AmazonSSMManagedInstanceCore'],
  workflows: Readonly<Record<string, TemplateResource>> = {},
) {
  const Data = JSON.stringify({
    name: 'part',
    schemaVersion: 1.0,
    phases: Object.entries(phases).map(([name, command]) => ({ name, steps: [run(command)] })),
  });
  const Resources: Readonly<Record<string, TemplateResource>> = {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        ManagedPolicyArns: policies.map((name) => `arn:aws:iam::aws:policy/${name}`),
        AssumeRolePolicyDocument: {
          Statement: [
            { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } },
          ],
        },
      },
    },
    Profile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [{ Ref: 'Role' }] } },
    Part: {
      Type: 'AWS::ImageBuilder::Component',
      Properties: { Name: 'part', Version: '1.0.0', Platform: 'Windows', Data },
    },
    Recipe: {
      Type: 'AWS::ImageBuilder::ImageRecipe',
      Properties: {
        Name: 'mine',
        Version: '1.0.0',
        ParentImage: 'ssm:/aws/base',
        Components: [{ ComponentArn: getAtt('Part') }],
      },
    },
    Infrastructure: {
      Type: 'AWS::ImageBuilder::InfrastructureConfiguration',
      Properties: { Name: 'mine', InstanceProfileName: { Ref: 'Profile' } },
    },
    Distribution: {
      Type: 'AWS::ImageBuilder::DistributionConfiguration',
      Properties: {
        Name: 'mine',
        Distributions: [{ Region: 'us-east-1', AmiDistributionConfiguration: { AmiTags: { made: 'here' } } }],
      },
    },
    Pipeline: {
      Type: 'AWS::ImageBuilder::ImagePipeline',
      Properties: {
        Name: 'mine',
        ExecutionRole: 'arn:aws:iam::123456789012:role/bake',
        ImageRecipeArn: getAtt('Recipe'),
        InfrastructureConfigurationArn: getAtt('Infrastructure'),
        DistributionConfigurationArn: getAtt('Distribution'),
        ImageTags: { made: 'by the schedule' },
        Workflows: Object.keys(workflows).map((logicalId) => ({ WorkflowArn: getAtt(logicalId) })),
      },
    },
    ...workflows,
  };
  return stackModels({ Stack: { Resources } });
}

/** A policy that lets everything be done. */
export const EVERYTHING: readonly JsonObject[] = [{ Effect: 'Allow', Action: '*', Resource: '*' }];

/** Image Builder of simulated accounts, and what asks it through the SDK with some rights; `end` it. */
export function imageBuilder(
  stacks: ReturnType<typeof stackModels>,
  onNotRun?: (finding: Finding, steps: readonly string[]) => void,
) {
  const clock = new VirtualClock(START);
  const steps: string[] = [];
  const options: BakeOptions = {
    shell: SH,
    folder: temporaryFolder(),
    dockerFolder: '/docker',
    registries: {},
    baseHost: (instanceId) => ({ facts: { ...FACTS, instanceId }, offeredRevision: 4294 }),
    onStep: (component, step, result) => {
      steps.push(`${component}: ${step} ${result?.status ?? 'begins'}`);
    },
    onNotRun,
  };
  const environment = { account: '123456789012', region: 'us-east-1' };
  const builder: SimulatedImageBuilder = new SimulatedImageBuilder(() => ({
    stacks,
    images: world.ec2.images,
    bake: (recipe, imageArn) =>
      runBake(options, recipe, imageArn, (instanceId) =>
        instanceAccess(
          {
            clock,
            environment,
            world,
            sessionOf: (role, session, service) => world.sessionFor(role, session, service),
          },
          recipe,
          instanceId,
        ),
      ),
  }));
  const world = accountsOfStacks({ stacks, now: () => clock.now(), services: [builder] });
  const end = world.accounts.install();
  const client = new ImagebuilderClient();
  const as = <T>(work: () => Promise<T>, statements = EVERYTHING): Promise<T> =>
    world.accounts.as(userOf(environment.account, 'somebody', statements), environment.region, work);
  return {
    as,
    builder,
    client,
    clock,
    end,
    environment,
    steps,
    world,
    control: imageBuilderControl(client),
    builds: imageBuilderBuilds(client),
    start: (clientToken: string, tags?: Record<string, string>) =>
      client
        .send(new StartImagePipelineExecutionCommand({ imagePipelineArn: PIPELINE, clientToken, tags }))
        .then(({ imageBuildVersionArn }) => imageBuildVersionArn ?? ''),
    stateOf: (imageBuildVersionArn: string) =>
      client.send(new GetImageCommand({ imageBuildVersionArn })).then(({ image }) => image?.state),
  };
}

export const AFTER = new Date(START.getTime() + 45 * 60_000);
