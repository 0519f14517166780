import type { CheckResult } from '../../../lib/core/doctor/pipeline-inspector';
import { examine } from '../../../lib/core/doctor/examine';
import {
  AWAY,
  BUILT,
  DECISION,
  DELIVERIES,
  DESCRIBED,
  healthyPipeline,
  LEASE,
  type Changes,
} from '../../support/healthy-pipeline';
import { memoryParameters } from '../../support/memory-ports';
import { DESCRIPTION, PATH } from '../../support/pipeline-description';

function poll(changes: Changes, description = DESCRIBED): Promise<readonly CheckResult[]> {
  return examine(healthyPipeline(changes), description, (error) => `explained: ${String(error)}`);
}

test('a pipeline that has all it needs is well in every line', async () => {
  const results = await poll({});
  expect(results.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
  expect(results.filter(({ wayOut }) => wayOut !== null)).toEqual([]);
  expect(results.map(({ check }) => check)).toEqual([
    'channel latest in eu-central-1',
    'channel current in eu-central-1',
    'channel previous in eu-central-1',
    'hold',
    'lease',
    'decisions',
    'housekeeping',
    'schedule winbake-2022-core-housekeeping',
    'schedule winbake-2022-core-poll',
    'schedule winbake-2022-core-patch-tuesday',
    ...['decide', 'publish', 'housekeeping', 'operate'].flatMap((kind) => [
      `function ${kind}`,
      `role of ${kind}`,
    ]),
    'role of the state machine',
    'Image Builder pipeline',
    'role of builds',
    'role of build instances',
    'key in eu-central-1',
    'account 210987654321/eu-central-1',
    'quota EC2 vCPUs',
    'quota AMIs',
    'quota builds',
    'quota volume initialization',
    'AWSServiceRoleForECS',
    'AWSServiceRoleForAutoScaling',
    'egress of builds, by routes',
    'egress of winbake-shop, by routes',
    'egress registry, from here',
    'egress ssm, from here',
    'egress s3, from here',
    'egress imagebuilder, from here',
  ]);
});

test.each([
  ['26', 26, 'no'],
  ['170, as of a weekly schedule', 170, 'ok'],
  ['no limit', null, 'ok'],
] as const)(
  'after 46 hours without a decision, where the limit is %s, the verdict is %s',
  async (_, hours, verdict) => {
    const documents = { 'bakes/last-decision.json': { ...DECISION, at: '2025-10-18T00:00:00Z' } };
    const results = await poll({ documents }, { ...DESCRIBED, longestSilenceHours: hours });
    expect(results.find(({ check }) => check === 'decisions')?.verdict).toBe(verdict);
  },
);

const failing = () => Promise.reject(new Error('AccessDenied'));

test.each<[string, Changes, string, RegExp]>([
  ['a damaged channel', { parameters: { [`${PATH}/current/publication`]: '{' } }, 'no', /damaged/],
  [
    'a copy that lags',
    { parameters: { [`${PATH}/latest/ami-id`]: 'ami-1' } },
    'no',
    /is ami-1, and the truth/,
  ],
  [
    'an AMI that is gone',
    { inspector: { amiState: () => Promise.resolve(undefined) } },
    'no',
    /not there: nothing can start/,
  ],
  [
    'a hold',
    {
      parameters: {
        [`${PATH}/hold`]: { by: 'ann', reason: 'fair', at: DECISION.at, until: '2025-11-01T00:00:00Z' },
      },
    },
    'ok',
    /^held until 2025-11-01T00:00:00Z by ann: fair$/,
  ],
  [
    'a rebake that does not end',
    { documents: { 'bakes/lease.json': { ...LEASE, at: '2025-10-10T00:00:00Z' } }, isRunning: true },
    'no',
    /does not end/,
  ],
  [
    'a rebake whose two tries may still be under way',
    { documents: { 'bakes/lease.json': LEASE }, isRunning: true },
    'ok',
    /^held since /,
  ],
  [
    'an order that nobody took over',
    { documents: { 'bakes/lease.json': { ...LEASE, at: '2025-10-10T00:00:00Z' } } },
    'no',
    /nobody took it over/,
  ],
  [
    'an order that is taken over at the next poll',
    { documents: { 'bakes/lease.json': { ...LEASE, at: '2025-10-19T20:00:00Z' } } },
    'ok',
    /^free$/,
  ],
  [
    'a silent gate',
    { documents: { 'bakes/last-decision.json': { ...DECISION, at: '2025-10-18T00:00:00Z' } } },
    'no',
    /^nothing on 2025-10-18/,
  ],
  [
    'a part of housekeeping that fails',
    {
      documents: {
        'publications/housekeeping.json': {
          schema: 'winbake.housekeeping/1',
          pruned: null,
          failing: { prune: { since: DECISION.at, reason: 'AccessDenied' } },
        },
      },
    },
    'no',
    /^it has failed since 2025-10-19T22:00:00Z: AccessDenied$/,
  ],
  [
    'a disabled schedule',
    {
      inspector: {
        schedulesOf: (prefix) => Promise.resolve([{ name: `${prefix}housekeeping`, isEnabled: false }]),
      },
    },
    'no',
    /^disabled$/,
  ],
  ['no schedule', { inspector: { schedulesOf: () => Promise.resolve([]) } }, 'no', /does not exist/],
  [
    'no function',
    { inspector: { functionOf: () => Promise.resolve(undefined) } },
    'no',
    /there is no function winbake-2022-core-/,
  ],
  ['no role', { inspector: { trustOf: () => Promise.resolve(undefined) } }, 'no', /there is no role/],
  [
    'a role that trusts others',
    { inspector: { trustOf: () => Promise.resolve(['batch.amazonaws.com']) } },
    'no',
    /trusts batch.amazonaws.com, and not/,
  ],
  [
    'no state machine',
    { inspector: { roleOfStateMachine: () => Promise.resolve(undefined) } },
    'no',
    /stateMachine.*does not exist/,
  ],
  [
    'no Image Builder pipeline',
    { inspector: { imagePipeline: () => Promise.resolve(undefined) } },
    'no',
    /image-pipeline.*does not exist/,
  ],
  [
    'a disabled Image Builder pipeline',
    { inspector: { imagePipeline: () => Promise.resolve({ ...BUILT, isEnabled: false }) } },
    'no',
    /disabled/,
  ],
  [
    'no role of instances',
    { inspector: { roleOfProfile: () => Promise.resolve(undefined) } },
    'no',
    /profile profile has no role/,
  ],
  [
    'a key that is to be deleted',
    { inspector: { keyOf: () => Promise.resolve({ state: 'PendingDeletion', policy: AWAY.account }) } },
    'no',
    /PendingDeletion: instances of its AMIs cannot start/,
  ],
  [
    'a key that leaves an account out',
    { inspector: { keyOf: () => Promise.resolve({ state: 'Enabled', policy: '{}' }) } },
    'no',
    /does not name 210987654321/,
  ],
  [
    'accounts without a key',
    { inspector: { imagePipeline: () => Promise.resolve({ ...BUILT, keys: [] }) } },
    'no',
    /cannot be shared/,
  ],
  [
    'an account that shuts us out',
    {
      documents: {
        'publications/deliveries.json': {
          ...DELIVERIES,
          targets: {
            '210987654321/eu-central-1': {
              publication: null,
              reachedAt: null,
              pending: { since: DECISION.at, reason: 'AccessDenied' },
            },
          },
        },
      },
    },
    'no',
    /^as housekeeping saw it: pending since 2025-10-19T22:00:00Z: AccessDenied$/,
  ],
  [
    'an account that nobody has looked at',
    { documents: { 'publications/deliveries.json': { ...DELIVERIES, targets: {} } } },
    'unknown',
    /has not looked/,
  ],
  [
    'too few vCPUs',
    { inspector: { processorsInUse: () => Promise.resolve(62) } },
    'no',
    /^62 of 64 vCPUs are in use, 4 are needed$/,
  ],
  [
    'a family with a quota of its own',
    { inspector: { imagePipeline: () => Promise.resolve({ ...BUILT, instanceTypes: ['g5.xlarge'] }) } },
    'unknown',
    /quota of their own/,
  ],
  ['too many AMIs', { inspector: { countAmis: () => Promise.resolve(49_999) } }, 'no', /49999 of 50000 AMIs/],
  [
    'fleets that ask for too much at once',
    {
      inspector: {
        fleetVolumes: () => Promise.resolve([{ group: 'shop', mebibytesPerSecond: 300, maxSize: 20 }]),
      },
    },
    'no',
    /^shop at full size ask for 6000 MiB\/s at once, and 5000 MiB\/s is the quota unless it was changed/,
  ],
  [
    'quotas that may not be read',
    { inspector: { quotasOf: failing } },
    'unknown',
    /^explained: Error: AccessDenied$/,
  ],
  [
    'no way out',
    {
      inspector: {
        networkOf: () =>
          Promise.resolve({
            subnetId: 'subnet-1',
            defaultRoute: undefined,
            endpoints: ['com.amazonaws.eu-central-1.s3'],
          }),
      },
    },
    'no',
    /no default route, and no endpoint of ssm, ssmmessages, ec2messages, imagebuilder$/,
  ],
  [
    'endpoints alone',
    {
      inspector: {
        networkOf: () =>
          Promise.resolve({
            subnetId: 'subnet-1',
            defaultRoute: undefined,
            endpoints: ['ssm', 'ssmmessages', 'ec2messages', 's3', 'imagebuilder'].map(
              (one) => `com.amazonaws.eu-central-1.${one}`,
            ),
          }),
      },
    },
    'unknown',
    /no other way out/,
  ],
  [
    'no subnet',
    { inspector: { networkOf: () => Promise.resolve(undefined) } },
    'no',
    /subnet-1 does not exist/,
  ],
  [
    'a computer without a network',
    { status: () => Promise.reject(new Error('ENOTFOUND')) },
    'unknown',
    /does not answer this computer: ENOTFOUND/,
  ],
])('%s shows, with its way out', async (_name, changes, verdict, detail) => {
  const results = await poll(changes);
  const found = results.filter((one) => detail.test(one.detail));
  expect(found.length).toBeGreaterThan(0);
  for (const one of found) {
    expect(one.verdict).toBe(verdict);
    expect(one.wayOut === null).toBe(verdict === 'ok');
  }
  expect(results.length).toBeGreaterThan(10);
});

test('where it was not seeded the way out is to deploy again', async () => {
  const empty = healthyPipeline({});
  const none = memoryParameters({});
  const results = await examine(
    { ...empty, stores: { of: () => Promise.resolve(none) } },
    DESCRIPTION,
    String,
  );
  expect(results[0]).toMatchObject({
    verdict: 'no',
    wayOut: expect.stringContaining('Deploy the pipeline again') as string,
  });
});

test('a pipeline of one account needs no key', async () => {
  const inspector = { imagePipeline: () => Promise.resolve({ ...BUILT, keys: [] }) };
  const results = await poll({ inspector }, { ...DESCRIBED, accounts: [] });
  expect(results.find(({ check }) => check === 'key')).toMatchObject({ verdict: 'ok' });
});
