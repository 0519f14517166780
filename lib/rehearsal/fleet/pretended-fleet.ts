import type { FleetControl, FleetGroup } from '../../core/ports/fleet-control';
import { PRETENDED_ENVIRONMENT, type Environment } from '../assembly/environment';
import { digitsOf } from '../assembly/physical-names';
import { unmodelled } from '../assembly/unmodelled';
import type { VirtualClock } from '../clock/virtual-clock';
import type { Caller } from '../iam/role-policies';

/** What a template says of a group and its launch template. */
export interface PretendedFleetOptions {
  readonly groupName: string;
  readonly launchTemplateId: string;
  /** The AMI of the launch template's first version. */
  readonly amiId: string;
  readonly instanceCount: number;
  readonly clock: VirtualClock;
  /** Absent: the pretended account and region. */
  readonly environment?: Environment;
}

/** How long a refresh replaces one instance, warm-up included, by the virtual clock; a figure of the field, not measured. */
const SECONDS_PER_INSTANCE = 10 * 60;

interface Instance {
  readonly id: string;
  readonly before: string;
  amiId: string;
}

interface Refresh {
  readonly id: string;
  readonly version: string;
  readonly endsAt: Date;
}

/**
 * An Auto Scaling group with its launch template. A refresh takes time by the virtual clock and then has replaced every
 * instance; checkpoints, drains and failures are not modelled.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
 */
export class PretendedFleet {
  private readonly versions = new Map<string, string>();
  private readonly instances: Instance[];
  private version = '1';
  private refresh: Refresh | undefined;

  constructor(private readonly options: PretendedFleetOptions) {
    const { amiId, groupName, instanceCount } = options;
    this.versions.set(this.version, amiId);
    this.instances = Array.from({ length: instanceCount }, (_, index) => ({
      id: `i-${digitsOf(`${groupName} ${index}`, 17)}`,
      before: amiId,
      amiId,
    }));
  }

  /** The instances with the AMI that they ran at first and run now. */
  get report(): readonly { readonly id: string; readonly before: string; readonly after: string }[] {
    this.settle();
    return this.instances.map(({ id, before, amiId }) => ({ id, before, after: amiId }));
  }

  /** When the refresh that is under way will have ended, or undefined. */
  get refreshEndsAt(): Date | undefined {
    return this.isUnderWay() ? this.refresh?.endsAt : undefined;
  }

  /**
   * The group as a caller may handle it.
   * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html
   */
  control(caller: Caller): FleetControl {
    const { groupName, launchTemplateId, environment = PRETENDED_ENVIRONMENT } = this.options;
    const { account, region } = environment;
    const group = `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:${digitsOf(groupName, 8)}:autoScalingGroupName/${groupName}`;
    const template = `arn:aws:ec2:${region}:${account}:launch-template/${launchTemplateId}`;
    const requireLaunch = () => {
      const instances = `arn:aws:ec2:${region}:${account}:instance/*`;
      caller.require('ec2:RunInstances', instances, { 'ec2:LaunchTemplate': template });
    };
    return {
      describeGroup: () => {
        for (const action of [
          'autoscaling:DescribeAutoScalingGroups',
          'ec2:DescribeLaunchTemplateVersions',
        ]) {
          caller.require(action, '*');
        }
        caller.require('ec2:DescribeInstances', '*');
        return Promise.resolve(this.describe());
      },
      newestRefresh: () => {
        caller.require('autoscaling:DescribeInstanceRefreshes', '*');
        this.settle();
        const status = this.isUnderWay() ? 'InProgress' : 'Successful';
        return Promise.resolve(this.refresh && { id: this.refresh.id, status });
      },
      createLaunchTemplateVersion: (_base, amiId) => {
        caller.require('ec2:CreateLaunchTemplateVersion', template);
        const version = String(this.versions.size + 1);
        this.versions.set(version, amiId);
        return Promise.resolve(version);
      },
      useLaunchTemplateVersion: (version) => {
        caller.require('autoscaling:UpdateAutoScalingGroup', group);
        requireLaunch();
        this.version = version;
        return Promise.resolve();
      },
      startRefresh: (version) => {
        caller.require('autoscaling:StartInstanceRefresh', group);
        requireLaunch();
        if (this.isUnderWay()) {
          throw unmodelled(
            'a second instance refresh beside one that is under way, which Auto Scaling refuses',
          );
        }
        const seconds = SECONDS_PER_INSTANCE * this.instances.length;
        const endsAt = new Date(this.options.clock.now().getTime() + seconds * 1000);
        this.refresh = { id: digitsOf(`${groupName} ${version}`, 32), version, endsAt };
        return Promise.resolve(this.refresh.id);
      },
    };
  }

  private describe(): FleetGroup {
    this.settle();
    return {
      launchTemplateVersion: this.version,
      amiId: this.amiOf(this.version),
      desiredCapacity: this.instances.length,
      instances: this.instances.map(({ id, amiId }) => ({ id, amiId })),
    };
  }

  private isUnderWay(): boolean {
    return this.refresh !== undefined && this.refresh.endsAt > this.options.clock.now();
  }

  /** A refresh whose time has passed has replaced what it should. */
  private settle(): void {
    if (this.refresh !== undefined && !this.isUnderWay()) {
      const amiId = this.amiOf(this.refresh.version);
      this.instances.forEach((instance) => {
        instance.amiId = amiId;
      });
    }
  }

  private amiOf(version: string): string {
    const amiId = this.versions.get(version);
    if (amiId === undefined) {
      throw unmodelled(`the launch template version ${version}, which nothing made`);
    }
    return amiId;
  }
}
