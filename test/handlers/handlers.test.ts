import { DEFAULT_GATE_POLICY, GATE_POLICY_SCHEMA } from '../../lib/contract/values/gate-policy';
import { osOf } from '../../lib/contract/values/release';
import { DEFAULT_ROLLOUT_POLICY, type RolloutPolicy } from '../../lib/contract/values/rollout-policy';
import type { FleetControl } from '../../lib/core/ports/fleets';
import type { PublishPorts } from '../../lib/core/publish/publish-bake';
import {
  createDecide,
  type DecideAnswer,
  type DecideEvent,
  type DecidePorts,
} from '../../lib/handlers/decide';
import { createLog, embeddedMetrics } from '../../lib/handlers/log';
import { createPublish } from '../../lib/handlers/publish';
import { createRollout } from '../../lib/handlers/rollout';
import { untilTaken } from '../../lib/handlers/runtime';
import { createSeed } from '../../lib/handlers/seed';
import { fleetLab, OLD } from '../support/fleet-lab';
import { memoryDocuments, memoryParameters } from '../support/memory-ports';
import { memoryRegistry } from '../../sim/registry/memory-registry';
import { DESCRIPTION } from '../support/pipeline-description';

const PATH = '/winbake/2022-core';
const BASE_AMI = '/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-ECS_Optimized/image_id';
const BASE = 'ami-0123456789abcdef0';
const now = () => new Date('2025-10-16T00:00:00Z');

const ResourceProperties = { os: 'SERVER_2022_CORE', parameterPath: PATH, baseAmiParameter: BASE_AMI };

describe('the work of a custom resource', () => {
  const named = (name: string) => Object.assign(new Error(name), { name });
  const trying = async (...ends: readonly (string | undefined)[]) => {
    const waits: number[] = [];
    const sleep = (milliseconds: number) => Promise.resolve(waits.push(milliseconds));
    const rest = [...ends];
    const work = untilTaken(sleep, (event: string) => {
      const end = rest.length > 1 ? rest.shift() : rest[0];
      return end === undefined ? Promise.resolve(event) : Promise.reject(named(end));
    });
    const end = await work('done').catch((error: unknown) => (error as Error).name);
    return { end, waits };
  };

  test.each([
    'AccessDenied',
    'AccessDeniedException',
    'UnauthorizedOperation',
    'ThrottlingException',
    'RequestLimitExceeded',
    'TooManyUpdates',
  ])('is done again after %s, for a minute', async (refusal) => {
    expect(await trying(refusal, refusal, undefined)).toEqual({ end: 'done', waits: [10_000, 10_000] });
    const { end, waits } = await trying(refusal);
    expect([end, waits.length]).toEqual([refusal, 6]);
  });

  test('is not done again after what a minute does not mend', async () => {
    expect(await trying('NoSuchBucket')).toEqual({ end: 'NoSuchBucket', waits: [] });
  });
});

describe('seed', () => {
  describe('of instance scripts', () => {
    const ResourceProperties = {
      archiveBucket: 'assets',
      archiveKey: 'a.zip',
      bucket: 'bakes',
      key: 'scripts/a.zip',
    };
    test('stores them with each deployment, and leaves them when they are replaced or the stack goes', async () => {
      const store = jest.fn().mockResolvedValue(undefined);
      const seed = createSeed({ parameters: memoryParameters(), now, storeScripts: store }, {});
      for (const RequestType of ['Create', 'Update', 'Delete'] as const) {
        expect(await seed({ RequestType, ResourceProperties })).toEqual({ PhysicalResourceId: 's3://bakes' });
      }
      expect(store.mock.calls).toEqual([[ResourceProperties], [ResourceProperties]]);
    });
  });

  test.each(['Create', 'Update'] as const)(
    '%s points what points nowhere to the base AMI',
    async (RequestType) => {
      const parameters = memoryParameters({ [BASE_AMI]: BASE });
      expect(await createSeed({ parameters, now }, {})({ RequestType, ResourceProperties })).toEqual({
        PhysicalResourceId: PATH,
      });
      expect(parameters.json(`${PATH}/current/publication`)).toMatchObject({ id: '20348.0-0', amiId: BASE });
    },
  );

  test('once the channels are there the rebake of the deployment is started, by the name of its request', async () => {
    const parameters = memoryParameters({ [BASE_AMI]: BASE });
    const seeded: boolean[] = [];
    const start = jest.fn().mockImplementation(() => {
      seeded.push(parameters.values.has(`${PATH}/current/publication`));
      return Promise.resolve();
    });
    const environment = { WINBAKE_STATE_MACHINE_ARN: 'arn:aws:states:::rebake' };
    const seed = createSeed({ parameters, now, rebakes: { start } }, environment);
    await seed({ RequestType: 'Create', ResourceProperties, RequestId: 'a-b-c' });
    await seed({ RequestType: 'Delete', ResourceProperties, RequestId: 'd-e-f' });
    expect(seeded).toEqual([true]);
    expect(start.mock.calls).toEqual([['arn:aws:states:::rebake', 'deploy-a-b-c', { trigger: 'deploy' }]]);
  });

  test('Delete leaves what fleets may still run', async () => {
    const parameters = memoryParameters();
    expect(await createSeed({ parameters, now }, {})({ RequestType: 'Delete', ResourceProperties })).toEqual({
      PhysicalResourceId: PATH,
    });
    expect(parameters.puts).toEqual([]);
  });

  test('a region without the AMI is named', async () => {
    const seed = createSeed({ parameters: memoryParameters(), now }, {});
    await expect(seed({ RequestType: 'Create', ResourceProperties })).rejects.toThrow(
      `The parameter ${BASE_AMI} does not exist; does this region have that AMI?`,
    );
  });
});

