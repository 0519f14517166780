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
import { PIPELINE_TAG } from '../../contract/names/resources';
import { POLL_INTERVAL_SECONDS } from '../../contract/values/gate-policy';
import { ENDED_WITHOUT_IMAGE, IMAGE_BUILDER_REFUSALS } from '../../core/bake/bake-end';
import {
  FOLLOW_INTERVAL_SECONDS,
  FOLLOW_LATE_INTERVAL_SECONDS,
  FOLLOW_POLLS,
  MOST_POLLS,
} from '../../core/image-builder/workflows';
import { allow } from '../../internal/allow';
import { EndingLogs } from '../../internal/handler-function';
import { ScheduleTarget } from '../../internal/schedule-target';
import { imageArns } from '../image/bake-pipeline';
import type { BaseAmiSource } from '../props/base-ami';
import { stateMachineName } from '../props/fixed-names';
import type { PipelineSettings } from '../props/pipeline-settings';

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

/** A service that fails is asked again for half an hour. */
const RETRY = {
  IntervalSeconds: 10,
  MaxAttempts: 9,
  BackoffRate: 2,
  MaxDelaySeconds: 300,
  JitterStrategy: 'FULL',
};

const RETRY_SERVICE = [{ ErrorEquals: ['States.TaskFailed'], ...RETRY }];

/** A start that Image Builder refuses for what it says is refused again: the gate ends the order, and asks a person. */
const RETRY_START = [{ ErrorEquals: IMAGE_BUILDER_REFUSALS, MaxAttempts: 0 }, ...RETRY_SERVICE];

/** What our functions refuse in words for people fails in the same way again. */
const RETRY_FUNCTION = [{ ErrorEquals: ['WinbakeError', 'UsageError'], MaxAttempts: 0 }, ...RETRY_SERVICE];

/** Whatever fails is reported with its cause; the data so far is kept beside it. */
const CATCH = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'EvaluateFailure' }];

/** No wait of the gate lasts so long; it keeps the history below 25,000 events, 9 of which a poll has. */
const LONGEST_SECONDS = 21 * 24 * 3600;

/** Calls the decide function with a step of `DecideEvent`; it knows its execution and what started it. */
function callDecide(step: string, what: Readonly<Record<string, unknown>> = {}) {
  return {
    Type: 'Task',
    Resource: 'arn:${Partition}:states:::lambda:invoke',
    Parameters: {
      FunctionName: '${DecideFunctionArn}',
      Payload: { step, 'executionArn.$': '$$.Execution.Id', 'input.$': '$$.Execution.Input', ...what },
    },
    Retry: RETRY_FUNCTION,
  };
}

function whenDecision(decision: string, Next: string) {
  return { Variable: '$.decision', StringEquals: decision, Next };
}

/**
 * The state machine "rebake" in the States Language. The data after `Decide` and `EvaluateFailure` is the answer of the gate;
 * the input stays reachable through the context object, so it survives the ways back. An order that is being carried out
 * comes with its build, which is followed.
 *
 * `${DecideFunctionArn}`, `${PublishFunctionArn}`, `${ImagePipelineArn}`, `${PipelineName}` and `${Partition}` are filled in
 * on deployment.
 *
 * @see https://states-language.net/
 */
