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

function look(changes: Changes, description = DESCRIBED): Promise<readonly CheckResult[]> {
  return examine(healthyPipeline(changes), description, (error) => `explained: ${String(error)}`);
}

test('a pipeline that has all it needs is well in every line', async () => {
  const results = await look({});
  expect(results.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
  expect(results.filter(({ wayOut }) => wayOut !== null)).toEqual([]);
  expect(results.map(({ check }) => check)).toEqual([
    'channel latest in eu-central-1',
    'channel current in eu-central-1',
    'channel previous in eu-central-1',
    'hold',
    'lease',
    'decisions',
    'care',
    'schedule winbake-2022-core-care',
    'schedule winbake-2022-core-look',
    'schedule winbake-2022-core-patch-tuesday',
    ...['decide', 'publish', 'care', 'operate'].flatMap((kind) => [`function ${kind}`, `role of ${kind}`]),
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
    'egress of builds, by routes',
    'egress registry, from here',
    'egress ssm, from here',
    'egress s3, from here',
    'egress imagebuilder, from here',
  ]);
});

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
    { sight: { amiState: () => Promise.resolve(undefined) } },
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
    { documents: { 'bakes/lease.json': { ...LEASE, at: '2025-10-13T00:00:00Z' } }, isRunning: true },
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
    { documents: { 'bakes/lease.json': { ...LEASE, at: '2025-10-13T00:00:00Z' } } },
    'no',
    /nobody took it over/,
  ],
  [
    'an order that is taken over at the next look',
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
    'a part of care that fails',
    {
      documents: {
        'publications/care.json': {
          schema: 'winbake.care/1',
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
    { sight: { schedulesOf: (prefix) => Promise.resolve([{ name: `${prefix}care`, isEnabled: false }]) } },
    'no',
    /^disabled$/,
  ],
  ['no schedule', { sight: { schedulesOf: () => Promise.resolve([]) } }, 'no', /does not exist/],
  [
    'no function',
    { sight: { functionOf: () => Promise.resolve(undefined) } },
    'no',
    /there is no function winbake-2022-core-/,
  ],
  ['no role', { sight: { trustOf: () => Promise.resolve(undefined) } }, 'no', /there is no role/],
  [
    'a role that trusts others',
    { sight: { trustOf: () => Promise.resolve(['batch.amazonaws.com']) } },
    'no',
    /trusts batch.amazonaws.com, and not/,
  ],
  [
    'no state machine',
    { sight: { roleOfStateMachine: () => Promise.resolve(undefined) } },
    'no',
    /stateMachine.*does not exist/,
  ],
  [
    'no Image Builder pipeline',
    { sight: { imagePipeline: () => Promise.resolve(undefined) } },
    'no',
    /image-pipeline.*does not exist/,
  ],
  [
    'a disabled Image Builder pipeline',
    { sight: { imagePipeline: () => Promise.resolve({ ...BUILT, isEnabled: false }) } },
    'no',
    /disabled/,
  ],
  [
    'no role of instances',
    { sight: { roleOfProfile: () => Promise.resolve(undefined) } },
    'no',
    /profile profile has no role/,
  ],
  [
    'a key that is to be deleted',
    { sight: { keyOf: () => Promise.resolve({ state: 'PendingDeletion', policy: AWAY.account }) } },
    'no',
    /PendingDeletion: instances of its AMIs cannot start/,
  ],
  [
    'a key that leaves an account out',
    { sight: { keyOf: () => Promise.resolve({ state: 'Enabled', policy: '{}' }) } },
    'no',
    /does not name 210987654321/,
  ],
  [
    'accounts without a key',
    { sight: { imagePipeline: () => Promise.resolve({ ...BUILT, keys: [] }) } },
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
    /^as care saw it: pending since 2025-10-19T22:00:00Z: AccessDenied$/,
  ],
  [
    'an account that nobody has looked at',
    { documents: { 'publications/deliveries.json': { ...DELIVERIES, targets: {} } } },
    'unknown',
    /has not looked/,
  ],
  [
    'too few vCPUs',
    { sight: { processorsInUse: () => Promise.resolve(62) } },
    'no',
    /^62 of 64 vCPUs are in use, 4 are needed$/,
  ],
  [
    'a family with a quota of its own',
    { sight: { imagePipeline: () => Promise.resolve({ ...BUILT, instanceTypes: ['g5.xlarge'] }) } },
    'unknown',
    /quota of their own/,
  ],
  ['too many AMIs', { sight: { countAmis: () => Promise.resolve(49_999) } }, 'no', /49999 of 50000 AMIs/],
  [
    'fleets that ask for too much at once',
    {
      sight: {
        fleetVolumes: () => Promise.resolve([{ group: 'shop', mebibytesPerSecond: 300, maxSize: 20 }]),
      },
    },
    'no',
    /^shop at full size ask for 6000 MiB\/s at once, and 5000 MiB\/s is the quota unless it was changed/,
  ],
  [
    'quotas that may not be read',
    { sight: { quotasOf: failing } },
    'unknown',
    /^explained: Error: AccessDenied$/,
  ],
  [
    'no way out',
    {
      sight: {
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
      sight: {
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
  ['no subnet', { sight: { networkOf: () => Promise.resolve(undefined) } }, 'no', /subnet-1 does not exist/],
  [
    'a computer without a network',
    { status: () => Promise.reject(new Error('ENOTFOUND')) },
    'unknown',
    /does not answer this computer: ENOTFOUND/,
  ],
])('%s shows, with its way out', async (_name, changes, verdict, detail) => {
  const results = await look(changes);
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
  const sight = { imagePipeline: () => Promise.resolve({ ...BUILT, keys: [] }) };
  const results = await look({ sight }, { ...DESCRIBED, accounts: [] });
  expect(results.find(({ check }) => check === 'key')).toMatchObject({ verdict: 'ok' });
});
