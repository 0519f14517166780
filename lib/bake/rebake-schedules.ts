import { Schedule } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ScheduleTarget } from '../internal/schedule-target';
import type { PipelineSettings } from './pipeline-settings';

/** What rebakes are started with by the clock. */
export interface RebakeSchedulesProps {
  readonly settings: PipelineSettings;
  readonly stateMachine: IStateMachine;
  readonly undelivered: IQueue;
}

/** Starts rebakes by the clock. */
export class RebakeSchedules extends Construct {
  constructor(scope: Construct, id: string, { settings, stateMachine, undelivered }: RebakeSchedulesProps) {
    super(scope, id);
    for (const entry of settings.schedule.entries) {
      new Schedule(this, entry.id, {
        scheduleName: `${settings.resourceName}-${entry.trigger.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
        description: `Winbake ${settings.pipelineName}: ${entry.does}`,
        schedule: entry.expression,
        target: new ScheduleTarget(this, `${entry.id}Target`, {
          arn: stateMachine.stateMachineArn,
          action: 'states:StartExecution',
          input: { trigger: entry.trigger },
          undelivered,
        }),
      });
    }
  }
}