export const REBAKE_DEFINITION = {
  Comment: 'Decides whether a bake is due, runs it and publishes its AMI.',
  QueryLanguage: 'JSONPath',
  StartAt: 'Decide',
  TimeoutSeconds: LONGEST_SECONDS,
  States: {
    Decide: { ...callDecide('decide'), OutputPath: '$.Payload', Catch: CATCH, Next: 'Decision' },
    Decision: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.bake.ImageBuildVersionArn', IsPresent: true, Next: 'Follow' },
        whenDecision('bake', 'StartBake'),
        whenDecision('wait', 'WaitForImages'),
        whenDecision('nothing', 'NothingToDo'),
        whenDecision('needsOperator', 'NeedsOperator'),
      ],
    },
    WaitForImages: { Type: 'Wait', Seconds: POLL_INTERVAL_SECONDS, Next: 'Decide' },
    NothingToDo: { Type: 'Succeed' },
    NeedsOperator: { Type: 'Succeed' },
    StartBake: {
      Type: 'Task',
      Resource: 'arn:${Partition}:states:::aws-sdk:imagebuilder:startImagePipelineExecution',
      Parameters: {
        ImagePipelineArn: '${ImagePipelineArn}',
        'ClientToken.$': '$.clientToken',
        // The pipeline's own tags are for images that its schedule starts.
        Tags: { [PIPELINE_TAG]: '${PipelineName}' },
      },
      ResultPath: '$.bake',
      Retry: RETRY_START,
      Catch: CATCH,
      Next: 'NoteStart',
    },
    NoteStart: {
      ...callDecide('noteStart', {
        'orderId.$': '$.orderId',
        'imageBuildVersionArn.$': '$.bake.ImageBuildVersionArn',
      }),
      ResultPath: null,
      Catch: CATCH,
      Next: 'Follow',
    },
    Follow: { Type: 'Pass', Result: { polls: 0 }, ResultPath: '$.follow', Next: 'GetImage' },
    GetImage: {
      Type: 'Task',
      Resource: 'arn:${Partition}:states:::aws-sdk:imagebuilder:getImage',
      Parameters: { 'ImageBuildVersionArn.$': '$.bake.ImageBuildVersionArn' },
      // Status and, where there is one, Reason; a path to an absent Reason would fail the execution.
      ResultSelector: { 'state.$': '$.Image.State' },
      ResultPath: '$.image',
      Retry: RETRY_SERVICE,
      Catch: CATCH,
      Next: 'ImageState',
    },
    ImageState: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.image.state.Status', StringEquals: 'AVAILABLE', Next: 'Publish' },
        {
          Or: ENDED_WITHOUT_IMAGE.map((status) => ({
            Variable: '$.image.state.Status',
            StringEquals: status,
          })),
          Next: 'EvaluateFailure',
        },
        {
          Variable: '$.follow.polls',
          NumericGreaterThanEquals: MOST_POLLS,
          Next: 'NoteTooLong',
        },
        { Variable: '$.follow.polls', NumericGreaterThanEquals: FOLLOW_POLLS, Next: 'WaitLongerForImage' },
      ],
      Default: 'WaitForImage',
    },
    WaitForImage: { Type: 'Wait', Seconds: FOLLOW_INTERVAL_SECONDS, Next: 'CountPoll' },
    WaitLongerForImage: { Type: 'Wait', Seconds: FOLLOW_LATE_INTERVAL_SECONDS, Next: 'CountPoll' },
    CountPoll: {
      Type: 'Pass',
      Parameters: { 'polls.$': 'States.MathAdd($.follow.polls, 1)' },
      ResultPath: '$.follow',
      Next: 'GetImage',
    },
    NoteTooLong: { Type: 'Pass', Result: true, ResultPath: '$.tooLong', Next: 'CancelBake' },
    CancelBake: {
      Type: 'Task',
      Resource: 'arn:${Partition}:states:::aws-sdk:imagebuilder:cancelImageCreation',
      Parameters: {
        'ImageBuildVersionArn.$': '$.bake.ImageBuildVersionArn',
        'ClientToken.$': '$.clientToken',
      },
      ResultPath: null,
      Retry: RETRY_SERVICE,
      // That it cannot be ended matters less than that it did not end.
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.notCancelled', Next: 'EvaluateFailure' }],
      Next: 'EvaluateFailure',
    },
    Publish: {
      Type: 'Task',
      Resource: 'arn:${Partition}:states:::lambda:invoke',
      Parameters: {
        FunctionName: '${PublishFunctionArn}',
        Payload: {
          'orderId.$': '$.orderId',
          'imageBuildVersionArn.$': '$.bake.ImageBuildVersionArn',
        },
      },
      ResultSelector: { 'answer.$': '$.Payload' },
      ResultPath: '$.published',
      Retry: RETRY_FUNCTION,
      Catch: CATCH,
      Next: 'NotePublication',
    },
    NotePublication: {
      ...callDecide('notePublication', { 'orderId.$': '$.orderId' }),
      ResultPath: null,
      OutputPath: '$.published.answer',
      Catch: CATCH,
      Next: 'Published',
    },
    Published: { Type: 'Succeed' },
    // A host that is not offered an out-of-band release is no failure, and an order is tried once more: the gate knows.
    EvaluateFailure: {
      ...callDecide('evaluateFailure', { 'failed.$': '$' }),
      OutputPath: '$.Payload',
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.notEvaluated', Next: 'FailedWithoutCause' }],
      Next: 'FailureDecision',
    },
    FailureDecision: {
      Type: 'Choice',
      Choices: [
        whenDecision('retry', 'RetryImage'),
        { Variable: '$.bake.ImageBuildVersionArn', IsPresent: true, Next: 'Follow' },
        whenDecision('bake', 'StartBake'),
        whenDecision('wait', 'WaitForImages'),
        whenDecision('nothing', 'NothingToDo'),
        whenDecision('cancelled', 'Cancelled'),
      ],
      Default: 'BakeFailed',
    },
    RetryImage: {
      Type: 'Task',
      Resource: 'arn:${Partition}:states:::aws-sdk:imagebuilder:retryImage',
      Parameters: {
        'ImageBuildVersionArn.$': '$.bake.ImageBuildVersionArn',
        'ClientToken.$': '$.clientToken',
      },
      ResultPath: null,
      Retry: RETRY_START,
      // That it cannot be tried again is no new failure: the old one ends the order.
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.notRetried', Next: 'EvaluateFailure' }],
      Next: 'WaitForRetry',
    },
    // Until its state is no longer that of the first try.
    WaitForRetry: { Type: 'Wait', Seconds: FOLLOW_INTERVAL_SECONDS, Next: 'Follow' },
    Cancelled: { Type: 'Succeed' },
    BakeFailed: { Type: 'Fail', Error: 'BakeFailed', CausePath: '$.cause' },
    FailedWithoutCause: { Type: 'Fail', Error: 'RebakeFailed', CausePath: 'States.JsonToString($)' },
  },
};
