import type { Ec2TaskDefinitionProps } from 'aws-cdk-lib/aws-ecs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { WindowsOs } from '../ami/windows-os';

/** A task definition for Windows: that of EC2, without what only Linux has. */
export interface WindowsTaskDefinitionProps extends Ec2TaskDefinitionProps {
  /** The Windows that the containers are made for, which is the os of the fleet that they run on. */
  readonly os: WindowsOs;

  /**
   * The least revision of hosts that tasks are placed on, the fourth number of an OS version. Where a task needs what an
   * update brought; tasks wait for a fleet that has not come so far.
   *
   * @default - any host of the os
   */
  readonly minimumRevision?: number;

  /**
   * The only revision of hosts that tasks are placed on, for containers whose base image must equal its host. A fleet that
   * moves on, or back, has no place for them any more: use it with `WindowsAmi.fromRevision`, and `minimumRevision` otherwise.
   *
   * @default - any host of the os
   */
  readonly exactRevision?: number;

  /**
   * How long the logs of containers are kept that name no logging of their own.
   *
   * @default RetentionDays.THIRTEEN_MONTHS
   */
  readonly logRetention?: RetentionDays;
}
