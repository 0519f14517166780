import { HOST_SERVICES } from '../../../lib/contract/values/host-services';
import {
  checkFastLaunch,
  checkFleetEgress,
  checkServiceLinkedRoles,
  type ExaminedFleet,
} from '../../../lib/core/doctor/check-fleets';
import { examineFleets } from '../../../lib/core/doctor/examine';
import type { PipelineInspector } from '../../../lib/core/doctor/pipeline-inspector';
import { DESCRIBED, healthyPipeline } from '../../support/healthy-pipeline';

const FLEET = [{ group: 'winbake-shop', subnetIds: ['subnet-1', 'subnet-2'] }];
const fleetSubnets = () => Promise.resolve(FLEET);
const endpointsOf = (services: readonly string[]) =>
  services.map((one) => `com.amazonaws.eu-central-1.${one}`);

/** Subnets of which only `subnet-1` has a default route. */
const networks =
  (endpoints: readonly string[]): PipelineInspector['networkOf'] =>
  (subnetId = '') =>
    Promise.resolve({ subnetId, defaultRoute: subnetId === 'subnet-1' ? 'nat-1' : undefined, endpoints });

test.each([
  [
    'no endpoints',
    [],
    'no',
    'subnet-2 has no endpoint of ecs, ecs-agent, ecs-telemetry, autoscaling, ecr.api, ecr.dkr, s3, logs, ssm, ssmmessages, and no default route',
  ],
  [
    'all but that of the hook',
    HOST_SERVICES.filter((one) => one !== 'autoscaling'),
    'no',
    'subnet-2 has no endpoint of autoscaling, and no default route',
  ],
  ['all of them', HOST_SERVICES, 'unknown', 'endpoints only'],
] as const)('hosts in a subnet without a way out and %s', async (_, services, verdict, detail) => {
  const networkOf = networks(endpointsOf(services));
  const ports = healthyPipeline({ inspector: { fleetSubnets, networkOf } });
  expect(await checkFleetEgress(ports)).toEqual([
    expect.objectContaining({ check: 'egress of winbake-shop, by routes', verdict, detail }),
  ]);
});

test.each([
  ['with fleets', FLEET, 'no', 'it does not exist, though the region has fleets'],
  [
    'before the first fleet',
    [],
    'ok',
    'it does not exist, and no fleet is here; before the first: aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com',
  ],
] as const)('an account without the role of ECS, %s', async (_, fleets, verdict, detail) => {
  const ports = healthyPipeline({
    inspector: {
      fleetSubnets: () => Promise.resolve(fleets),
      trustOf: (role) =>
        Promise.resolve(role === 'AWSServiceRoleForECS' ? undefined : ['autoscaling.amazonaws.com']),
    },
  });
  expect(await checkServiceLinkedRoles(ports)).toEqual([
    expect.objectContaining({ check: 'AWSServiceRoleForECS', verdict, detail }),
    expect.objectContaining({ check: 'AWSServiceRoleForAutoScaling', verdict: 'ok' }),
  ]);
});

test.each<[string | undefined, readonly (readonly [string, string])[]]>([
  [undefined, []],
  [
    'enabled',
    [
      ['Fast Launch of 20348.4294-1', 'ok'],
      ['Fast Launch on winbake-shop', 'unknown'],
    ],
  ],
  [
    'enabling',
    [
      ['Fast Launch of 20348.4294-1', 'unknown'],
      ['Fast Launch on winbake-shop', 'unknown'],
    ],
  ],
  [
    'enabling-failed',
    [
      ['Fast Launch of 20348.4294-1', 'no'],
      ['Fast Launch on winbake-shop', 'unknown'],
    ],
  ],
])('Fast Launch that is %s, and a fleet with a root device', async (state, expected) => {
  const ports = healthyPipeline({
    inspector: {
      fastLaunchOf: () => Promise.resolve(state === undefined ? undefined : { state, reason: 'why' }),
      fleetsWithRootDevice: () => Promise.resolve(['winbake-shop']),
    },
  });
  const results = await checkFastLaunch(ports, DESCRIBED);
  expect(results.map(({ check, verdict }) => [check, verdict])).toEqual(expected);
});

describe('the fleets of an account without a pipeline', () => {
  const SHOP: ExaminedFleet = {
    fleet: 'shop',
    autoScalingGroup: 'winbake-shop',
    isGroupThere: true,
    wanted: { id: '20348.4294-1', amiId: 'ami-2' },
  };
  const examined = async (fleet: ExaminedFleet, inspector: Partial<PipelineInspector> = {}) => {
    const place = { fleets: [fleet], region: 'eu-central-1' };
    return examineFleets(
      healthyPipeline({ inspector }).inspector,
      place,
      (error) => `not seen: ${String(error)}`,
    );
  };

  test('are well, matter by matter, where nothing is wrong', async () => {
    const results = await examined(SHOP);
    expect(results.map(({ check, verdict }) => [check, verdict])).toEqual([
      ['AMI of shop', 'ok'],
      ['AWSServiceRoleForECS', 'ok'],
      ['AWSServiceRoleForAutoScaling', 'ok'],
      ['quota volume initialization', 'ok'],
      ['egress of winbake-shop, by routes', 'ok'],
    ]);
  });

  test.each<[string, Partial<ExaminedFleet>, string | undefined, string, string, string]>([
    [
      'shared with nobody here',
      {},
      undefined,
      'no',
      'ami-2 of 20348.4294-1 is not here',
      'winbake pipeline doctor',
    ],
    ['disabled', {}, 'disabled', 'no', 'ami-2 of 20348.4294-1 is disabled', 'winbake pipeline doctor'],
    [
      'of a fleet that was deleted',
      { isGroupThere: false },
      'available',
      'no',
      'winbake-shop is gone',
      'winbake fleet forget shop',
    ],
    ['not known yet', { wanted: null }, 'available', 'unknown', 'not known yet', 'first poll'],
  ])('an AMI that is %s', async (_, change, state, verdict, detail, wayOut) => {
    const [first] = await examined({ ...SHOP, ...change }, { amiState: () => Promise.resolve(state) });
    expect(first).toEqual({
      check: 'AMI of shop',
      verdict,
      detail: expect.stringContaining(detail) as string,
      wayOut: expect.stringContaining(wayOut) as string,
    });
  });

  test('that cannot be looked at in one matter are in the others', async () => {
    const results = await examined(SHOP, { amiState: () => Promise.reject(new Error('AccessDenied')) });
    expect(results).toHaveLength(5);
    expect(results[0]).toMatchObject({
      check: 'AMIs',
      verdict: 'unknown',
      detail: 'not seen: Error: AccessDenied',
    });
  });
});
