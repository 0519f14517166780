import { CustomResource, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import type { SeedEnvironment } from '../handlers/env';
import { allow, explainWildcard } from '../internal/allow';
import { HandlerFunction } from '../internal/handler-function';
import type { BaseAmiSource } from './base-ami-source';
import { allowChannelWrites } from './channel-writes';
import type { PipelineSettings } from './pipeline-settings';

/**
 * Points the channels to the plain base AMI where nothing was published yet, so that fleets can be deployed
 * before the first bake has ended, and starts a rebake. What is there already stays.
 */
export class ChannelSeed extends Construct {
  constructor(
    scope: Construct,
    id: string,
    settings: PipelineSettings,
    baseAmi: BaseAmiSource,
    stateMachine: IStateMachine,
  ) {
    super(scope, id);
    const { os, pipelineName, parameterPath, logRetention } = settings;
    const handler = new HandlerFunction<SeedEnvironment>(this, 'Handler', {
      handler: 'seed',
      description: `Winbake ${pipelineName}: seeds the channels with the base AMI`,
      timeout: Duration.minutes(5),
      logRetention,
      environment: {
        WINBAKE_OS: os.name,
        WINBAKE_PARAMETER_PATH: parameterPath,
        WINBAKE_BASE_AMI_PARAMETER: baseAmi.parameterName,
        WINBAKE_STATE_MACHINE_ARN: stateMachine.stateMachineArn,
      },
    });
    allow(handler.role, {
      actions: ['states:StartExecution'],
      resources: [stateMachine.stateMachineArn],
    });
    allow(handler.role, {
      actions: ['ssm:GetParameter'],
      resources: [baseAmi.parameterArn],
    });
    allowChannelWrites(handler.role, parameterPath);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    allow(role, {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    });
    const provider = new Provider(this, 'Provider', {
      onEventHandler: handler.function,
      frameworkOnEventRole: role,
      logGroup,
    });
    explainWildcard(
      role,
      `${handler.function.functionArn}:*`,
      "aws-cdk-lib's provider invokes whichever version of the handler is deployed.",
    );
    Validations.of(provider).acknowledge({
      id: 'AwsSolutions-L1',
      reason: "The function and its runtime are CDK's own and come with aws-cdk-lib.",
    });
    const seed = new CustomResource(this, 'Seed', {
      serviceToken: provider.serviceToken,
      resourceType: 'Custom::WinbakeSeed',
      properties: { os: os.name, parameterPath, baseAmiParameter: baseAmi.parameterName },
    });
    // The rebake that it starts needs all that the state machine may do and call.
    seed.node.addDependency(stateMachine);
  }
}
