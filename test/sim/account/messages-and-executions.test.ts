import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeStateMachineCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { eventBridgeAnnouncer, snsNotifier } from '../../../lib/aws/notices';
import { stepFunctionsExecutions, stepFunctionsRebakes } from '../../../lib/aws/step-functions';
import { SimulatedLambda } from '../../../sim/account/services/lambda';
import {
  ACCOUNT,
  allow,
  failureOf,
  PLACE,
  REGION,
  ROLE,
  startLab,
} from '../../support/simulated-accounts-lab';

let lab: ReturnType<typeof startLab>;

afterEach(() => {
  lab.end();
});

const EVERYTHING = [allow('*')];

describe('notices', () => {
  const topicArn = `arn:aws:sns:${REGION}:${ACCOUNT}:notices`;
  const sns = new SNSClient();
  const publish = (more: object) =>
    sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'a', ...more }));

  test('reach a topic, whatever the subject was', async () => {
    lab = startLab();
    lab.sns.create({ arn: topicArn });
    await lab.as(EVERYTHING, () => snsNotifier(sns, topicArn).notify(`Übel\n${'x'.repeat(200)}`, 'text'));
    expect(lab.sns.messages).toMatchObject([{ topicArn, subject: `?bel?${'x'.repeat(95)}`, text: 'text' }]);
  });

  test.each<[string, object, string]>([
    ['a subject of more than 100 characters', { Subject: 'x'.repeat(101) }, 'Invalid parameter: Subject'],
    ['a subject of two lines', { Subject: 'a\nb' }, 'Invalid parameter: Subject'],
    ['a subject that is not ASCII', { Subject: 'Übel' }, 'Invalid parameter: Subject'],
    ['a message of more than 256 KB', { Message: 'x'.repeat(256 * 1024 + 1) }, 'Message too long'],
    ['a topic that is not there', { TopicArn: `${topicArn}2` }, 'Topic does not exist'],
    [
      'a topic of another region',
      { TopicArn: topicArn.replace(REGION, 'us-east-1') },
      'Invalid parameter: TopicArn',
    ],
  ])('with %s are refused', async (_what, more, text) => {
    lab = startLab();
    lab.sns.create({ arn: topicArn });
    await expect(lab.as(EVERYTHING, () => publish(more))).rejects.toThrow(text);
  });

  test('are denied by the name that SNS gives it', async () => {
    lab = startLab();
    const denied = await failureOf(lab.as([], () => publish({})));
    expect(denied).toMatchObject({ name: 'AuthorizationErrorException' });
    expect(denied.message).toContain('not authorized to perform: SNS:Publish on resource');
  });
});

describe('events', () => {
  const client = new EventBridgeClient();
  const announce = (detail: object) =>
    eventBridgeAnnouncer(client).announce('Bake Failed' as never, detail as never);

  test('reach the default bus by the source that the role may use', async () => {
    lab = startLab();
    const Condition = { StringEquals: { 'events:source': 'winbake' } };
    await lab.as([allow('events:PutEvents', '*', { Condition })], () => announce({ a: 1 }));
    expect(lab.events.events).toMatchObject([{ ...PLACE, source: 'winbake', detail: { a: 1 } }]);
    const other = { Entries: [{ Source: 'other', DetailType: 'a', Detail: '{}' }] };
    await expect(
      lab.as([allow('events:PutEvents', '*', { Condition })], () => client.send(new PutEventsCommand(other))),
    ).rejects.toThrow('events:PutEvents');
  });

  test.each<[string, object[], string]>([
    [
      'of eleven at once',
      Array.from({ length: 11 }, () => ({ Source: 'a' })),
      'length less than or equal to 10',
    ],
    [
      'of more than 256 KB together',
      [{ Source: 'a', DetailType: 'b', Detail: JSON.stringify('x'.repeat(256 * 1024)) }],
      'over the limit',
    ],
  ])('%s are refused', async (_what, Entries, text) => {
    lab = startLab();
    await expect(lab.as(EVERYTHING, () => client.send(new PutEventsCommand({ Entries })))).rejects.toThrow(
      text,
    );
  });

  test('that are damaged fail alone', async () => {
    lab = startLab();
    const Entries = [
      { Source: 'a', DetailType: 'b', Detail: '{}' },
      { Source: 'a', DetailType: 'b', Detail: '[1' },
      { Source: 'aws.ec2', DetailType: 'b', Detail: '{}' },
      { Source: 'a', Detail: '{}' },
    ];
    const answer = await lab.as(EVERYTHING, () => client.send(new PutEventsCommand({ Entries })));
    expect(answer.FailedEntryCount).toBe(3);
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'MalformedDetail',
      'NotAuthorizedForSourceException',
      'InvalidArgument',
    ]);
  });
});