describe('decide', () => {
  const ENVIRONMENT = {
    WINBAKE_OS: 'SERVER_2022_CORE',
    WINBAKE_PARAMETER_PATH: PATH,
    WINBAKE_BASE_AMI_PARAMETER: BASE_AMI,
    WINBAKE_PIPELINE: '2022-core',
    WINBAKE_FAMILIES: 'servercore',
    WINBAKE_RECIPE_ARN: 'arn:aws:imagebuilder:eu-central-1:123456789012:image-recipe/winbake/1.0.0',
    WINBAKE_SCRIPTS_SHA256: 'c'.repeat(64),
    WINBAKE_INSTANCE_ROLE_ID: 'AROA',
    WINBAKE_GATE_POLICY: JSON.stringify({
      schema: GATE_POLICY_SCHEMA,
      ...DEFAULT_GATE_POLICY,
      previousRevisions: 0,
    }),
  };
  const registry = memoryRegistry({
    'windows/servercore': {
      ltsc2022: {
        flavour: 'docker',
        list: true,
        images: [{ osVersion: '10.0.20348.4294', versionInEntry: true }],
      },
    },
  });

  const executionArn = 'arn:aws:states:us-east-1:123456789012:execution:winbake-2022-core-rebake:one';
  const IMAGE = 'arn:aws:imagebuilder:us-east-1:123456789012:image/winbake-2022-core/1.0.0/1';

  /** The function over an account in which nothing happened yet. */
  function decideOver(more: Partial<DecidePorts> = {}) {
    const documents = memoryDocuments();
    const ports = {
      registry,
      documents,
      parameters: memoryParameters({ [BASE_AMI]: BASE }),
      now,
      executions: { isRunning: () => Promise.resolve(true), stop: () => Promise.resolve() },
      bakes: {
        failedStep: () => Promise.resolve(undefined),
        launchedInstances: () => Promise.resolve({ build: 'i-build', test: undefined }),
        cancel: () => Promise.resolve(),
      },
      notifier: { notify: () => Promise.resolve() },
      announcer: { announce: () => Promise.resolve() },
      ...more,
    };
    return { documents, decide: createDecide(ports, ENVIRONMENT) };
  }

  /** The order of an answer; fails where it has none. */
  const orderIdOf = (answer: DecideAnswer): string => {
    expect(answer.orderId).toBeDefined();
    return answer.orderId!;
  };

  test('a bake that is due has an order and a token to start it with once', async () => {
    const { decide, documents } = decideOver();
    const answer = await decide({ step: 'decide', executionArn, input: { trigger: 'schedule' } });
    const orderId = orderIdOf(answer);
    const clientToken = orderId.slice('20348.4294-'.length);
    expect(answer).toMatchObject({ step: 'decide', decision: 'bake', findings: [], clientToken });
    const order: unknown = JSON.parse(documents.texts.get(`bakes/${orderId}.json`)!);
    expect(order).toMatchObject({ trigger: 'schedule', targetRevision: 4294, baseAmiId: BASE });
    expect(JSON.parse(documents.texts.get('bakes/current.json')!)).toEqual(order);
    expect(JSON.parse(documents.texts.get('bakes/lease.json')!)).toMatchObject({
      execution: executionArn,
      order: { id: orderId, image: null, ended: null },
    });
  });

  const AT_THE_END: readonly (readonly [string, string, string, object[]])[] = [
    [
      'a host that stayed below its target is remembered',
      'HOST_BEHIND_TARGET',
      'It is behind.',
      [expect.objectContaining({ revision: 4171 })],
    ],
    ['other failures tell nothing of the host', 'NO_SPACE', 'HOST_BEHIND_TARGET: 10.0.20348.4171', []],
  ];
  test.each(AT_THE_END)('%s', async (_name, code, message, hosts) => {
    const { decide, documents } = decideOver();
    const failure = { schema: 'winbake.failure/1', code, step: 'Select-ImageSet', message };
    const facts = { at: '2025-10-14T21:00:00.000Z', osVersion: '10.0.20348.4171', targetRevision: 4294 };
    documents.texts.set('failures/AROA:i-build.json', JSON.stringify({ ...failure, ...facts }));
    const orderId = orderIdOf(await decide({ step: 'decide', executionArn }));
    const started = { step: 'noteStart', executionArn, orderId, imageBuildVersionArn: IMAGE } as const;
    expect(await decide(started)).toEqual({ step: 'noteStart', orderId });
    const bake = { ImageBuildVersionArn: IMAGE };
    const failed = { orderId, bake, image: { state: { Status: 'FAILED', Reason: 'Document failed!' } } };
    const answer = await decide({ step: 'evaluateFailure', executionArn, failed });
    expect(answer).toMatchObject({
      decision: 'wait',
      code,
      cause: expect.stringContaining(message) as string,
    });
    expect(JSON.parse(documents.texts.get('catalog/2022.json')!)).toMatchObject({ hosts });
  });

  test('a publication is noted, and answered without a decision', async () => {
    const { decide, documents } = decideOver();
    const orderId = orderIdOf(await decide({ step: 'decide', executionArn }));
    const answer = await decide({ step: 'notePublication', executionArn, orderId });
    expect(answer).toEqual({ step: 'notePublication', orderId });
    expect(JSON.parse(documents.texts.get('bakes/lease.json')!)).toMatchObject({
      order: { id: orderId, ended: 'published' },
    });
  });

  test.each([[undefined], ['published']])(
    'an event with the step %j is refused, and nothing done',
    async (step) => {
      const { decide, documents } = decideOver();
      const event = { step, executionArn, published: { orderId: 'x' } } as unknown as DecideEvent;
      await expect(decide(event)).rejects.toMatchObject({
        name: 'UsageError',
        message: expect.stringContaining(
          'The step is one of decide, noteStart, notePublication, evaluateFailure; got: ',
        ) as string,
      });
      expect(documents.texts.size).toBe(0);
    },
  );
});

