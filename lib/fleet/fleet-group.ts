import { Lazy, Stack, Tags, Validations, type CfnResource } from 'aws-cdk-lib';
import { AutoScalingGroup, type CfnAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import {
  LaunchTemplate,
  OperatingSystemType,
  SecurityGroup,
  UserData,
  type CfnLaunchTemplate,
  type IKeyPair,
  type IMachineImage,
  type ISecurityGroup,
  type LaunchTemplateProps,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { Construct, type IDependable } from 'constructs';
import { createHash } from 'node:crypto';
import type { WindowsAmi } from '../ami/windows-ami';
import { allowSecretReads } from '../internal/secrets';
import type { FleetResources } from './fleet-resources';
import { FleetRole } from './fleet-role';
import type { FleetSettings } from './fleet-settings';
import { FleetUserData } from './fleet-user-data';
import { isBesideCluster } from './join-cluster';

/** What the group starts, and where. */
export interface FleetGroupProps {
  readonly settings: FleetSettings;
  readonly cluster: ICluster;
  readonly ami: WindowsAmi;
  /** What answers for the fleet's custom resources. */
  readonly resources: FleetResources;
  readonly vpcSubnets?: SubnetSelection;
  readonly securityGroups?: readonly ISecurityGroup[];
  readonly keyPair?: IKeyPair;
}

/** An instance is in service only once its user data has seen it join the cluster. */
const HOOK_NAME = 'joins-the-cluster';

/**
 * The Auto Scaling group of a fleet and its launch template. The group starts from a numbered version with an AMI, which
 * deployments and rollouts make; it never starts from the template's newest or default version, and is never replaced for an
 * AMI. Its name is fixed, since its instances complete its launch hook by it.
 */
export class FleetGroup extends Construct {
  public readonly group: AutoScalingGroup;
  public readonly launchTemplate: BaseLaunchTemplate;
  public readonly role: FleetRole;
  public readonly securityGroup: SecurityGroup;
  /** What the fleet's custom resources may do; they go first. */
  public readonly rights: IDependable;

  constructor(scope: Construct, id: string, props: FleetGroupProps) {
    super(scope, id);
    const { settings, cluster, ami, resources, vpcSubnets } = props;
    const { vpc } = settings;
    ami._deployBefore(this);
    this.role = new FleetRole(this, 'InstanceRole', settings.groupName);
    allowSecretReads(this.role, settings.registrySecrets);
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Instances of the Winbake fleet ${settings.fleetName}`,
    });
    this.launchTemplate = this.makeTemplate(cluster, props);
    this.group = new AutoScalingGroup(this, 'Group', {
      vpc,
      autoScalingGroupName: settings.groupName,
      ...this.instancesOf(settings),
      minCapacity: settings.minCapacity,
      maxCapacity: settings.maxCapacity,
      // ECS protects instances with tasks one by one; a group that does not protect new ones is refused by it.
      newInstancesProtectedFromScaleIn: settings.enableManagedTerminationProtection,
      ...(vpcSubnets === undefined ? {} : { vpcSubnets }),
    });
    const group = this.group.node.defaultChild as CfnAutoScalingGroup;
    group.lifecycleHookSpecificationList = [
      {
        lifecycleHookName: HOOK_NAME,
        lifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        defaultResult: 'ABANDON',
        heartbeatTimeout: settings.launchTimeout.toSeconds(),
      },
    ];
    const launchTemplateId = this.launchTemplate.launchTemplateId ?? '';
    this.rights = resources.allow(this, { ami, cluster, launchTemplateId, settings });
    const version = this.liveVersion(group, props);
    group.addPropertyOverride(
      settings.distribution === undefined
        ? 'LaunchTemplate.Version'
        : 'MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.Version',
      version,
    );
    for (const one of [this.launchTemplate, this.group]) {
      // aws-cdk-lib names instances after the path of each.
      Tags.of(one).add('Name', settings.fleetName);
    }
    Validations.of(this.group).acknowledge({
      id: 'AwsSolutions-EC26',
      reason:
        'Its launch template encrypts the volume, or the AMI does; the check looks into neither the AMI nor a policy of mixed instances.',
    });
    Validations.of(this.group).acknowledge({
      id: 'AwsSolutions-AS3',
      reason:
        'ECS scales the group and drains its instances; a mail for each start and end would tell an operator nothing.',
    });
  }

  private makeTemplate(cluster: ICluster, props: FleetGroupProps): BaseLaunchTemplate {
    const { settings, keyPair, securityGroups = [] } = props;
    const { groupName, host, instanceTypes, metadata, volume } = settings;
    const template = new BaseLaunchTemplate(this, 'LaunchTemplate', {
      instanceType: instanceTypes[0],
      role: this.role,
      securityGroup: this.securityGroup,
      userData: new FleetUserData({
        ...host,
        clusterName: cluster.clusterName,
        isOfCluster: settings.associate && isBesideCluster(this, cluster),
        lifecycleHook: { groupName, hookName: HOOK_NAME },
      }),
      requireImdsv2: true,
      httpPutResponseHopLimit: metadata.httpPutResponseHopLimit,
      instanceMetadataTags: metadata.instanceMetadataTags,
      ...(volume === undefined ? {} : { blockDevices: [volume] }),
      ...(keyPair === undefined ? {} : { keyPair }),
    });
    securityGroups.forEach((one) => {
      template.addSecurityGroup(one);
    });
    return template;
  }

  /**
   * The version of the launch template that a deployment gives to the group; a reference. It is the base template of that
   * deployment with the AMI that the group has. CloudFormation sends the version with any change of the group, so that one of
   * before a rollout would undo it; therefore every property of the group is among what makes a new one.
   *
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
   */
  private liveVersion(group: CfnAutoScalingGroup, { ami, resources, settings }: FleetGroupProps): string {
    const base = this.launchTemplate;
    const resource = resources.clone(this, 'LiveTemplate', {
      Fleet: settings.fleetName,
      Channel: ami.publicationParameter,
      AmiOwner: ami._owner(this),
      LaunchTemplateId: base.launchTemplateId ?? '',
      BaseVersion: base.versionNumber,
      Hash: Lazy.uncachedString({
        produce: () => hashOf([renderedProperties(base.cfnTemplate), renderedProperties(group)]),
      }),
      // A subnet that is replaced changes the group and no word of the template.
      References: Lazy.uncachedAny({
        produce: () => referencesIn(renderedProperties(group)).filter((one) => !isOwn(one)),
      }),
    });
    resource.node.addDependency(this.rights);
    const own = resource.getAtt('Version');
    const isOwn = (reference: object) =>
      JSON.stringify(reference) === JSON.stringify(Stack.of(this).resolve(own));
    return own.toString();
  }

  /** One type on demand needs no policy of mixed instances, which has rules of its own. */
  private instancesOf({ distribution, instanceTypes }: FleetSettings) {
    const { launchTemplate } = this;
    return distribution === undefined
      ? { launchTemplate }
      : {
          mixedInstancesPolicy: {
            launchTemplate,
            instancesDistribution: distribution,
            launchTemplateOverrides: instanceTypes.map((instanceType) => ({ instanceType })),
          },
        };
  }
}

/** Windows, and no AMI: CDK refuses a group whose launch template names none, so that it is taken away from the template. */
const WITHOUT_AMI: IMachineImage = {
  getImage: () => ({
    imageId: 'ami-00000000000000000',
    osType: OperatingSystemType.WINDOWS,
    userData: UserData.forWindows(),
  }),
};

/**
 * What CloudFormation owns of a fleet's launch template: everything but the AMI. Nothing is started from it; its versions are
 * cloned with an AMI, by a deployment and by rollouts.
 */
class BaseLaunchTemplate extends LaunchTemplate {
  constructor(scope: Construct, id: string, props: Omit<LaunchTemplateProps, 'machineImage'>) {
    super(scope, id, { ...props, machineImage: WITHOUT_AMI });
    this.cfnTemplate.addPropertyDeletionOverride('LaunchTemplateData.ImageId');
  }

  /** The resource in the template. */
  public get cfnTemplate(): CfnLaunchTemplate {
    return this.node.defaultChild as CfnLaunchTemplate;
  }
}

/** The functions of CloudFormation within a resolved value, each as a whole and once: what may change while the text does not. */
function referencesIn(value: unknown): readonly object[] {
  const found = new Map<string, object>();
  collect(value, found);
  return [...found.values()];
}

function collect(value: unknown, found: Map<string, object>): void {
  if (typeof value !== 'object' || value === null) {
    return;
  }
  const [first = '', ...more] = Object.keys(value);
  if (more.length === 0 && (first === 'Ref' || first.startsWith('Fn::'))) {
    found.set(JSON.stringify(value), value);
    return;
  }
  Object.values(value).forEach((one) => {
    collect(one, found);
  });
}

/**
 * The properties of a resource as the template will have them, overrides and all; to be called while the template is made, as
 * from a lazy value. CDK's own hash of a function reads a resource the same way.
 *
 * @see https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-lambda/lib/function-hash.ts
 */
function renderedProperties(resource: CfnResource): unknown {
  const renderable = resource as unknown as { readonly _toCloudFormation: () => object };
  const rendered: unknown = Stack.of(resource).resolve(renderable._toCloudFormation());
  const { Resources } = rendered as {
    readonly Resources: Readonly<Record<string, { Properties?: unknown }>>;
  };
  return Object.values(Resources)[0]?.Properties;
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
