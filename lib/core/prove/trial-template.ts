import { DELETION_TAG, fleetGroupName, PIPELINE_TAG } from '../../contract/names/resources';
import { startContainerHost } from '../fleet/start-container-host';

/** The tag of everything that a trial makes, with the trial's id. */
export const TRIAL_TAG = 'winbake:prove';

/** Two instances: a canary, and one that is left for the rest. */
export const TRIAL_HOSTS = 2;

/** One that joins no sooner is abandoned. */
const LAUNCH_SECONDS = 45 * 60;

const HOOK_NAME = 'joins-the-cluster';

/** Where instances of a trial stand; without them in the default VPC of the region. */
export interface TrialNetwork {
  readonly subnets: readonly string[];
  readonly securityGroup: string;
}

/** What the fleet of a trial is made from. */
export interface TrialFleet {
  readonly id: string;
  readonly pipeline: string;
  /** What its instances start from before the rollout. */
  readonly plainAmi: string;
  /** What its tasks run, such as `mcr.microsoft.com/windows/servercore:ltsc2022`. */
  readonly image: string;
  readonly instanceType: string;
  readonly network: TrialNetwork | null;
  /** The text of `Start-ContainerHost.ps1`. */
  readonly script: string;
}

/** How a trial's fleet is called, and by one name its stack, its group and its cluster. */
export function trialNames(id: string): { readonly fleet: string; readonly name: string } {
  const fleet = `prove-${id}`;
  return { fleet, name: fleetGroupName(fleet) };
}

/** The tags of the stack of a trial, which CloudFormation gives to all that it makes. */
export function trialTags({
  id,
  pipeline,
}: Pick<TrialFleet, 'id' | 'pipeline'>): Readonly<Record<string, string>> {
  return { [TRIAL_TAG]: id, [PIPELINE_TAG]: pipeline };
}

/**
 * The stack of a trial: a cluster with a group of its own, as `WindowsCapacityProvider` makes one, and a service with a task on each
 * instance. It has neither functions nor parameters: whoever runs the trial is its reconciler.
 */
export function trialTemplate(fleet: TrialFleet): object {
  const { name } = trialNames(fleet.id);
  return {
    Description: `Winbake: a trial of the pipeline ${fleet.pipeline}. To take it away: winbake prove ${fleet.pipeline} --clean`,
    Resources: {
      Cluster: { Type: 'AWS::ECS::Cluster', Properties: { ClusterName: name } },
      TaskDefinition: {
        Type: 'AWS::ECS::TaskDefinition',
        Properties: {
          Family: name,
          RequiresCompatibilities: ['EC2'],
          ContainerDefinitions: [
            {
              Name: 'trial',
              Image: fleet.image,
              Cpu: 256,
              Memory: 512,
              // It ends with its host alone, whatever the image starts by itself.
              EntryPoint: ['cmd', '/c', 'ping -t 127.0.0.1 > nul'],
            },
          ],
        },
      },
      // Before the group, so that CloudFormation waits for no task.
      Service: {
        Type: 'AWS::ECS::Service',
        Properties: {
          Cluster: { Ref: 'Cluster' },
          LaunchType: 'EC2',
          SchedulingStrategy: 'DAEMON',
          TaskDefinition: { Ref: 'TaskDefinition' },
        },
      },
      ...roleOf(name),
      ...(fleet.network === null ? SECURITY_GROUP : {}),
      LaunchTemplate: { Type: 'AWS::EC2::LaunchTemplate', Properties: launchOf(fleet, name) },
      Group: {
        Type: 'AWS::AutoScaling::AutoScalingGroup',
        DependsOn: 'Service',
        Properties: groupOf(fleet, name),
      },
    },
  };
}

const SECURITY_GROUP = {
  // In the default VPC; it lets everything out and nothing in.
  SecurityGroup: {
    Type: 'AWS::EC2::SecurityGroup',
    Properties: { GroupDescription: 'Instances of a Winbake trial' },
  },
};

/** What the instances of a fleet may do. */
function roleOf(name: string): object {
  const service = { Service: 'ec2.amazonaws.com' };
  const managed = (policy: string) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:iam::aws:policy/${policy}` });
  const groupArn = `arn:\${AWS::Partition}:autoscaling:\${AWS::Region}:\${AWS::AccountId}:autoScalingGroup:*:autoScalingGroupName/${name}`;
  return {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: service, Action: 'sts:AssumeRole' }],
        },
        ManagedPolicyArns: [managed('service-role/AmazonEC2ContainerServiceforEC2Role')],
        Policies: [
          {
            PolicyName: 'Launch',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Action: 'autoscaling:CompleteLifecycleAction',
                  Resource: { 'Fn::Sub': groupArn },
                },
              ],
            },
          },
        ],
      },
    },
    InstanceProfile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [{ Ref: 'Role' }] } },
  };
}

function launchOf({ instanceType, network, plainAmi, script }: TrialFleet, name: string): object {
  const start = startContainerHost(script, {
    clusterName: name,
    lifecycleHook: { groupName: name, hookName: HOOK_NAME },
  });
  // As CDK has it for instances that run it at each start.
  const userData = `<powershell>${start}</powershell><persist>true</persist>`;
  return {
    LaunchTemplateData: {
      ImageId: plainAmi,
      InstanceType: instanceType,
      IamInstanceProfile: { Arn: { 'Fn::GetAtt': ['InstanceProfile', 'Arn'] } },
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      SecurityGroupIds: [
        network === null ? { 'Fn::GetAtt': ['SecurityGroup', 'GroupId'] } : network.securityGroup,
      ],
      UserData: { 'Fn::Base64': userData },
    },
  };
}

function groupOf({ id, network }: TrialFleet, name: string): object {
  const tag = (Key: string, Value: string) => ({ Key, Value, PropagateAtLaunch: true });
  return {
    AutoScalingGroupName: name,
    MinSize: String(TRIAL_HOSTS),
    MaxSize: String(TRIAL_HOSTS),
    NewInstancesProtectedFromScaleIn: true,
    LaunchTemplate: { LaunchTemplateId: { Ref: 'LaunchTemplate' }, Version: '1' },
    LifecycleHookSpecificationList: [
      {
        LifecycleHookName: HOOK_NAME,
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        DefaultResult: 'ABANDON',
        HeartbeatTimeout: LAUNCH_SECONDS,
      },
    ],
    ...(network === null
      ? { AvailabilityZones: { 'Fn::GetAZs': '' } }
      : { VPCZoneIdentifier: network.subnets }),
    // No tag of a fleet: nothing else is to take it for one.
    Tags: [tag('Name', name), tag(DELETION_TAG, id)],
  };
}
