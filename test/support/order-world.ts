import type { Lease, LeasedOrder, Order } from '../../lib/contract/documents/order';
import { CURRENT_ORDER_KEY, LEASE_KEY } from '../../lib/contract/names/bucket-keys';
import { DEFAULT_GATE_POLICY } from '../../lib/contract/values/gate-policy';
import { parseRelease } from '../../lib/contract/values/release';
import { orderKey } from '../../lib/core/bake/lease';
import type { EndOrderRequest } from '../../lib/core/gate/order-end';
import type { BakeControl, FailedStep } from '../../lib/core/ports/bakes';
import { memoryDocuments, memoryParameters } from './memory-ports';
import { memoryRegistry } from '../../sim/registry/memory-registry';

export const IMAGE = 'arn:aws:imagebuilder:eu-central-1:123456789012:image/winbake-2022-core/1.0.0/1';
const RELEASE = parseRelease('2022');

/** The ARN of an execution, by a short name. */
export const executionOf = (name: string) =>
  `arn:aws:states:eu-central-1:123456789012:execution:winbake-2022-core-rebake:${name}`;

/** A pipeline of one family in memory, of which nothing is baked yet; executions run until they are left out of `running`. */
export function orderWorld() {
  const clock = { now: new Date('2025-10-15T00:00:00.000Z') };
  const documents = memoryDocuments();
  const parameters = memoryParameters({ base: 'ami-0123456789abcdef0' });
  const running = new Set<string>();
  const cancelled: string[] = [];
  const shown = { revision: 4294 };
  const instances: { step?: FailedStep; build?: string | undefined; test?: string | undefined } = {
    build: 'i-build',
  };
  const bakes: BakeControl = {
    failedStep: () => Promise.resolve(instances.step),
    launchedInstances: () => Promise.resolve({ build: instances.build, test: instances.test }),
    cancel: (image) => {
      cancelled.push(image);
      return Promise.resolve();
    },
  };
  const ports = {
    documents,
    parameters,
    bakes,
    executions: {
      isRunning: (arn: string) => Promise.resolve(running.has(arn)),
      stop: () => Promise.resolve(),
    },
    now: () => clock.now,
    get registry() {
      const osVersion = `10.0.20348.${shown.revision}`;
      return memoryRegistry({
        'windows/servercore': {
          ltsc2022: {
            flavour: 'docker',
            list: true,
            images: [{ osVersion, versionInEntry: true, layers: [7000, 500] }],
          },
        },
      });
    },
  };
  const request = (name: string, more: Partial<EndOrderRequest> = {}): EndOrderRequest => {
    running.add(executionOf(name));
    return {
      execution: executionOf(name),
      release: RELEASE,
      families: ['servercore'],
      policy: { ...DEFAULT_GATE_POLICY, previousRevisions: 0 },
      parameterPath: '/winbake/2022-core',
      baseAmiParameter: 'base',
      recipeArn: 'arn:aws:imagebuilder:eu-central-1:123456789012:image-recipe/winbake-2022-core/1.0.0',
      scriptsSha256: 'a'.repeat(64),
      instanceRoleId: 'AROA',
      trigger: 'patchTuesday',
      forced: false,
      ...more,
    };
  };
  const json = (key: string) => JSON.parse(documents.texts.get(key) ?? 'null') as unknown;
  return {
    cancelled,
    clock,
    documents,
    instances,
    parameters,
    ports,
    request,
    running,
    shown,
    lease: () => json(LEASE_KEY) as Lease,
    current: () => json(CURRENT_ORDER_KEY) as Order | null,
    order: (id: string) => json(orderKey(id)) as Order | null,
    /** Changes the lease as another request does. */
    setLease: (more: Partial<Lease>) =>
      documents.overwrite(LEASE_KEY, JSON.stringify({ ...(json(LEASE_KEY) as Lease), ...more })),
    /** Changes the order of the lease. */
    setLeased: (more: Partial<LeasedOrder>) => {
      const lease = json(LEASE_KEY) as Lease;
      const order = { ...lease.order, ...more };
      return documents.overwrite(LEASE_KEY, JSON.stringify({ ...lease, order }));
    },
    pass: (hours: number) => {
      clock.now = new Date(clock.now.getTime() + hours * 3_600_000);
    },
  };
}