describe('executions', () => {
  const client = new SFNClient();
  const executions = stepFunctionsExecutions(client);
  const rebakes = stepFunctionsRebakes(client);
  const arn = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:rebake`;
  const executionArn = `arn:aws:states:${REGION}:${ACCOUNT}:execution:rebake:one`;
  const DAY = 24 * 3600 * 1000;

  function start() {
    lab = startLab();
    lab.states.create({ arn, roleArn: ROLE, definition: '{}' });
  }

  test('are started once, and their names stay taken for 90 days', async () => {
    start();
    const twice = () =>
      client.send(new StartExecutionCommand({ stateMachineArn: arn, name: 'one', input: '{}' }));
    await lab.as(EVERYTHING, async () => {
      await rebakes.start(arn, 'one', {});
      await rebakes.start(arn, 'one', {});
      expect((await twice()).executionArn).toBe(executionArn);
      expect(lab.states.all).toHaveLength(1);
      await executions.stop(executionArn, 'a person');
      await expect(twice()).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
      lab.clock.now = new Date(lab.clock.now.getTime() + 90 * DAY);
      expect((await twice()).startDate).toEqual(lab.clock.now);
    });
  });

  test('run until they end, and are forgotten after 90 days', async () => {
    start();
    await lab.as(EVERYTHING, async () => {
      expect(await executions.isRunning(executionArn)).toBe(false);
      await rebakes.start(arn, 'one', {});
      expect(await executions.isRunning(executionArn)).toBe(true);
      lab.states.end(executionArn, 'SUCCEEDED', lab.clock.now);
      expect(await executions.isRunning(executionArn)).toBe(false);
      lab.clock.now = new Date(lab.clock.now.getTime() + 90 * DAY);
      expect(await executions.isRunning(executionArn)).toBe(false);
    });
    expect(lab.accounts.ledger.entries).toContainEqual(
      expect.objectContaining({
        command: 'sfn.DescribeExecution',
        outcome: 'ExecutionDoesNotExist',
        count: 2,
      }),
    );
  });

  test('are of a state machine that is there, with an input that is JSON', async () => {
    start();
    await lab.as(EVERYTHING, async () => {
      const { roleArn } = await client.send(new DescribeStateMachineCommand({ stateMachineArn: arn }));
      expect(roleArn).toBe(ROLE);
      await expect(rebakes.start(`${arn}2`, 'one', {})).rejects.toMatchObject({
        name: 'StateMachineDoesNotExist',
      });
      const damaged = new StartExecutionCommand({ stateMachineArn: arn, input: '{' });
      await expect(client.send(damaged)).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
    });
  });

  test('have an input of 256 KiB at most', async () => {
    start();
    const of = (length: number) =>
      client.send(
        new StartExecutionCommand({ stateMachineArn: arn, input: JSON.stringify('a'.repeat(length - 2)) }),
      );
    await lab.as(EVERYTHING, async () => {
      await of(262_144);
      expect(await failureOf(of(262_145))).toMatchObject({ name: 'ValidationException' });
    });
  });
});

describe('functions', () => {
  const invoke = (length: number, answer: unknown = null) => {
    lab = startLab({ more: [new SimulatedLambda(() => () => Promise.resolve(answer))] });
    const Payload = Buffer.from(JSON.stringify('a'.repeat(length - 2)));
    return lab.as(EVERYTHING, () =>
      new LambdaClient().send(new InvokeCommand({ FunctionName: 'a', Payload })),
    );
  };
  const MOST = 6 * 1024 * 1024;

  test('take requests of 6 MiB at most', async () => {
    expect((await invoke(MOST)).StatusCode).toBe(200);
    expect(await failureOf(invoke(MOST + 1))).toMatchObject({
      name: 'RequestTooLargeException',
      $metadata: { httpStatusCode: 413 },
    });
  });

  test('fail where their answer is larger than Lambda hands on', async () => {
    expect((await invoke(2, 'a'.repeat(6_291_554))).FunctionError).toBeUndefined();
    const { FunctionError, Payload } = await invoke(2, 'a'.repeat(6_291_555));
    expect(FunctionError).toBe('Unhandled');
    expect(JSON.parse(Buffer.from(Payload!).toString())).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
  });
});
