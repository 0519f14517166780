import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplateVersionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient, ListContainerInstancesCommand } from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetImageCommand, ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { s3DocumentStore } from '../../../lib/aws/stores/s3-document-store';
import { ssmParameterStore } from '../../../lib/aws/stores/ssm-parameter-store';
import type { JsonObject } from '../../../lib/contract/values/json';
import { FaultInjection } from '../../../sim/account/fault-injection';
import { instanceProfileArn } from '../../../sim/account/iam-propagation';
import { sessionOf } from '../../../sim/account/principal';
import { accountsOfStacks } from '../../../sim/account/services/accounts-of-stacks';
import { SimulatedAutoScaling } from '../../../sim/account/services/auto-scaling';
import { SimulatedEcs } from '../../../sim/account/services/ecs';
import { SimulatedFleets } from '../../../sim/account/services/fleets';
import { SimulatedImageBuilder } from '../../../sim/account/services/image-builder';
import { SimulatedLambda } from '../../../sim/account/services/lambda';
import { VirtualClock } from '../../../sim/clock/virtual-clock';
import { callTask } from '../../../sim/rehearsal/rebake';
import { allow, failureOf, PLACE, role, ROLE } from '../../support/simulated-accounts-lab';

const START = new Date('2025-10-14T22:00:00Z');
let end: () => void = () => undefined;

afterEach(() => {
  end();
});

/** Accounts whose faults follow numbers that a test gives: the next one, or the last one again. */
function faultyAccounts() {
  const clock = new VirtualClock(START);
  const numbers: number[] = [1];
  const faults = new FaultInjection({
    random: () => (numbers.length > 1 ? numbers.shift()! : numbers[0]!),
    now: () => clock.now(),
    pass: (milliseconds) => clock.waitUntil(new Date(clock.now().getTime() + milliseconds)),
  });
  const fleets = new SimulatedFleets();
  const { accounts, s3, ssm } = accountsOfStacks({
    stacks: [],
    now: () => clock.now(),
    faults,
    services: [
      new SimulatedAutoScaling(fleets),
      new SimulatedEcs(fleets),
      new SimulatedLambda(() => undefined),
      new SimulatedImageBuilder(() => ({ stacks: [], images: undefined as never, bake: undefined })),
    ],
  });
  end = accounts.install();
  const caller = sessionOf(ROLE, role([allow('*')]), 'function');
  return {
    accounts,
    clock,
    faults,
    s3,
    ssm,
    as: <T>(work: () => Promise<T>) => accounts.as(caller, PLACE.region, work),
    /** What is drawn next; 1 means that nothing happens, and that what takes time takes longest. */
    draw: (...next: readonly number[]) => {
      numbers.splice(0, numbers.length, ...next, 1);
    },
  };
}

const seconds = (clock: VirtualClock) => (clock.now().getTime() - START.getTime()) / 1000;

/** No hang, the longest call, others take all tokens for the longest. */
const BUSY = [1, 1, 0, 1];

test.each<[string, () => Promise<unknown>, object]>([
  [
    'Parameter Store',
    () => new SSMClient().send(new GetParameterCommand({ Name: '/a' })),
    { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } },
  ],
  [
    'EC2',
    () => new EC2Client().send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: 'lt-1' })),
    { name: 'RequestLimitExceeded', $metadata: { httpStatusCode: 503 } },
  ],
  [
    'Auto Scaling',
    () => new AutoScalingClient().send(new DescribeAutoScalingGroupsCommand({})),
    { name: 'Throttling', $metadata: { httpStatusCode: 400 } },
  ],
  [
    'ECS',
    () => new ECSClient().send(new ListContainerInstancesCommand({ cluster: 'a' })),
    { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } },
  ],
  [
    'Image Builder',
    () =>
      new ImagebuilderClient().send(
        new GetImageCommand({
          imageBuildVersionArn: 'arn:aws:imagebuilder:eu-central-1:123456789012:image/a/1.0.0/1',
        }),
      ),
    { name: 'CallRateLimitExceededException', $metadata: { httpStatusCode: 429 } },
  ],
  [
    'Lambda',
    () => new LambdaClient().send(new InvokeCommand({ FunctionName: 'a' })),
    { name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } },
  ],
  [
    'S3',
    () => new S3Client().send(new GetObjectCommand({ Bucket: 'documents', Key: 'a' })),
    { name: 'SlowDown', $metadata: { httpStatusCode: 503 } },
  ],
  [
    'SNS',
    () => new SNSClient().send(new PublishCommand({ TopicArn: 'arn:aws:sns:::a', Message: 'a' })),
    { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } },
  ],
  [
    'STS',
    () => new STSClient().send(new GetCallerIdentityCommand({})),
    { name: 'Throttling', $metadata: { httpStatusCode: 400 } },
  ],
  [
    'Step Functions',
    () => new SFNClient().send(new StartExecutionCommand({ stateMachineArn: 'arn:aws:states:::a' })),
    { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } },
  ],
  [
    'EventBridge',
    () => new EventBridgeClient().send(new PutEventsCommand({ Entries: [] })),
    { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } },
  ],
])('%s refuses what is beyond its rate, after the tries of the SDK', async (_service, call, error) => {
  const { as, clock, draw } = faultyAccounts();
  draw(...BUSY);
  expect(await failureOf(as(call))).toMatchObject(error);
  // Three calls, and two waits of which the second may be twice as long.
  expect(seconds(clock)).toBeCloseTo(3 * 0.2 + 1 + 2, 1);
});

