import type { Finding } from '../../lib/contract/values/finding';
import { Amis } from '../../sim/aws/account/amis';
import { ObjectStorage } from '../../sim/aws/account/stores';
import type { TemplateResource } from '../../sim/aws/cloudformation/read-assembly';
import { VirtualClock } from '../../sim/clock/virtual-clock';
import { SimulatedImageBuilder } from '../../sim/aws/image-builder/simulated-image-builder';
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
      Properties: { ManagedPolicyArns: policies.map((name) => `arn:aws:iam::aws:policy/${name}`) },
    },
    Profile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [{ Ref: 'Role' }] } },
    Part: { Type: 'AWS::ImageBuilder::Component', Properties: { Name: 'part', Data } },
    Recipe: {
      Type: 'AWS::ImageBuilder::ImageRecipe',
      Properties: {
        Name: 'mine',
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

export function imageBuilder(
  stacks: ReturnType<typeof stackModels>,
  onNotRun?: (finding: Finding, steps: readonly string[]) => void,
) {
  const clock = new VirtualClock(START);
  const amis = new Amis();
  const steps: string[] = [];
  const builder = new SimulatedImageBuilder({
    stacks,
    storage: new ObjectStorage(),
    amis,
    clock,
    shell: SH,
    folder: temporaryFolder(),
    dockerFolder: '/docker',
    registries: {},
    baseHost: (instanceId) => ({ facts: { ...FACTS, instanceId }, offeredRevision: 4294 }),
    onStep: (component, step, result) => {
      steps.push(`${component}: ${step} ${result?.status ?? 'begins'}`);
    },
    onNotRun,
  });
  return { builder, amis, clock, steps };
}

export const AFTER = new Date(START.getTime() + 45 * 60_000);
