import { Duration } from 'aws-cdk-lib';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { CareEnvironment } from '../contract/names/environment';
import { allow } from '../internal/allow';
import { parameterArn } from '../internal/parameter-arn';
import { ScheduleTarget } from '../internal/schedule-target';
import { allowAnnouncements } from './announcement-writes';
import type { BaseAmiSource } from './base-ami-source';
import { allowDelivery } from './delivery-writes';
import { allowPruning } from './operate-permissions';
import { PipelineFunction, type DescribedPipelineResources } from './pipeline-function';

/** What caring needs beside what every function has. */
export interface CareFunctionProps extends DescribedPipelineResources {
  readonly undelivered: IQueue;
  readonly baseAmi: BaseAmiSource;
}

/** What has to be looked after between bakes, every 15 minutes: promotion, delivery, age, and once a day what may go. */
export class CareFunction extends PipelineFunction<CareEnvironment> {
  constructor(scope: Construct, id: string, props: CareFunctionProps) {
    const { baseAmi, bucket, settings, undelivered } = props;
    super(scope, id, props, {
      kind: 'care',
      does: 'promotes, delivers and cleans up',
      timeout: Duration.minutes(10),
      environment: { WINBAKE_PIPELINE_DESCRIPTION: props.description },
      undelivered,
    });
    allowDelivery(this.role, settings);
    allowAnnouncements(this.role);
    allowPruning(this.role, settings);
    allow(this.role, { actions: ['ssm:GetParameter'], resources: [baseAmi.parameterArn] });
    allow(this.role, {
      actions: ['ssm:GetParameter'],
      resources: [parameterArn(this, `${settings.parameterPrefix}/fleets/*`)],
      wildcardReason: 'The states of canary fleets, which belong to other stacks.',
    });
    allow(this.role, {
      actions: ['s3:GetObject'],
      resources: ['catalog/*', 'bakes/*', 'publications/*'].map((keys) => bucket.arnForObjects(keys)),
      wildcardReason: 'What was observed, decided and published; the keys hold release, order and revision.',
    });
    allow(this.role, {
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: ['publications/deliveries.json', 'publications/care.json', 'notices.json'].map((key) =>
        bucket.arnForObjects(key),
      ),
    });
    // Without it S3 says "forbidden" of a document that does not exist yet.
    allow(this.role, { actions: ['s3:ListBucket'], resources: [bucket.bucketArn] });
    new Schedule(this, 'Schedule', {
      scheduleName: `${settings.resourceName}-care`,
      description: `Winbake ${settings.pipelineName}: takes care of what was published`,
      schedule: ScheduleExpression.rate(Duration.minutes(15)),
      target: new ScheduleTarget(this, 'Target', {
        arn: this.function.functionArn,
        action: 'lambda:InvokeFunction',
        input: { trigger: 'schedule' },
        undelivered,
      }),
    });
  }
}