test('Step Functions names what Lambda refuses after the service', async () => {
  const { as, draw } = faultyAccounts();
  const client = new LambdaClient();
  const account = {
    as: <T>(_caller: unknown, work: () => Promise<T>) => as(work),
    invoke: (_caller: unknown, FunctionName: string) =>
      as(() => client.send(new InvokeCommand({ FunctionName }))),
  };
  draw(...BUSY);
  const call = { resource: 'arn:aws:states:::lambda:invoke', parameters: { FunctionName: 'a' } };
  const failure = await failureOf(callTask(account, sessionOf(ROLE, role([]), 'execution'), call));
  expect(failure).toMatchObject({ name: 'Lambda.TooManyRequestsException', message: 'Rate Exceeded.' });
});

test('a rate that others took for a moment costs time, and no error', async () => {
  const { as, clock, draw, ssm } = faultyAccounts();
  ssm.publish(PLACE, '/a', 'a', START);
  draw(1, 1, 0, 0.05);
  const { Parameter } = await as(() => new SSMClient().send(new GetParameterCommand({ Name: '/a' })));
  expect(Parameter?.Value).toBe('a');
  expect(seconds(clock)).toBeCloseTo(2 * 0.2 + 1, 1);
});

test('three writes of a parameter a second are taken, and no more', async () => {
  const { as, draw } = faultyAccounts();
  const client = new SSMClient();
  // No call takes time, nor does any wait.
  draw(...Array.from({ length: 60 }, (_, index) => (index % 4 === 1 ? 0 : 1)));
  const put = () =>
    client.send(new PutParameterCommand({ Name: '/a', Value: 'a', Type: 'String', Overwrite: true }));
  await as(async () => {
    await put();
    await put();
    await put();
    draw(1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1);
    expect(await failureOf(put())).toMatchObject({ name: 'ThrottlingException' });
  });
});

describe('a read after a write', () => {
  const read = (client: SSMClient) =>
    client.send(new GetParameterCommand({ Name: '/a' })).then(
      ({ Parameter }) => Parameter?.Value,
      (error: unknown) => (error as Error).name,
    );

  test.each([
    ['a parameter that was not there', undefined, 'ParameterNotFound'],
    ['the value before', 'old', 'old'],
  ])('shows %s for some seconds', async (_what, before, shown) => {
    const { as, clock, draw, ssm } = faultyAccounts();
    if (before !== undefined) {
      ssm.publish(PLACE, '/a', before, START);
    }
    const client = new SSMClient();
    await as(async () => {
      await read(client);
      await client.send(
        new PutParameterCommand({ Name: '/a', Value: 'new', Type: 'String', Overwrite: true }),
      );
      // No hang, a long call, no others, and one of the servers that are behind.
      draw(1, 1, 1, 0);
      expect(await read(client)).toBe(shown);
      draw(1, 1, 1, 1);
      expect(await read(client)).toBe('new');
      await clock.waitUntil(new Date(clock.now().getTime() + 6000));
      draw(1, 1, 1, 0);
      expect(await read(client)).toBe('new');
    });
  });

  test('of a page is that page', async () => {
    const { as, draw, ssm } = faultyAccounts();
    const names = Array.from({ length: 12 }, (_, index) => `/a/${String(index).padStart(2, '0')}`);
    names.forEach((name) => {
      ssm.publish(PLACE, name, 'old', START);
    });
    const store = ssmParameterStore(new SSMClient());
    await as(async () => {
      await store.below('/a');
      await store.put('/a/11', 'new', 'text');
      // Each page without a hang, a long call, no others, and one of the servers that are behind.
      draw(1, 1, 1, 0, 1, 1, 1, 0);
      expect(await store.below('/a')).toEqual(Object.fromEntries(names.map((name) => [name, 'old'])));
    });
  });

  test('is never old in S3, whose conditional writes may meet another', async () => {
    const { as, draw, s3 } = faultyAccounts();
    s3.createBucket({ ...PLACE, name: 'documents' }, START);
    const store = s3DocumentStore(new S3Client(), 'documents');
    await as(async () => {
      expect(await store.read('a')).toBeUndefined();
      expect(await store.write('a', 'new', undefined)).toBe(true);
      draw(1, 1, 1, 0);
      const found = await store.read('a');
      expect(found?.text).toBe('new');
      draw(1, 1, 1, 0);
      expect(await store.write('a', 'newer', found?.version)).toBe(false);
      expect((await store.read('a'))?.text).toBe('new');
    });
  });
});