describe('publish', () => {
  const refuse = () => Promise.reject(new Error('not asked'));
  const ports: PublishPorts = {
    documents: memoryDocuments(),
    stores: { of: refuse },
    builds: { describe: refuse },
    tags: { tag: refuse },
    announcer: { announce: refuse },
    now,
  };
  const bake = { orderId: 'order', imageBuildVersionArn: 'arn' };

  test('needs every one of its variables', async () => {
    await expect(createPublish(ports, {})(bake)).rejects.toThrow(
      'The environment variable WINBAKE_PIPELINE_DESCRIPTION is not set; deploy the stack again.',
    );
    const described = { WINBAKE_PIPELINE_DESCRIPTION: JSON.stringify(DESCRIPTION) };
    await expect(createPublish(ports, described)(bake)).rejects.toThrow(
      'The environment variable WINBAKE_INSTANCE_ROLE_ID is not set; deploy the stack again.',
    );
  });

  test('a pipeline that is described wrongly is named by the field', async () => {
    const described = { WINBAKE_PIPELINE_DESCRIPTION: JSON.stringify({ ...DESCRIPTION, accounts: ['1'] }) };
    await expect(createPublish(ports, described)(bake)).rejects.toThrow(
      'WINBAKE_PIPELINE_DESCRIPTION is damaged: accounts.0 ',
    );
  });
});

/** The log and the metrics of a fleet's function, as lines. */
function writtenTo(lines: string[]) {
  const write = (line: string) => lines.push(line);
  return {
    log: createLog({ fleet: 'shop' }, write),
    metrics: embeddedMetrics({ Fleet: 'shop' }, write),
    metricsOf: (Publication: string) => embeddedMetrics({ Fleet: 'shop', Publication }, write),
    stackMetrics: embeddedMetrics({ Stack: 'Shop' }, write),
  };
}

const settingsOf = (channel: string, policy: Partial<RolloutPolicy> = {}) => ({
  fleet: 'shop',
  channel,
  autoScalingGroup: 'group',
  launchTemplateId: 'lt-1',
  cluster: 'shop',
  topicArn: '',
  policy: { ...DEFAULT_ROLLOUT_POLICY, ...policy },
});

