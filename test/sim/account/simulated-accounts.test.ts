import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  GetParameterCommand,
  LabelParameterVersionCommand,
  PutParameterCommand,
  SSMClient,
  SSMServiceException,
} from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient, __Client } from '@aws-sdk/client-sts';
import type { JsonObject } from '../../../lib/contract/values/json';
import { readTranscript, Transcripts } from '../../../sim/account/transcript';
import { SERVICE_MODELS, type ServiceId } from '../../../sim/account/service-models';
import { clientClass } from '../../support/sdk-clients';
import {
  ACCOUNT,
  allow,
  failureOf,
  PLACE,
  REGION,
  ROLE,
  role,
  startLab,
} from '../../support/simulated-accounts-lab';

let lab: ReturnType<typeof startLab>;

afterEach(() => {
  lab.end();
});

const NAME = '/winbake/2022-core/pipeline';
const ARN = `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter${NAME}`;
const EVERYTHING = [allow('*')];

/** Made outside of any caller, as handlers make theirs. */
const ssm = new SSMClient();

const get = (Name = NAME, client = ssm) => client.send(new GetParameterCommand({ Name }));

test.each(Object.keys(SERVICE_MODELS) as ServiceId[])(
  'the client of %s extends the class that is hooked',
  (id) => {
    lab = startLab();
    expect(new (clientClass(id))({ region: REGION })).toBeInstanceOf(__Client);
  },
);

test('a client made in module scope is answered as the caller of the moment', async () => {
  lab = startLab();
  lab.ssm.publish(PLACE, NAME, 'first', lab.clock.now);
  const answer = await lab.as(EVERYTHING, () => get());
  expect(answer.Parameter).toMatchObject({ Name: NAME, Value: 'first', Version: 1, ARN });
  expect(answer.$metadata.httpStatusCode).toBe(200);
});

test('a call by nobody, and one without a row, are refused by name', async () => {
  lab = startLab();
  await expect(get()).rejects.toThrow('does not model a call of GetParameter by nobody');
  const label = new LabelParameterVersionCommand({ Name: NAME, Labels: ['a'] });
  await expect(lab.as(EVERYTHING, () => ssm.send(label))).rejects.toThrow(
    'does not model the command ssm.LabelParameterVersion, which has no row',
  );
});

