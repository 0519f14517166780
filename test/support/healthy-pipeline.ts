import type { PipelineDescription } from '../../lib/contract/documents/pipeline-description';
import type {
  DoctorPorts,
  PipelineInspector,
  InspectedImagePipeline,
} from '../../lib/core/doctor/pipeline-inspector';
import { memoryDocuments, memoryParameters } from './memory-ports';
import { channelsAt, DESCRIPTION, publicationAt } from './pipeline-description';

const NOW = new Date('2025-10-20T00:00:00Z');
/** The further account. */
export const AWAY = { account: '210987654321', region: 'eu-central-1' };
const LATEST = publicationAt(4294, '2025-10-14T22:00:00.000Z');
const EXECUTION = `${DESCRIPTION.stateMachineArn.replace('stateMachine', 'execution')}:one`;
/** A pipeline with Image Builder's part and a further account. */
export const DESCRIBED: PipelineDescription = {
  ...DESCRIPTION,
  imagePipelineArn: 'arn:aws:imagebuilder:eu-central-1:123456789012:image-pipeline/winbake-2022-core',
  accounts: [AWAY.account],
};
/** What Image Builder tells of it. */
export const BUILT: InspectedImagePipeline = {
  isEnabled: true,
  instanceTypes: ['m6i.xlarge'],
  subnetId: 'subnet-1',
  executionRole: 'arn:aws:iam::123456789012:role/builds',
  instanceProfile: 'profile',
  keys: [{ region: 'eu-central-1', keyId: 'key-1' }],
};
/** A lease whose order is under way. */
export const LEASE = {
  schema: 'winbake.lease/1',
  execution: EXECUTION,
  at: '2025-10-14T18:00:00Z',
  order: { id: 'order-1', image: null, ended: null },
};
/** The gate's last decision. */
export const DECISION = {
  schema: 'winbake.last-decision/1',
  at: '2025-10-19T22:00:00Z',
  decision: 'nothing',
  reason: 'Up to date.',
};
/** All has arrived everywhere. */
export const DELIVERIES = {
  schema: 'winbake.deliveries/1',
  announced: LATEST.id,
  targets: {
    '210987654321/eu-central-1': {
      publication: LATEST.id,
      reachedAt: '2025-10-19T23:50:00.000Z',
      pending: null,
    },
  },
};

/** What differs from a pipeline that is well. */
export interface Changes {
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly documents?: Readonly<Record<string, unknown>>;
  readonly inspector?: Partial<PipelineInspector>;
  readonly isRunning?: boolean;
  readonly status?: () => Promise<number>;
}

/** What the doctor sees of a pipeline that is well, but for the changes. */
export function healthyPipeline(changes: Changes): DoctorPorts {
  const home = memoryParameters({
    ...channelsAt({ latest: LATEST, current: LATEST, previous: LATEST }),
    ...changes.parameters,
  });
  const trusts: Readonly<Record<string, string>> = {
    machine: 'states.amazonaws.com',
    builds: 'imagebuilder.amazonaws.com',
    instances: 'ec2.amazonaws.com',
  };
  return {
    documents: memoryDocuments({
      'bakes/last-decision.json': DECISION,
      'publications/deliveries.json': DELIVERIES,
      ...changes.documents,
    }),
    stores: { of: () => Promise.resolve(home) },
    executions: {
      isRunning: () => Promise.resolve(changes.isRunning ?? false),
      stop: () => Promise.resolve(),
    },
    reach: { status: changes.status ?? (() => Promise.resolve(200)) },
    now: () => NOW,
    inspector: {
      functionOf: (name) =>
        Promise.resolve({
          state: 'Active',
          role: `arn:aws:iam::123456789012:role/${name}`,
          environment: { WINBAKE_REGISTRY: 'https://mcr.microsoft.com' },
        }),
      trustOf: (role) => Promise.resolve([trusts[role] ?? 'lambda.amazonaws.com']),
      roleOfProfile: () => Promise.resolve('instances'),
      roleOfStateMachine: () => Promise.resolve('arn:aws:iam::123456789012:role/machine'),
      schedulesOf: (prefix) =>
        Promise.resolve(
          ['housekeeping', 'poll', 'patch-tuesday', 'web-poll'].map((kind) => ({
            name: `${prefix}${kind}`,
            isEnabled: kind !== 'web-poll',
          })),
        ),
      keyOf: () => Promise.resolve({ state: 'Enabled', policy: AWAY.account }),
      imagePipeline: () => Promise.resolve(BUILT),
      networkOf: () => Promise.resolve({ subnetId: 'subnet-1', defaultRoute: 'nat-1', endpoints: [] }),
      quotasOf: (service) =>
        Promise.resolve(
          {
            ec2: [
              { name: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances', value: 64 },
              { name: 'AMIs', value: 50_000 },
            ],
            imagebuilder: [{ name: 'Number of concurrent builds', value: 100 }],
          }[service] ?? [],
        ),
      processorsOf: () => Promise.resolve(4),
      processorsInUse: () => Promise.resolve(20),
      countAmis: () => Promise.resolve(12),
      amiState: () => Promise.resolve('available'),
      fastLaunchOf: () => Promise.resolve(undefined),
      fleetsWithRootDevice: () => Promise.resolve([]),
      fleetVolumes: () => Promise.resolve([]),
      domainlessServices: () => Promise.resolve([]),
      textAt: () => Promise.resolve(undefined),
      mayRole: () => Promise.resolve(true),
      fleetSubnets: () => Promise.resolve([{ group: 'winbake-shop', subnetIds: ['subnet-1'] }]),
      ...changes.inspector,
    },
  };
}
