import type { osOf } from '../../lib/contract/values/release';
import type { Registry } from '../../lib/core/oci/registry';
import type { PipelineDescription } from '../../lib/contract/documents/pipeline-description';
import type { OperatePorts } from '../../lib/core/operate/operate';
import { operatePorts } from '../../lib/handlers/operate';
import { pipelineOf } from '../../lib/handlers/pipeline';
import {
  createRegistryClient,
  type RegistryClient,
  type RegistryClientOptions,
} from '../../lib/registry/registry-client';
import { SkippedWaits, type VirtualClock } from '../clock/virtual-clock';
import type { EmbeddedRegistry } from '../registry/embedded-registry';
import type { History } from '../registry/history/history';
import type { DeployedPipeline } from './deploy-pipeline';
import type { OwnRegistries } from './own-registries';
import type { SimulatedAccount } from './simulated-account';
import type { StepLog } from './step-log';
import { functionNamed } from './template-functions';

/** What all parts of a rehearsal share. */
export interface RehearsalContext {
  readonly asOf: Date;
  /** Where its months end; empty where it is about one rebake. */
  readonly monthEnds: readonly Date[];
  readonly os: ReturnType<typeof osOf>;
  readonly account: SimulatedAccount;
  readonly pipeline: DeployedPipeline;
  readonly clock: VirtualClock;
  readonly history: History;
  readonly registry: EmbeddedRegistry;
  readonly log: StepLog;
  /** Ends the rehearsal. */
  readonly signal: AbortSignal | undefined;
}

/** Each poll has this many seconds for its network work, as in the function. */
const POLL_SECONDS = 30;

/**
 * Opens the embedded registry in place of whatever address it is asked for, but for those of own images. Waits before another try take
 * no time.
 */
export function registryOpener(
  registry: Pick<EmbeddedRegistry, 'url'>,
  signal: AbortSignal | undefined,
  own?: OwnRegistries,
): (options: RegistryClientOptions) => RegistryClient {
  const open = (options: RegistryClientOptions) => {
    const { clock, sleep } = new SkippedWaits();
    const stop = signal === undefined ? {} : { signal };
    return createRegistryClient({ ...options, clock, sleep, ...stop });
  };
  const openOwn = own?.opener(open);
  return (options) => openOwn?.(options) ?? open({ ...options, url: registry.url });
}

/** Lets something look at the registry, with a client of its own that is closed afterwards. */
export async function withRegistry<T>(
  { registry, signal }: Pick<RehearsalContext, 'registry' | 'signal'>,
  poll: (registry: Registry) => Promise<T>,
): Promise<T> {
  const client = registryOpener(registry, signal)({ url: registry.url, deadlineSeconds: POLL_SECONDS });
  try {
    return await poll(client);
  } finally {
    await client.close();
  }
}

/**
 * What the operate function works with, for the rehearsal's own work in the account; to be used as that function or as an
 * administrator.
 */
export function ownPorts({
  account,
  pipeline,
}: Pick<RehearsalContext, 'account' | 'pipeline'>): OperatePorts {
  const { clock } = account;
  return operatePorts(descriptionOf({ pipeline }), {
    now: () => clock.now(),
    sleep: () => Promise.resolve(),
  });
}

/** What the pipeline says of itself. */
export function descriptionOf({ pipeline }: Pick<RehearsalContext, 'pipeline'>): PipelineDescription {
  return pipelineOf(functionNamed(pipeline.stack, siblingName({ pipeline }, 'operate')).environment);
}

/** The families that the pipeline caches. */
export function familiesOf(context: RehearsalContext): readonly string[] {
  return (context.pipeline.decide.environment['WINBAKE_FAMILIES'] ?? '').split(',');
}

/** The bucket of the pipeline's documents. */
export function bucketOf(context: Pick<RehearsalContext, 'pipeline'>): string {
  return context.pipeline.decide.environment['WINBAKE_BUCKET'] ?? '';
}

/** The fixed name of another function of the pipeline, such as `winbake-2022-core-housekeeping`. */
export function siblingName(
  { pipeline }: Pick<RehearsalContext, 'pipeline'>,
  kind: 'housekeeping' | 'operate',
): string {
  return (pipeline.decide.arn.split(':').at(-1) ?? '').replace(/decide$/, kind);
}
