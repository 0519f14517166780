import { Duration } from 'aws-cdk-lib';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { CareEnvironment } from '../handlers/env';
import { ScheduleTarget } from '../internal/schedule-target';
import { allowChannelWrites } from './channel-writes';
import { PipelineFunction, type PipelineResources } from './pipeline-function';

/** What caring needs beside what every function has. */
export interface CareFunctionProps extends PipelineResources {
  readonly undelivered: IQueue;
}

/** What has to be looked after between bakes, every 15 minutes: promotion, delivery, age. */
export class CareFunction extends PipelineFunction<CareEnvironment> {
  constructor(scope: Construct, id: string, props: CareFunctionProps) {
    const { settings, undelivered } = props;
    super(scope, id, props, {
      kind: 'care',
      does: 'promotes, delivers and cleans up',
      timeout: Duration.minutes(10),
      environment: {},
      undelivered,
    });
    allowChannelWrites(this.role, settings.parameterPath);
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
