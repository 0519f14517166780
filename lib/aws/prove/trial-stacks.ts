import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  paginateDescribeStacks,
  type CloudFormationClient,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { PIPELINE_TAG } from '../../contract/names/resources';
import type { FleetPorts } from '../../core/fleet/fleet-ports';
import type { FleetDeletion } from '../../core/ports/fleets';
import { TRIAL_TAG, trialNames } from '../../core/prove/trial-template';
import type { TrialStack, TrialStacks } from '../../core/prove/trial-ports';
import { autoScalingFleet } from '../fleets/auto-scaling-fleet';
import { ecsContainerHosts } from '../fleets/ecs-container-hosts';
import { fleetDeletion } from '../fleets/fleet-resources';
import { versionsOfGroup } from '../fleets/group-launch';
import type { ProofClients } from './proof-clients';

/** The stacks of the trials of a pipeline, on CloudFormation. */
export function trialStacks(client: CloudFormationClient, pipeline: string): TrialStacks {
  return {
    list: async () => {
      const found: TrialStack[] = [];
      for await (const { Stacks = [] } of paginateDescribeStacks({ client }, {})) {
        found.push(...Stacks.flatMap((stack) => trialOf(stack, pipeline) ?? []));
      }
      return found;
    },
    create: async (StackName, tags, template) => {
      await client.send(
        new CreateStackCommand({
          StackName,
          TemplateBody: JSON.stringify(template),
          // Its role has no name of its own.
          Capabilities: ['CAPABILITY_IAM'],
          // CloudFormation takes no instance that is protected from scale-in, so that a trial takes away what it has made itself.
          OnFailure: 'DO_NOTHING',
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        }),
      );
    },
    whyFailed: async ({ name }) => {
      const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: name }));
      // The newest first; what was cancelled because of it came later.
      const first = StackEvents.findLast(
        ({ ResourceStatus, ResourceStatusReason }) =>
          ResourceStatus === 'CREATE_FAILED' && ResourceStatusReason !== undefined,
      );
      return first === undefined
        ? ''
        : `${first.LogicalResourceId ?? ''}: ${first.ResourceStatusReason ?? ''}`;
    },
    delete: async ({ name }) => {
      await client.send(new DeleteStackCommand({ StackName: name }));
    },
  };
}

/** A stack is a trial's by both its tags and its name: what somebody tagged by hand stays. */
function trialOf(
  { CreationTime, StackName = '', StackStatus, StackStatusReason = '', Tags = [] }: Stack,
  pipeline: string,
): TrialStack | undefined {
  const tag = (key: string) => Tags.find(({ Key }) => Key === key)?.Value;
  const id = tag(TRIAL_TAG);
  return id === undefined || tag(PIPELINE_TAG) !== pipeline || StackName !== trialNames(id).name
    ? undefined
    : {
        ...{ id, name: StackName, createdAt: CreationTime ?? new Date(0) },
        ...{ status: StackStatus ?? 'UNKNOWN', reason: StackStatusReason },
      };
}

/** The group and hosts of a trial, by the name that its stack, group and cluster have. */
export async function openTrialFleet(
  { autoScaling, ec2, ecs }: ProofClients,
  name: string,
): Promise<Pick<FleetPorts, 'control' | 'hosts'>> {
  const request = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
  const [group] = (await autoScaling.send(request)).AutoScalingGroups ?? [];
  const [[launchTemplateId] = []] = group === undefined ? [] : versionsOfGroup(group);
  if (launchTemplateId === undefined) {
    throw new Error(`The stack ${name} has no Auto Scaling group with a launch template.`);
  }
  return {
    control: autoScalingFleet(autoScaling, ec2, { autoScalingGroup: name, launchTemplateId }),
    hosts: ecsContainerHosts(ecs, name),
  };
}

/** The same, to be deleted; the tasks are its own, so that nobody waits for them or names them. */
export function openTrialDeletion(clients: ProofClients, name: string): FleetDeletion {
  const deletion = fleetDeletion(clients, { autoScalingGroup: name, cluster: name });
  return {
    ...deletion,
    drain: async (instanceIds) =>
      (await deletion.drain(instanceIds)).map((host) => ({
        ...host,
        taskCount: 0,
        tasks: () => Promise.resolve([]),
      })),
  };
}