test('what a role does not allow is denied in the words of the service', async () => {
  lab = startLab();
  const denied = await failureOf(lab.as([allow('ssm:GetParametersByPath')], () => get()));
  expect(denied).toBeInstanceOf(SSMServiceException);
  expect(denied).toMatchObject({
    name: 'AccessDeniedException',
    message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/winbake-housekeeping/housekeeping is not authorized to perform: ssm:GetParameter on resource: ${ARN} because no identity-based policy allows the ssm:GetParameter action`,
    $metadata: { httpStatusCode: 400 },
  });
});

test.each<[string, JsonObject[], string]>([
  ['another resource', [allow('ssm:GetParameter', `${ARN}x`)], 'because no identity-based policy allows'],
  [
    'an explicit deny',
    [allow('*'), { Effect: 'Deny', Action: 'ssm:*', Resource: ARN }],
    'with an explicit deny in an identity-based policy',
  ],
  [
    'a region that the role is not for',
    [allow('*', '*', { Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } } })],
    'because no identity-based policy allows',
  ],
])('%s is no permission', async (_what, statements, text) => {
  lab = startLab();
  await expect(lab.as(statements, () => get())).rejects.toThrow(text);
});

test('a condition on the region is met by the region that the client speaks to', async () => {
  lab = startLab();
  lab.ssm.publish(PLACE, NAME, 'a', lab.clock.now);
  const Condition = { StringEquals: { 'aws:RequestedRegion': REGION } };
  await lab.as([allow('ssm:GetParameter', '*', { Condition })], async () => {
    await get();
    await expect(get(NAME, new SSMClient({ region: 'us-east-1' }))).rejects.toThrow('is not authorized');
  });
});

test('a role that was allowed once is asked again for another resource', async () => {
  lab = startLab();
  lab.ssm.publish(PLACE, NAME, 'a', lab.clock.now);
  await lab.as([allow('ssm:GetParameter', ARN)], async () => {
    await get();
    await get();
    await expect(get(`${NAME}2`)).rejects.toThrow('is not authorized');
  });
});

test('rights come before the input, and the input before the state', async () => {
  lab = startLab();
  const put = (Value: string) => () =>
    ssm.send(new PutParameterCommand({ Name: NAME, Value, Type: 'Text' as 'String' }));
  await expect(lab.as([], put('a'))).rejects.toThrow('is not authorized');
  await expect(lab.as(EVERYTHING, put('a'))).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('Member must satisfy enum value set') as string,
  });
});

test('each service denies by its own error', async () => {
  lab = startLab();
  const s3 = await failureOf(
    lab.as([], () => new S3Client().send(new GetObjectCommand({ Bucket: 'bucket', Key: 'a' }))),
  );
  expect(s3).toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
  expect(s3.message).toContain('on resource: "arn:aws:s3:::bucket/a" because');
  await expect(lab.as([], () => new EC2Client().send(new DescribeImagesCommand({})))).rejects.toThrow(
    'does not model the service ec2',
  );
});

describe('a role of another account', () => {
  const AWAY = '210987654321';
  const AWAY_ROLE = `arn:aws:iam::${AWAY}:role/winbake-account`;
  const request = { RoleArn: AWAY_ROLE, RoleSessionName: 'winbake', DurationSeconds: 900 };
  const trusting = (AWS: string, more = {}) => ({
    ...allow('sts:AssumeRole', undefined, { Principal: { AWS }, ...more }),
  });
  const assume = async () => {
    const { Credentials } = await new STSClient().send(new AssumeRoleCommand(request));
    return {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
  };

  test.each<[string, JsonObject[], JsonObject[], string]>([
    ['does not trust the caller', EVERYTHING, [trusting(AWAY)], 'because no resource-based policy allows'],
    ['may not be asked', [], [trusting(ACCOUNT)], 'because no identity-based policy allows'],
    [
      'trusts another role of the account',
      EVERYTHING,
      [
        trusting(`arn:aws:iam::${ACCOUNT}:root`, {
          Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/other' } },
        }),
      ],
      'because no resource-based policy allows',
    ],
  ])('that %s stays closed', async (_what, own, trust, text) => {
    lab = startLab({ roles: { [AWAY_ROLE]: role([], trust) } });
    const denied = await failureOf(lab.as(own, assume));
    expect(denied).toMatchObject({ name: 'AccessDenied' });
    expect(denied.message).toContain(text);
  });

  test('that lets the caller in gives credentials, with which clients are that role there', async () => {
    const trust = trusting(`arn:aws:iam::${ACCOUNT}:root`, {
      Condition: { ArnLike: { 'aws:PrincipalArn': ROLE } },
    });
    lab = startLab({ roles: { [AWAY_ROLE]: role([allow('ssm:GetParameter')], [trust]) } });
    lab.ssm.publish({ account: AWAY, region: 'us-east-1' }, NAME, 'away', lab.clock.now);
    await lab.as(EVERYTHING, async () => {
      const credentials = await assume();
      const client = new SSMClient({ region: 'us-east-1', credentials });
      expect((await get(NAME, client)).Parameter?.Value).toBe('away');
      await expect(
        client.send(new PutParameterCommand({ Name: NAME, Value: 'b', Overwrite: true })),
      ).rejects.toThrow(`arn:aws:sts::${AWAY}:assumed-role/winbake-account/winbake is not authorized`);
      const identity = await new STSClient({ credentials }).send(new GetCallerIdentityCommand({}));
      expect(identity).toMatchObject({ Account: AWAY });
    });
  });

  test('whose session has ended is refused', async () => {
    lab = startLab({ roles: { [AWAY_ROLE]: role(EVERYTHING, [trusting(ACCOUNT)]) } });
    await lab.as(EVERYTHING, async () => {
      const client = new SSMClient({ region: REGION, credentials: await assume() });
      lab.clock.now = new Date(lab.clock.now.getTime() + 901_000);
      await expect(get(NAME, client)).rejects.toMatchObject({ name: 'ExpiredTokenException' });
    });
  });
});

test('credentials that nobody gave out are refused', async () => {
  lab = startLab();
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' };
  const client = new SSMClient({ region: REGION, credentials });
  await expect(get(NAME, client)).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
});

test('callers do not mix where two run at once', async () => {
  lab = startLab();
  lab.ssm.publish(PLACE, NAME, 'a', lab.clock.now);
  const results = await Promise.allSettled([
    lab.as(EVERYTHING, () => get()),
    lab.as([], () => get()),
    lab.as(EVERYTHING, () => get()),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('each answer and refusal is counted by its origin', async () => {
  lab = startLab();
  lab.ssm.publish(PLACE, NAME, 'a', lab.clock.now);
  await lab.as(EVERYTHING, async () => {
    await get();
    await get();
    await failureOf(get('/none'));
    await failureOf(ssm.send(new GetParameterCommand({ Name: '' })));
  });
  expect(lab.accounts.ledger.counts).toEqual({ recorded: 0, model: 1, deployed: 0, page: 2, assumed: 1 });
  expect(lab.accounts.ledger.entries).toContainEqual({
    command: 'ssm.GetParameter',
    outcome: 'answer',
    origin: 'page',
    source: 'https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html',
    count: 2,
  });
});

describe('a transcript', () => {
  const file = (...calls: object[]) =>
    JSON.stringify({ schema: 'winbake.transcript/1', recordedAt: '2026-11-01T00:00:00Z', calls });
  const recorded = {
    service: 'ssm',
    operation: 'GetParameter',
    input: { Name: '/aws/service/*' },
    output: {
      Parameter: {
        Name: '/aws/service/a',
        Value: 'arn:aws:ec2:${region}:${account}:image/ami-1',
        LastModifiedDate: { $date: '2026-10-01T00:00:00Z' },
      },
    },
  };

  test('answers before the service, for the place that asks', async () => {
    const transcripts = new Transcripts(readTranscript(file(recorded), 'a.json'));
    lab = startLab({ transcripts });
    lab.ssm.publish(PLACE, NAME, 'a', lab.clock.now);
    const [recordedAnswer, other] = await lab.as(EVERYTHING, () =>
      Promise.all([get('/aws/service/a'), get()]),
    );
    expect(recordedAnswer.Parameter).toMatchObject({
      Value: `arn:aws:ec2:${REGION}:${ACCOUNT}:image/ami-1`,
      LastModifiedDate: new Date('2026-10-01T00:00:00Z'),
    });
    expect(other.Parameter?.Value).toBe('a');
    expect(lab.accounts.ledger.counts.recorded).toBe(1);
  });

  test('refuses as the account did', async () => {
    const error = { name: 'ThrottlingException', message: 'Rate exceeded', status: 400 };
    const refused = { ...recorded, output: undefined, error };
    lab = startLab({ transcripts: new Transcripts(readTranscript(file(refused), 'a.json')) });
    await expect(lab.as(EVERYTHING, () => get('/aws/service/a'))).rejects.toMatchObject({
      name: 'ThrottlingException',
      message: 'Rate exceeded',
    });
  });

  test('may hold a refusal of a command whose answers must have something', () => {
    lab = startLab();
    const refused = {
      service: 'auto-scaling',
      operation: 'DescribeAutoScalingGroups',
      input: {},
      error: { name: 'ThrottlingException', message: 'Rate exceeded', status: 400 },
    };
    expect(readTranscript(file(refused), 'a.json')).toHaveLength(1);
    const empty = { ...refused, error: undefined, output: {} };
    expect(() => readTranscript(file(empty), 'a.json')).toThrow(
      'autoScalingGroups: Member must not be null; got: nothing.',
    );
  });

  test.each<[string, object, string]>([
    ['names an account', { ...recorded, input: { Name: ACCOUNT } }, 'write ${account} in its place'],
    ['has neither answer nor error', { ...recorded, output: undefined }, 'is damaged'],
    ['is of a service that is not modelled', { ...recorded, service: 'dynamodb' }, 'is damaged'],
  ])('that %s is refused', (_what, call, text) => {
    lab = startLab();
    expect(() => readTranscript(file(call), 'a.json')).toThrow(text);
  });
});

test('after its end a client is not led to AWS unseen, and others find the environment as it was', async () => {
  process.env['AWS_REGION'] = 'eu-west-1';
  lab = startLab();
  expect(process.env['AWS_REGION']).not.toBe('eu-west-1');
  await lab.as(EVERYTHING, () => failureOf(get()));
  lab.end();
  expect(process.env['AWS_REGION']).toBe('eu-west-1');
  expect(process.env['AWS_ACCESS_KEY_ID']).toBeUndefined();
  await expect(get()).rejects.toThrow('The simulated accounts that this client spoke to have ended');
  const client = new SSMClient({
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: { handle: () => Promise.reject(new Error('went to the wire')) } as never,
  });
  await expect(get(NAME, client)).rejects.toThrow('went to the wire');
  Reflect.deleteProperty(process.env, 'AWS_REGION');
});

test('of two at once that one answers whose caller began the work, and an end ends only its own', async () => {
  lab = startLab();
  const other = startLab();
  try {
    lab.ssm.publish(PLACE, NAME, 'one', lab.clock.now);
    other.ssm.publish(PLACE, NAME, 'other', other.clock.now);
    const values = await Promise.all([lab.as(EVERYTHING, () => get()), other.as(EVERYTHING, () => get())]);
    expect(values.map(({ Parameter }) => Parameter?.Value)).toEqual(['one', 'other']);
    await expect(get()).rejects.toThrow('Of 2 sets of simulated accounts none was chosen');
  } finally {
    other.end();
  }
  expect((await lab.as(EVERYTHING, () => get())).Parameter?.Value).toBe('one');
  await expect(other.as(EVERYTHING, () => get())).rejects.toThrow('have ended');
});

test('each denial is kept, whatever the caller made of it', async () => {
  lab = startLab();
  await failureOf(lab.as([], () => get()));
  expect(lab.accounts.denials).toMatchObject([
    {
      need: { action: 'ssm:GetParameter', resource: ARN },
      text: expect.stringContaining('is not authorized'),
    },
  ]);
});
