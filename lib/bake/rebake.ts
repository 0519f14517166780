import { Aws, Duration, RemovalPolicy, TimeZone, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { allow } from '../internal/allow';
import { publicParameterArn } from '../internal/parameter-arn';
import { ScheduleTarget } from '../internal/schedule-target';
import { stateMachineName } from './fixed-names';
import { imageArns } from './image-arns';
import type { PipelineSettings } from './pipeline-settings';
import { REBAKE_DEFINITION } from './rebake-definition';

/** What a rebake calls. */
export interface RebakeProps {
  readonly settings: PipelineSettings;
  readonly decide: IFunction;
  readonly publish: IFunction;
  readonly imagePipelineArn: string;
  readonly undelivered: IQueue;
}

/** The state machine that takes a pipeline from "is there something new?" to a publication, and what starts it. */
export class Rebake extends Construct {
  public readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: RebakeProps) {
    super(scope, id);
    const { settings, decide, publish, imagePipelineArn } = props;
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: stateMachineName(settings),
      comment: REBAKE_DEFINITION.Comment,
      definitionBody: DefinitionBody.fromString(JSON.stringify(REBAKE_DEFINITION)),
      definitionSubstitutions: {
        Partition: Aws.PARTITION,
        DecideFunctionArn: decide.functionArn,
        PublishFunctionArn: publish.functionArn,
        ImagePipelineArn: imagePipelineArn,
      },
      role,
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        includeExecutionData: true,
        destination: new LogGroup(this, 'Logs', {
          logGroupName: `/aws/vendedlogs/states/${stateMachineName(settings)}`,
          retention: settings.logRetention,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
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
    // The recipe names its base AMI by this parameter, which Image Builder reads when a build starts.
    allow(role, {
      actions: ['ssm:GetParameter'],
      resources: [publicParameterArn(this, settings.os.baseAmiParameter)],
    });
    allow(role, {
      actions: ['imagebuilder:GetImage', 'imagebuilder:CancelImageCreation'],
      resources: [imageArns(this, settings.resourceName)],
      wildcardReason: 'Every build is a version of the image, with a number that is not known before.',
    });
    this.onPatchTuesday(settings, props.undelivered);
    this.onEveryLook(settings, props.undelivered);
  }

  /** Microsoft releases its updates on the second Tuesday of a month at 10:00 Pacific time. */
  private onPatchTuesday({ resourceName, pipelineName }: PipelineSettings, undelivered: IQueue): void {
    new Schedule(this, 'PatchTuesday', {
      scheduleName: `${resourceName}-patch-tuesday`,
      description: `Winbake ${pipelineName}: looks for the images of Patch Tuesday`,
      schedule: ScheduleExpression.cron({
        minute: '0',
        hour: '10',
        weekDay: 'TUE#2',
        timeZone: TimeZone.AMERICA_LOS_ANGELES,
      }),
      target: this.start('OnPatchTuesday', 'patchTuesday', undelivered),
    });
  }

  /** What comes between Patch Tuesdays, and what an event lost. */
  private onEveryLook({ resourceName, pipelineName }: PipelineSettings, undelivered: IQueue): void {
    new Schedule(this, 'Looks', {
      scheduleName: `${resourceName}-looks`,
      description: `Winbake ${pipelineName}: looks whether anything is new`,
      schedule: ScheduleExpression.rate(Duration.hours(4)),
      target: this.start('OnLook', 'look', undelivered),
    });
  }

  private start(id: string, trigger: string, undelivered: IQueue): ScheduleTarget {
    return new ScheduleTarget(this, id, {
      arn: this.stateMachine.stateMachineArn,
      action: 'states:StartExecution',
      input: { trigger },
      undelivered,
    });
  }
}
