import {
  type PipelineDescription,
  type PublicationTarget,
  awayTargets,
  pipelinePath,
  targetName,
} from '../../contract/documents/pipeline-description';
import { type Deliveries, type Channel, isNewer, osVersionOf } from '../../contract/documents/publication';
import { CHANNELS, type ChannelName } from '../../contract/names/parameters';
import {
  type DocumentStore,
  homeParameters,
  type ParameterStore,
  type ParameterStores,
} from '../ports/stores';
import { noteDeliveries, type DeliveryResult } from './deliveries';
import {
  moveChannel,
  noteRevision,
  readChannel,
  readDelivered,
  readRevision,
  settleChannel,
} from './move-channel';
import { channelOf, readPublication } from './record-publication';
import { readRevokedIds } from './revocations';

/** What fleets follow moves last. */
const IN_ORDER = ['latest', 'previous', 'current'] as const;

/** What delivery works with. */
export interface DeliveryPorts {
  readonly documents: DocumentStore;
  readonly stores: ParameterStores;
  readonly now: () => Date;
}

/** What a pipeline's own channels say: what every account and region should say as well. */
export interface HomeChannels {
  readonly channels: Readonly<Record<ChannelName, Channel | undefined>>;
  /** The newest publication of each revision that a channel points to. */
  readonly revisions: readonly Channel[];
  /** What people have revoked, which a target may show as the newest. */
  readonly revoked: ReadonlySet<string>;
}

/**
 * Makes every account and region say what the pipeline's own channels say, its own region's convenience parameters included,
 * and notes what has arrived where. An account that cannot be reached is no failure: it stays pending, and the next poll
 * delivers what there is then.
 */
export async function deliverEverywhere(
  ports: DeliveryPorts,
  description: PipelineDescription,
): Promise<Deliveries> {
  const home = await homeParameters(ports.stores, description);
  const path = pipelinePath(description);
  for (const channel of CHANNELS) {
    await settleChannel(home, path, channel);
  }
  const revoked = await readRevokedIds(ports.documents);
  const truth = await readHome(home, path, revoked);
  const targets = awayTargets(description);
  const results = await Promise.all(
    targets.map((target) => deliverTo(ports, target, path, truth, description.region)),
  );
  const byName = targets.map((target, index) => [targetName(target), results[index]] as const);
  return noteDeliveries(
    ports.documents,
    Object.fromEntries(byName) as Record<string, DeliveryResult>,
    ports.now(),
  );
}

/** What the pipeline's own channels say now. */
async function readHome(
  home: ParameterStore,
  path: string,
  revoked: ReadonlySet<string>,
): Promise<HomeChannels> {
  const [latest, current, previous] = await Promise.all(
    CHANNELS.map((channel) => readChannel(home, path, channel)),
  );
  const channels = { latest, current, previous };
  const baked = Object.values(channels).filter(isBaked);
  const revisions = new Map<string, Channel>();
  // Of a revoked one the others show another number of its revision too.
  const osVersions = [...revoked].map((id) => ({ osVersion: osVersionOf(id) }));
  for (const publication of [...baked, ...osVersions]) {
    const newest = await readRevision(home, path, publication);
    if (newest !== undefined && !revoked.has(newest.id)) {
      revisions.set(newest.osVersion, newest);
    }
  }
  return { channels, revisions: [...revisions.values()], revoked };
}

function isBaked(publication: Channel | undefined): publication is Channel {
  return publication !== undefined && publication.mode !== 'unbaked';
}

async function deliverTo(
  ports: DeliveryPorts,
  target: PublicationTarget,
  path: string,
  { channels, revisions, revoked }: HomeChannels,
  homeRegion: string,
): Promise<DeliveryResult> {
  const publication = channels.latest?.id ?? '';
  let isReached = false;
  // What is newer says its record: what stands there may be written by hand, or forged.
  const isReallyNewer = async ({ id }: Channel, one: Channel) => {
    const record = revoked.has(id) ? undefined : await readPublication(ports.documents, id);
    const recorded = record && channelOf(record, target.region);
    return recorded !== undefined && isNewer(recorded, one);
  };
  try {
    const parameters = await ports.stores.of(target);
    // Whoever lets us in may still refuse everything.
    await readDelivered(parameters, path, 'latest');
    isReached = true;
    const missing: string[] = [];
    const there = async (one: Channel): Promise<Channel | undefined> => {
      const amiId = await amiIn(ports.documents, one, target.region, homeRegion);
      if (amiId === undefined) {
        missing.push(one.id);
      }
      return amiId === undefined ? undefined : { ...one, amiId };
    };
    for (const one of revisions) {
      const local = await there(one);
      if (local !== undefined) {
        await noteRevision(parameters, path, local, (newer) => isReallyNewer(newer, local));
      }
    }
    for (const channel of IN_ORDER) {
      const one = channels[channel];
      const local = isBaked(one) ? await there(one) : undefined;
      if (local !== undefined && !(await isOvertaken(parameters, path, channel, local, isReallyNewer))) {
        await moveChannel(parameters, path, channel, local);
      }
    }
    return { publication, pending: absent(missing, target), isReached };
  } catch (error) {
    return { publication, pending: error instanceof Error ? error.message : String(error), isReached };
  }
}

/** Whether another poll has delivered a newer one meanwhile; the other channels may go back, by a person's override. */
async function isOvertaken(
  parameters: ParameterStore,
  path: string,
  channel: ChannelName,
  publication: Channel,
  isReallyNewer: (newer: Channel, one: Channel) => Promise<boolean>,
): Promise<boolean> {
  const present = channel === 'latest' ? await readDelivered(parameters, path, channel) : undefined;
  return present !== undefined && isNewer(present, publication) && isReallyNewer(present, publication);
}

/** The AMI of a publication in a region: the record knows those of other regions. */
async function amiIn(
  documents: DocumentStore,
  { amiId, id }: Channel,
  region: string,
  homeRegion: string,
): Promise<string | undefined> {
  return region === homeRegion ? amiId : (await readPublication(documents, id))?.amis[region];
}

function absent(missing: readonly string[], { region }: PublicationTarget): string | undefined {
  const ids = [...new Set(missing)];
  return ids.length === 0
    ? undefined
    : `${ids.join(', ')} ${ids.length === 1 ? 'has' : 'have'} no AMI in ${region}; the next bake brings one.`;
}
