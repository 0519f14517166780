import type { CreateStackCommandInput } from '@aws-sdk/client-cloudformation';
import { isJsonObject } from '../../lib/contract/values/json';
import type { MadeResources } from '../account/services/cloudformation';
import type { SimulatedFleets } from '../account/services/fleets';
import type { Call } from '../account/simulated-service';
import type { Template } from '../aws/cloudformation/assembly';
import { unmodelled } from '../aws/cloudformation/environment';
import { StackModel } from '../aws/cloudformation/stack-model';
import { SimulatedLaunchTemplate } from '../aws/fleet/launch-template';
import { SimulatedFleet } from '../aws/fleet/simulated-fleet';
import type { VirtualClock } from '../clock/virtual-clock';

/**
 * What CloudFormation calls for a type of resource in the name of whoever makes and deletes the stack, as the schemas of the types list it.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
 */
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  'AWS::AutoScaling::AutoScalingGroup': [
    'autoscaling:CreateAutoScalingGroup',
    'autoscaling:CreateOrUpdateTags',
    'autoscaling:DeleteAutoScalingGroup',
    'autoscaling:PutLifecycleHook',
    'autoscaling:UpdateAutoScalingGroup',
    'ec2:CreateTags',
    'ec2:RunInstances',
    'iam:PassRole',
  ],
  'AWS::EC2::LaunchTemplate': [
    'ec2:CreateLaunchTemplate',
    'ec2:CreateTags',
    'ec2:DeleteLaunchTemplate',
    'ec2:DescribeLaunchTemplates',
  ],
  'AWS::EC2::SecurityGroup': [
    'ec2:CreateSecurityGroup',
    'ec2:CreateTags',
    'ec2:DeleteSecurityGroup',
    'ec2:DescribeSecurityGroups',
  ],
  'AWS::ECS::Cluster': ['ecs:CreateCluster', 'ecs:DeleteCluster', 'ecs:DescribeClusters', 'ecs:TagResource'],
  'AWS::ECS::Service': [
    'ecs:CreateService',
    'ecs:DeleteService',
    'ecs:DescribeServices',
    'ecs:TagResource',
    'ecs:UpdateService',
  ],
  'AWS::ECS::TaskDefinition': [
    'ecs:DeregisterTaskDefinition',
    'ecs:DescribeTaskDefinition',
    'ecs:RegisterTaskDefinition',
    'ecs:TagResource',
  ],
  'AWS::IAM::InstanceProfile': [
    'iam:AddRoleToInstanceProfile',
    'iam:CreateInstanceProfile',
    'iam:DeleteInstanceProfile',
    'iam:GetInstanceProfile',
    'iam:PassRole',
    'iam:RemoveRoleFromInstanceProfile',
  ],
  'AWS::IAM::Role': [
    'iam:AttachRolePolicy',
    'iam:CreateRole',
    'iam:DeleteRole',
    'iam:DeleteRolePolicy',
    'iam:DetachRolePolicy',
    'iam:GetRole',
    'iam:PutRolePolicy',
    'iam:TagRole',
  ],
};

interface Made {
  readonly clock: VirtualClock;
  readonly fleets: SimulatedFleets;
}

/** Makes the resources of a stack that a call makes: a fleet of one launch template, and what it needs. */
export function makeResources(
  { clock, fleets }: Made,
  { input, place, require }: Call<CreateStackCommandInput>,
  { name, tags }: { readonly name: string; readonly tags: Readonly<Record<string, string>> },
): MadeResources {
  const template = JSON.parse(input.TemplateBody ?? '{}') as Template;
  const stack = new StackModel(
    { name, environment: place, template, assets: [] },
    () => undefined,
    () => [],
  );
  for (const { Type } of Object.values(template.Resources)) {
    const actions = RIGHTS[Type];
    if (actions === undefined) {
      throw unmodelled(`a resource of the type ${Type} in a stack that a call makes`);
    }
    actions.forEach((action) => {
      require({ action, resource: '*' });
    });
  }
  const [group] = stack.resources('AWS::AutoScaling::AutoScalingGroup');
  const [launch] = stack.resources('AWS::EC2::LaunchTemplate');
  const [cluster] = stack.resources('AWS::ECS::Cluster');
  const data = launch?.properties['LaunchTemplateData'];
  if (group === undefined || launch === undefined || cluster === undefined || !isJsonObject(data)) {
    throw unmodelled(`the stack ${name} without a group, a launch template and a cluster`);
  }
  const version = new SimulatedLaunchTemplate({ id: stack.reference(launch.logicalId) });
  version.add({ amiId: String(data['ImageId']), userData: String(data['UserData']) }, clock.now());
  const { AutoScalingGroupName, MaxSize, MinSize, NewInstancesProtectedFromScaleIn, Tags } = group.properties;
  const own = (Array.isArray(Tags) ? Tags : []) as readonly {
    readonly Key: string;
    readonly Value: string;
  }[];
  const fleet = new SimulatedFleet({
    ...{ clock, cluster: String(cluster.properties['ClusterName']), environment: place, template: version },
    groupName: String(AutoScalingGroupName),
    // What it has from the beginning would have run for a day.
    instanceCount: 0,
    minSize: Number(MinSize),
    maxSize: Number(MaxSize),
    protectsInstances: NewInstancesProtectedFromScaleIn === true,
    tags: { ...tags, ...Object.fromEntries(own.map(({ Key, Value }) => [Key, Value])) },
  });
  fleets.add(fleet);
  clock.follow(fleet);
  fleet.group.scaleTo(Number(MinSize));
  const made = { group: group.logicalId, cluster: cluster.logicalId };
  return { delete: () => deleteResources(fleets, fleet, made) };
}

/**
 * In the words of CloudFormation, where what is there keeps it from it.
 * @see https://github.com/aws/amazon-ecs-cli/issues/206
 */
function deleteResources(
  fleets: SimulatedFleets,
  fleet: SimulatedFleet,
  made: { readonly group: string; readonly cluster: string },
): string | undefined {
  const { cluster, environment, group } = fleet;
  const failed = (logicalId: string) => `The following resource(s) failed to delete: [${logicalId}]. `;
  if (!group.isGone) {
    try {
      group.deleteEmpty();
    } catch {
      return failed(made.group);
    }
  }
  if (group.instances.some(({ registeredAt }) => registeredAt !== undefined)) {
    return failed(made.cluster);
  }
  fleets.delete(environment, group.name);
  fleets.deleteTemplate(environment, group.template.id);
  fleets.clusters.delete(environment, cluster);
  return undefined;
}