test('a write that meets another is refused, and not tried again', async () => {
  const { as, clock, draw } = faultyAccounts();
  draw(1, 1, 0);
  const put = new PutParameterCommand({ Name: '/a', Value: 'a', Type: 'String' });
  expect(await failureOf(as(() => new SSMClient().send(put)))).toMatchObject({ name: 'TooManyUpdates' });
  expect(seconds(clock)).toBeCloseTo(0.2, 2);
});

describe('what a deployment has just made in IAM', () => {
  const [old, fresh] = [allow('ssm:GetParameter', '*'), allow('ssm:PutParameter', '*')];
  const noted = (...statements: readonly JsonObject[]) => ({
    roles: new Map([[ROLE, role(statements)]]),
    instanceProfiles: [],
  });
  const put = () => new SSMClient().send(new PutParameterCommand({ Name: '/a', Value: 'a', Type: 'String' }));

  test('is not known for half a minute: the caller is refused what is new, and nothing else', async () => {
    const { accounts, clock, draw, faults, ssm } = faultyAccounts();
    const caller = sessionOf(ROLE, role([old, fresh]), 'function');
    const as = <T>(work: () => Promise<T>) => accounts.as(caller, PLACE.region, work);
    ssm.publish(PLACE, '/b', 'b', START);
    faults.iam.note(noted(old));
    await clock.waitUntil(new Date(START.getTime() + 60_000));
    faults.iam.note(noted(old, fresh));
    // No hang, a call of no time, no other write, no others, and a server that has not heard of it.
    draw(1, 0, 1, 1, 0);
    expect(await failureOf(as(put))).toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        /is not authorized to perform: ssm:PutParameter .* because no identity-based policy allows/,
      ) as unknown,
    });
    draw(1, 0, 1, 0);
    await as(() => new SSMClient().send(new GetParameterCommand({ Name: '/b' })));
    draw(1, 0, 1, 1, 1);
    await as(put);
    expect(accounts.denials).toEqual([]);
  });

  test('is known after that, and what was there before at once', async () => {
    const { accounts, clock, draw, faults } = faultyAccounts();
    const caller = sessionOf(ROLE, role([fresh]), 'function');
    faults.iam.note(noted(fresh));
    await clock.waitUntil(new Date(START.getTime() + 30_000));
    faults.iam.note(noted(fresh));
    draw(1, 0, 1, 1, 0);
    await accounts.as(caller, PLACE.region, put);
  });

  test('an instance profile is known to EC2 after a quarter of an hour', async () => {
    const { clock, faults } = faultyAccounts();
    const arn = instanceProfileArn('hosts', PLACE);
    faults.iam.note({ roles: new Map(), instanceProfiles: [arn] });
    expect(faults.iam.knowsInstanceProfile(arn)).toBe(false);
    await clock.waitUntil(new Date(START.getTime() + 900_000));
    expect(faults.iam.knowsInstanceProfile(arn)).toBe(true);
  });
});

test('an event arrives once, twice or never, at once or late', () => {
  const { draw, faults } = faultyAccounts();
  draw(1, 1, 1, 0.5);
  expect(faults.deliveries()).toEqual([2500]);
  draw(0);
  expect(faults.deliveries()).toEqual([]);
  draw(1, 0, 1, 0.5, 0, 0.5);
  expect(faults.deliveries()).toEqual([2500, 300_000]);
});
