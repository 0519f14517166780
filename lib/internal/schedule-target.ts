import { Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ScheduleTargetInput,
  type IScheduleTarget,
  type ScheduleTargetConfig,
} from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { allow } from './allow';
import { allowKeyUse } from './keys';

/** What a schedule calls. */
export interface ScheduleTargetProps {
  readonly arn: string;
  /** The action that the call needs, such as `lambda:InvokeFunction`. */
  readonly action: string;
  readonly input: Readonly<Record<string, string>>;
  /** Where a call goes that could not be made within a day. */
  readonly deadLetterQueue: IQueue;
}

/**
 * A target of a schedule by a role of its own. Those of CDK may also invoke every version of a function.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
 */
export class ScheduleTarget extends Construct implements IScheduleTarget {
  private readonly config: ScheduleTargetConfig;

  constructor(scope: Construct, id: string, { arn, action, input, deadLetterQueue }: ScheduleTargetProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    allow(role, { actions: [action], resources: [arn] });
    allow(role, { actions: ['sqs:SendMessage'], resources: [deadLetterQueue.queueArn] });
    allowKeyUse(role, deadLetterQueue.encryptionMasterKey, 'sqs');
    this.config = {
      arn,
      role,
      input: ScheduleTargetInput.fromObject(input),
      deadLetterConfig: { arn: deadLetterQueue.queueArn },
    };
  }

  public bind(): ScheduleTargetConfig {
    return this.config;
  }
}
