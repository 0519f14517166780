import type { osOf } from '../../lib/contract/values/release';
import type { Registry } from '../../lib/core/oci/registry';
import { createRegistryClient } from '../../lib/registry/registry-client';
import { SkippedWaits, type VirtualClock } from '../clock/virtual-clock';
import type { EmbeddedRegistry } from '../registry/embedded-registry';
import type { History } from '../registry/history/history';
import type { DeployedPipeline } from './deploy-pipeline';
import type { SimulatedAccount } from './simulated-account';
import type { StepLog } from './step-log';

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
 * Lets something look at the registry, with a client of its own that is closed afterwards. Its waits before another try take
 * no time.
 */
export async function withRegistry<T>(
  { registry, signal }: RehearsalContext,
  poll: (registry: Registry) => Promise<T>,
): Promise<T> {
  const { clock, sleep } = new SkippedWaits();
  const client = createRegistryClient({
    url: registry.url,
    deadlineSeconds: POLL_SECONDS,
    clock,
    sleep,
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    return await poll(client);
  } finally {
    await client.close();
  }
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