test('rollout follows the channel of its settings, and prints what it did and how far behind it is', async () => {
  const lab = fleetLab({ cluster: 'shop', instanceCount: 1 });
  const channel = `${PATH}/latest/publication`;
  const parameters = memoryParameters({
    [channel]: {
      id: '20348.4294-1',
      amiId: 'ami-00000000000000002',
      osVersion: '10.0.20348.4294',
      mode: 'exact',
      at: '2025-10-14T21:46:00.000Z',
    },
  });
  const printed: string[] = [];
  const ports = {
    control: lab.ports.control,
    hosts: lab.ports.hosts,
    parameters,
    leases: parameters.versioned,
    notifier: { notify: () => Promise.resolve() },
    now,
    ...writtenTo(printed),
  };
  const settings = settingsOf(channel, { delaySeconds: 60 });
  expect(await createRollout(ports, settings)('request-1')).toEqual({
    action: 'wait',
    reason: 'the fleet waits 60 s after its channel',
  });
  expect(parameters.json('/winbake/fleets/shop/state')).toMatchObject({ fleet: 'shop', cluster: 'shop' });
  expect(parameters.json('/winbake/fleets/shop/lease')).toMatchObject({ by: 'request-1' });
  expect(printed.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({ fleet: 'shop', kind: 'wait', waitsFor: 'delay' }),
    expect.objectContaining({ Fleet: 'shop', HoursBehind: 0, HoursUnpatched: 31 }),
    // Of 72 hours.
    expect.objectContaining({ Stack: 'Shop', ChannelBudgetUsed: 0, PatchBudgetUsed: (100 * 31) / 72 }),
  ]);
});

test('rollout prints how soon an instance ran its first task, of the fleet and of the publication', async () => {
  const lab = fleetLab({
    cluster: 'shop',
    instanceCount: 1,
    maxSize: 4,
    warmPool: { maxGroupPreparedCapacity: 2 },
  });
  const channel = `${PATH}/latest/publication`;
  const parameters = memoryParameters({ [channel]: OLD });
  await lab.pass(3600);
  lab.fleet.group.scaleTo(3);
  await lab.pass(900);
  const printed: string[] = [];
  const ports = { ...lab.ports, parameters, leases: parameters.versioned, ...writtenTo(printed) };
  await createRollout(ports, settingsOf(channel))('request-1');
  await createRollout(ports, settingsOf(channel))('request-2');
  const lines = printed.map((line) => JSON.parse(line) as Record<string, unknown>);
  const of = { Fleet: 'shop', Publication: OLD.id };
  const Dimensions = [['Fleet'], ['Fleet', 'Publication']];
  const _aws = { CloudWatchMetrics: [expect.objectContaining({ Dimensions })] };
  expect(lines.filter(({ Publication }) => Publication !== undefined)).toEqual([
    expect.objectContaining({ ...of, PoolFirstTaskSeconds: 180, _aws: expect.objectContaining(_aws) }),
    {
      ...of,
      RegisteredSeconds: 480,
      PullSeconds: 10,
      FirstTaskSeconds: 600,
      _aws: expect.objectContaining(_aws),
    },
  ]);
  expect(lines.filter(({ message }) => message === 'Started')).toHaveLength(2);
});

test('rollout does nothing while another request reconciles the fleet, and says so in its log', async () => {
  const lease = { schema: 'winbake.fleet-lease/1', by: 'request-1', until: '2025-10-16T00:04:59.000Z' };
  const parameters = memoryParameters({ '/winbake/fleets/shop/lease': lease });
  const refused = () => Promise.reject(new Error('not asked'));
  const printed: string[] = [];
  const ports = {
    control: new Proxy({} as FleetControl, { get: () => refused }),
    hosts: { registered: refused, tasksOn: refused, stopTasks: refused },
    parameters: { get: refused, below: refused, put: refused },
    leases: parameters.versioned,
    notifier: { notify: refused },
    now,
    ...writtenTo(printed),
  };
  const settings = settingsOf(`${PATH}/current/publication`);
  const reason = 'another request reconciles the fleet';
  expect(await createRollout(ports, settings)('request-2')).toEqual({ action: 'skip', reason });
  expect(printed.map((line) => JSON.parse(line) as object)).toEqual([
    { level: 'info', message: 'Skipped', fleet: 'shop', kind: 'skip', reason },
  ]);
});

test('the name of an os holds its release', () => {
  expect(osOf('SERVER_2019_CORE').release.build).toBe(17763);
  expect(osOf('SERVER_2016_FULL').release.build).toBe(14393);
  expect(() => osOf('SERVER_2012_CORE')).toThrow("one of 2016, 2019, 2022, 2025; got: '2012'");
});
