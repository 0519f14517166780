/** A call of a service that may fail for a moment only; every one of ours can be made again without harm. */
const RETRY = [
  {
    ErrorEquals: ['States.TaskFailed'],
    IntervalSeconds: 10,
    MaxAttempts: 5,
    BackoffRate: 2,
    JitterStrategy: 'FULL',
  },
];

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html - what Lambda answers where it is at fault */
const RETRY_LAMBDA = [
  {
    ErrorEquals: [
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.TooManyRequestsException',
    ],
    IntervalSeconds: 5,
    MaxAttempts: 5,
    BackoffRate: 2,
    JitterStrategy: 'FULL',
  },
];

const ENDED_WITHOUT_IMAGE = ['FAILED', 'CANCELLED', 'DEPRECATED', 'DELETED', 'DISABLED'];

/**
 * The state machine "rebake" in the States Language. The state of the data after `Decide` is the gate's answer; the input
 * stays reachable through the context object, so it survives the way back from `WaitForImages`. Waits are literal.
 *
 * `${DecideFunctionArn}`, `${PublishFunctionArn}`, `${ImagePipelineArn}` and `${Partition}` are filled in on deployment.
 *
 * @see https://states-language.net/
 */
export const REBAKE_DEFINITION = {
  Comment: 'Decides whether a bake is due, runs it and publishes its AMI.',
  QueryLanguage: 'JSONPath',
  StartAt: 'Decide',
  States: {
    Decide: {
      Type: 'Task',
      Resource: 'arn:${Partition}:states:::lambda:invoke',
      Parameters: {
        FunctionName: '${DecideFunctionArn}',
        Payload: {
          'trigger.$': '$$.Execution.Input.trigger',
          'executionArn.$': '$$.Execution.Id',
        },
      },
      OutputPath: '$.Payload',
      Retry: RETRY_LAMBDA,
      Next: 'Decision',
    },
    Decision: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.decision', StringEquals: 'bake', Next: 'StartBake' },
        { Variable: '$.decision', StringEquals: 'wait', Next: 'WaitForImages' },
        { Variable: '$.decision', StringEquals: 'nothing', Next: 'NothingToDo' },
        { Variable: '$.decision', StringEquals: 'needsOperator', Next: 'NeedsOperator' },
      ],
    },
    WaitForImages: { Type: 'Wait', Seconds: 900, Next: 'Decide' },
    NothingToDo: { Type: 'Succeed' },
    NeedsOperator: { Type: 'Succeed' },
    StartBake: {
      Type: 'Task',
      Resource: 'arn:${Partition}:states:::aws-sdk:imagebuilder:startImagePipelineExecution',
      Parameters: { ImagePipelineArn: '${ImagePipelineArn}', 'ClientToken.$': '$.clientToken' },
      ResultPath: '$.bake',
      Retry: RETRY,
      Next: 'WaitForImage',
    },
    WaitForImage: { Type: 'Wait', Seconds: 120, Next: 'GetImage' },
    GetImage: {
      Type: 'Task',
      Resource: 'arn:${Partition}:states:::aws-sdk:imagebuilder:getImage',
      Parameters: { 'ImageBuildVersionArn.$': '$.bake.ImageBuildVersionArn' },
      // Status and, where there is one, Reason; a path to an absent Reason would fail the execution.
      ResultSelector: { 'state.$': '$.Image.State' },
      ResultPath: '$.image',
      Retry: RETRY,
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
          Next: 'JudgeFailure',
        },
      ],
      Default: 'WaitForImage',
    },
    // A host that is not offered an out-of-band release is no failure; the gate tells the two apart and remembers it.
    JudgeFailure: {
      Type: 'Task',
      Resource: 'arn:${Partition}:states:::lambda:invoke',
      Parameters: {
        FunctionName: '${DecideFunctionArn}',
        Payload: {
          'trigger.$': '$$.Execution.Input.trigger',
          'executionArn.$': '$$.Execution.Id',
          failure: { 'orderId.$': '$.orderId', 'reason.$': 'States.JsonToString($.image.state)' },
        },
      },
      ResultSelector: { 'decision.$': '$.Payload.decision' },
      ResultPath: '$.failure',
      Retry: RETRY_LAMBDA,
      Next: 'FailureDecision',
    },
    FailureDecision: {
      Type: 'Choice',
      Choices: [{ Variable: '$.failure.decision', StringEquals: 'nothing', Next: 'NothingToDo' }],
      Default: 'BakeFailed',
    },
    BakeFailed: {
      Type: 'Fail',
      Error: 'BakeFailed',
      CausePath: 'States.JsonToString($.image.state)',
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
      OutputPath: '$.Payload',
      Retry: RETRY_LAMBDA,
      Next: 'Published',
    },
    Published: { Type: 'Succeed' },
  },
};
