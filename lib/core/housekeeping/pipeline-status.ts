import type { Catalog } from '../../contract/documents/catalog';
import type { OperatorOverride } from '../../contract/documents/overrides';
import { type PipelineDescription, pipelinePath } from '../../contract/documents/pipeline-description';
import type { Channel } from '../../contract/documents/publication';
import type { ChannelName } from '../../contract/names/parameters';
import type { Release } from '../../contract/values/release';
import { readHold } from '../bake/hold';
import { isBaking, readLease } from '../bake/lease';
import { readCatalog } from '../catalog/catalog-store';
import { openNotices } from '../notify/notify-once';
import type { Executions } from '../ports/bakes';
import { type DocumentStore, homeParameters, type ParameterStores } from '../ports/stores';
import { readDeliveries } from '../publish/deliveries';
import { readChannel } from '../publish/move-channel';
import { readHousekeepingMemory } from './memory';

/** What reading the state of a pipeline works with. */
export interface StatusPorts {
  readonly documents: DocumentStore;
  readonly stores: ParameterStores;
  readonly executions: Executions;
  readonly now: () => Date;
}

/** What the rebake does, and since when. */
export interface RebakeStatus {
  readonly state: 'idle' | 'waiting' | 'baking';
  readonly since: string | null;
  /** The last order. */
  readonly order: string | null;
}

/** How a pipeline stands; begins with what people set by hand. */
export interface PipelineStatus {
  readonly pipeline: string;
  readonly os: string;
  readonly account: string;
  readonly region: string;
  /** The hold of promotion that is in force. */
  readonly hold: OperatorOverride | null;
  /** The findings that people passed. */
  readonly accepted: Catalog['accepted'];
  readonly channels: Readonly<Record<ChannelName, Channel | null>>;
  readonly rebake: RebakeStatus;
  /** The newest image set that the gate accepted. */
  readonly newestSet: { readonly target: string; readonly at: string } | null;
  /** What people were notified and has not healed. */
  readonly notices: readonly { readonly cause: string; readonly at: string; readonly message: string }[];
  /** The last prune, and the parts of housekeeping that have failed at every poll since. */
  readonly housekeeping: {
    readonly prunedAt: string | null;
    readonly failing: readonly { readonly part: string; readonly since: string; readonly reason: string }[];
  };
  /** Accounts and regions in which something is missing. */
  readonly pending: readonly { readonly target: string; readonly since: string; readonly reason: string }[];
}

/** Reads how a pipeline stands. Throws a `WinbakeError` where a document of it is damaged. */
export async function readPipelineStatus(
  { documents, executions, now, stores }: StatusPorts,
  description: PipelineDescription,
  release: Release,
): Promise<PipelineStatus> {
  const home = await homeParameters(stores, description);
  const path = pipelinePath(description);
  const channel = async (name: ChannelName) => (await readChannel(home, path, name)) ?? null;
  const { accepted, sets } = await readCatalog(documents, release);
  const [newest] = sets;
  const notices = Object.entries(await openNotices(documents));
  const deliveries = Object.entries((await readDeliveries(documents)).targets);
  const { failing, pruned } = await readHousekeepingMemory(documents);
  const { account, os, pipeline, region } = description;
  return {
    pipeline,
    os,
    account,
    region,
    hold: (await readHold(home, path, now())) ?? null,
    accepted,
    channels: {
      latest: await channel('latest'),
      current: await channel('current'),
      previous: await channel('previous'),
    },
    rebake: await readRebake(documents, executions),
    newestSet: newest === undefined ? null : { target: newest.target, at: newest.at },
    notices: notices.map(([cause, { at, message }]) => ({ cause, at, message })),
    housekeeping: {
      prunedAt: pruned?.at ?? null,
      failing: Object.entries(failing).map(([part, failure]) => ({ part, ...failure })),
    },
    pending: deliveries.flatMap(([target, { pending }]) =>
      pending === null ? [] : [{ target, ...pending }],
    ),
  };
}

async function readRebake(documents: DocumentStore, executions: Executions): Promise<RebakeStatus> {
  const lease = await readLease(documents);
  const order = lease?.order?.id ?? null;
  return lease === undefined || !(await executions.isRunning(lease.execution))
    ? { state: 'idle', since: null, order }
    : { state: isBaking(lease) ? 'baking' : 'waiting', since: lease.at, order };
}
