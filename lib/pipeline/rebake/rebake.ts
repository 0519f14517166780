import { Aws, Duration, Validations } from 'aws-cdk-lib';
import { type IMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern } from 'aws-cdk-lib/aws-logs';
import { Schedule } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, type IStateMachine, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { METRIC_NAMESPACE, untoldFailuresMetric } from '../../contract/names/metrics';
import { allow } from '../../internal/allow';
import { EndingLogs } from '../../internal/handler-function';
import { ScheduleTarget } from '../../internal/schedule-target';
import { imageArns } from '../image/bake-pipeline';
import type { BaseAmiSource } from '../props/base-ami';
import { stateMachineName } from '../props/fixed-names';
import type { PipelineSettings } from '../props/pipeline-settings';
import { REBAKE_DEFINITION } from './rebake-definition';

/** What rebakes are started with by the clock. */
interface RebakeSchedulesProps {
  readonly settings: PipelineSettings;
  readonly stateMachine: IStateMachine;
  readonly deadLetterQueue: IQueue;
}

/** Starts rebakes by the clock. */
export class RebakeSchedules extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { settings, stateMachine, deadLetterQueue }: RebakeSchedulesProps,
  ) {
    super(scope, id);
    for (const entry of settings.schedule._entries) {
      new Schedule(this, entry.id, {
        scheduleName: `${settings.resourceName}-${entry.trigger.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
        description: `Winbake ${settings.pipelineName}: ${entry.does}`,
        schedule: entry.expression,
        target: new ScheduleTarget(this, `${entry.id}Target`, {
          arn: stateMachine.stateMachineArn,
          action: 'states:StartExecution',
          input: { trigger: entry.trigger },
          deadLetterQueue,
        }),
      });
    }
  }
}

/** What a rebake calls. */
interface RebakeProps {
  readonly settings: PipelineSettings;
  readonly decide: IFunction;
  readonly publish: IFunction;
  readonly imagePipelineArn: string;
  readonly baseAmi: BaseAmiSource;
}

/** The state machine that takes a pipeline from "is there something new?" to a publication. */
export class Rebake extends Construct {
  public readonly stateMachine: StateMachine;

  /** Counts rebakes that ended without anybody being notified: the gate could not judge the failure, or there was no end. */
  public readonly untoldFailures: IMetric;

  constructor(scope: Construct, id: string, props: RebakeProps) {
    super(scope, id);
    const { settings, decide, publish, imagePipelineArn } = props;
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    const logGroup = new EndingLogs(this, 'Logs', {
      logGroupName: `/aws/vendedlogs/states/${stateMachineName(settings)}`,
      logRetention: settings.logRetention,
      encryptionKey: settings.encryptionKey,
    });
    // Every other failure is reported in words by the gate; the metric of failed executions counts those as well.
    this.untoldFailures = logGroup
      .addMetricFilter('Untold', {
        filterPattern: FilterPattern.any(
          FilterPattern.stringValue('$.type', '=', 'ExecutionTimedOut'),
          FilterPattern.stringValue('$.details.name', '=', 'FailedWithoutCause'),
        ),
        metricNamespace: METRIC_NAMESPACE,
        metricName: untoldFailuresMetric(settings.pipelineName),
        metricValue: '1',
      })
      .metric({ statistic: Stats.SUM, period: Duration.minutes(15) });
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: stateMachineName(settings),
      comment: REBAKE_DEFINITION.Comment,
      definitionBody: DefinitionBody.fromString(JSON.stringify(REBAKE_DEFINITION)),
      definitionSubstitutions: {
        Partition: Aws.PARTITION,
        DecideFunctionArn: decide.functionArn,
        PublishFunctionArn: publish.functionArn,
        ImagePipelineArn: imagePipelineArn,
        PipelineName: settings.pipelineName,
      },
      role,
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        includeExecutionData: true,
        destination: logGroup,
      },
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'The calls that deliver logs and traces cannot be limited to resources.',
    });
    allow(role, { actions: ['lambda:InvokeFunction'], resources: [decide.functionArn, publish.functionArn] });
    allow(role, {
      actions: ['imagebuilder:StartImagePipelineExecution', 'imagebuilder:GetImagePipeline'],
      resources: [imagePipelineArn],
    });
    // A start asks for it on the pipeline, as AWS's EC2ImageBuilderExecutionPolicy has the pair, and tags the image.
    allow(role, {
      actions: ['imagebuilder:TagResource'],
      resources: [imagePipelineArn, imageArns(this, settings.resourceName)],
      wildcardReason: 'Every build is a version of the image, with a number that is not known before.',
    });
    // The recipe names its base AMI by this parameter, which Image Builder reads when a build starts.
    allow(role, {
      actions: ['ssm:GetParameter'],
      resources: [props.baseAmi.parameterArn],
    });
    allow(role, {
      actions: ['imagebuilder:GetImage', 'imagebuilder:CancelImageCreation', 'imagebuilder:RetryImage'],
      resources: [imageArns(this, settings.resourceName)],
      wildcardReason: 'Every build is a version of the image, with a number that is not known before.',
    });
  }
}
