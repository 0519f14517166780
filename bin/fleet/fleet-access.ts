import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { explaining } from '../../lib/aws/explain-failure';
import { type RunningImage, imagesOnHosts } from '../../lib/aws/fleets/ecs-container-hosts';
import { fleetMembers, forgetFleet, listFleets, readFleet } from '../../lib/aws/fleets/fleet-account';
import type { Caller } from '../../lib/aws/stores/pipeline-account';
import { ssmParameterStore } from '../../lib/aws/stores/ssm-parameter-store';
import { parseDocument } from '../../lib/contract/documents/document';
import { fleetBudgetSchema } from '../../lib/contract/documents/fleet-state';
import { channelSchema, type Channel } from '../../lib/contract/documents/publication';
import { channelParameters, fleetParameters, pathOfFollowed } from '../../lib/contract/names/parameters';
import { isDigest } from '../../lib/contract/values/digest';
import { WinbakeError } from '../../lib/contract/values/errors';
import { coverageOn, bytesOf, type HostCache } from '../../lib/core/coverage/coverage';
import type { ImageReading } from '../../lib/core/coverage/layered-image';
import { fleetEvidence, type FleetEvidence } from '../../lib/core/fleet/fleet-evidence';
import { readFleetOverrides } from '../../lib/core/fleet/fleet-state';
import { fleetStatus, type FleetStatus } from '../../lib/core/fleet/fleet-status';
import type { FleetOrder } from '../../lib/core/fleet/fleet-world';
import { readStarts } from '../../lib/core/fleet/host-starts';
import { planFleetOverrides, type FleetPlan } from '../../lib/core/fleet/plan-overrides';
import { readRolloutLog } from '../../lib/core/fleet/rollout-log';
import { type ImageReference, parseDockerImageName } from '../../lib/core/oci/image-reference';
import { type Registries, withOwnRegistries } from '../../lib/registry/registries';
import { type PublishedHosts, openPublishedHosts } from '../pipeline/images';
import { signIn } from '../shared/pipeline-access';
import type { PlaceOptions } from '../shared/pipeline-place';
import { readByName, MICROSOFT, openRegistries } from '../shared/registries';
import type { Ask } from '../shared/terminal';
import type { PulledImage } from './pulled-table';

/** What is known of the pipeline that a fleet follows, and the registries of its images. */
export interface PulledImagesPorts extends PublishedHosts {
  readonly registries: Registries;
}

/** What hosts had to pull of the images that run on them, by the layers of their AMIs; `publicationOf` knows instances by their ids. */
export async function pulledImages(
  running: readonly RunningImage[],
  publicationOf: (instanceId: string) => string | null,
  ports: PulledImagesPorts,
): Promise<readonly PulledImage[]> {
  const groups = Map.groupBy(running, ({ digest, image, instanceId }) =>
    [publicationOf(instanceId) ?? '', image, digest ?? ''].join(' '),
  );
  const hosts = new Map<string, Promise<HostCache>>();
  const hostOf = (publication: string) => {
    const host = hosts.get(publication) ?? ports.hostOf(publication);
    hosts.set(publication, host);
    return host;
  };
  return Promise.all(
    [...groups.values()].flatMap(([first, ...others]) =>
      first === undefined
        ? []
        : pulledImage(first, 1 + others.length, publicationOf(first.instanceId), hostOf, ports),
    ),
  );
}

async function pulledImage(
  { digest, image }: RunningImage,
  containers: number,
  publication: string | null,
  hostOf: (publication: string) => Promise<HostCache>,
  ports: PulledImagesPorts,
): Promise<PulledImage> {
  const common = { publication, image, digest, containers };
  const unknown = (code: string, message: string) => ({
    ...common,
    ...{ pulledBytes: null, baseBytes: null, code, message },
  });
  if (publication === null) {
    return unknown('HOST_UNKNOWN', `${image} runs on an AMI that is no publication the fleet knows.`);
  }
  try {
    const host = await hostOf(publication);
    if (host.layers === null) {
      return unknown('HOST_UNKNOWN', host.unknown ?? `Nothing is known of ${publication}.`);
    }
    const reading = await readImage(image, digest, host, ports);
    if (reading.code !== undefined) {
      return unknown(reading.code, reading.message);
    }
    const { layers, missingBytes } = coverageOn(host, reading.image);
    const base = layers.filter((layer) => layer.cached === false && ports.baseLayers.has(layer.digest));
    const baseBytes = ports.baseLayers.size === 0 ? null : bytesOf(base);
    return { ...common, pulledBytes: missingBytes, baseBytes, code: null, message: null };
  } catch (error) {
    if (error instanceof WinbakeError) {
      return unknown(error.code, error.message);
    }
    throw error;
  }
}

/** What runs is known by its digest; a tag may have moved since. */
async function readImage(
  image: string,
  digest: string | null,
  { osVersion }: HostCache,
  { known, registries }: PulledImagesPorts,
): Promise<ImageReading> {
  const named = parseDockerImageName(image);
  const reference: ImageReference = digest !== null && isDigest(digest) ? { ...named, digest } : named;
  const recorded = known(reference);
  return recorded === undefined
    ? readByName(registries, image, reference, osVersion ?? undefined)
    : { image: recorded };
}

/** For all requests to registries, as `winbake coverage` has it. */
const REGISTRY_SECONDS = 30;

/** The fleets of an account and region, with the caller's credentials. */
export interface FleetAccess {
  readonly caller: Caller;
  readonly region: string;
  readonly list: () => Promise<readonly string[]>;
  readonly status: (fleet: string) => Promise<FleetStatus>;
  /** What its hosts had to pull of the images that run on them. */
  readonly pulled: (status: FleetStatus) => Promise<readonly PulledImage[]>;
  readonly evidence: (fleet: string, month: string) => Promise<FleetEvidence>;
  /** Plans an order, and unless `dryRun` writes the fleet's words. */
  readonly announce: (fleet: string, order: FleetOrder, dryRun: boolean) => Promise<FleetPlan>;
  /** Plans to take away what a deleted fleet has left, and does so unless `dryRun`. */
  readonly forget: (fleet: string, dryRun: boolean) => Promise<Pick<FleetPlan, 'changes' | 'reasons'>>;
}

/** Signs in to where the fleets are. People's words go to a parameter of their own, with the caller's rights. */
export async function openFleets(
  options: Pick<PlaceOptions, 'account' | 'prefix' | 'region'>,
  now: () => Date,
): Promise<FleetAccess> {
  const { caller, region } = await signIn(options);
  const { prefix } = options;
  const ssm = new SSMClient({ region });
  const parameters = ssmParameterStore(ssm);
  const clients = {
    autoScaling: new AutoScalingClient({ region }),
    ec2: new EC2Client({ region }),
    ecs: new ECSClient({ region }),
  };
  const stateOf = (fleet: string) => readFleet(ssm, prefix, fleet, caller, region);
  const overridesOf = (fleet: string) =>
    readFleetOverrides(parameters, fleetParameters(prefix, fleet).overrides);
  const reading = <T>(fleet: string, work: () => Promise<T>) =>
    explaining({ doing: `read the fleet ${fleet}`, region }, work);
  return {
    caller,
    region,
    list: () => explaining({ doing: 'list the fleets', region }, () => listFleets(ssm, prefix)),
    status: (fleet) =>
      reading(fleet, async () => {
        const state = await stateOf(fleet);
        const [overrides, starts, current, members, patchWithinSeconds] = await Promise.all([
          overridesOf(fleet),
          readStarts(parameters, fleetParameters(prefix, fleet).starts),
          currentOf(state.channel),
          fleetMembers(clients, state),
          patchWithinOf(fleet),
        ]);
        return fleetStatus({
          ...{ state, overrides, starts, current, ...members, patchWithinSeconds },
          now: now(),
        });
      }),
    pulled: (status) => reading(status.fleet, () => pulledOn(status)),
    evidence: (fleet, month) =>
      reading(fleet, async () => {
        const state = await stateOf(fleet);
        const log = await readRolloutLog(parameters, fleetParameters(prefix, fleet).log(month));
        return fleetEvidence(state, month, log, now());
      }),
    announce: (fleet, order, dryRun) =>
      explaining({ doing: `${order.verb} the fleet ${fleet}`, region }, async () => {
        const plan = planFleetOverrides(await stateOf(fleet), await overridesOf(fleet), order, now());
        if (!dryRun && plan.changes.length > 0) {
          await parameters.put(
            fleetParameters(prefix, fleet).overrides,
            JSON.stringify(plan.overrides),
            'text',
          );
        }
        return plan;
      }),
    forget: (fleet, dryRun) =>
      explaining({ doing: `forget the fleet ${fleet}`, region }, () =>
        forgetFleet({ autoScaling: clients.autoScaling, ssm }, { fleet, prefix }, dryRun),
      ),
  };

  async function pulledOn({ cluster, follows, instances }: FleetStatus): Promise<readonly PulledImage[]> {
    if (follows === null) {
      throw new WinbakeError('NOT_FOUND', 'What the fleet follows is not known before its next poll.');
    }
    const path = pathOfFollowed(follows);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const registries = openRegistries({ microsoft: undefined, deadlineSeconds: REGISTRY_SECONDS });
    try {
      const base = withOwnRegistries(registries.of({ registry: MICROSOFT }), registries);
      const hosts = await openPublishedHosts({ prefix, region }, name, caller, base);
      const running = await imagesOnHosts(
        clients.ecs,
        cluster,
        instances.map(({ id }) => id),
      );
      const publications = new Map(instances.map(({ id, publication }) => [id, publication]));
      return await pulledImages(running, (id) => publications.get(id) ?? null, { ...hosts, registries });
    } finally {
      await registries.close();
    }
  }

  async function patchWithinOf(fleet: string): Promise<number | undefined> {
    const name = fleetParameters(prefix, fleet).settings;
    const text = await parameters.get(name);
    return text === undefined
      ? undefined
      : parseDocument(fleetBudgetSchema, text, name).policy.patchWithinSeconds;
  }

  /** What the pipeline's fleets should run, also where this fleet follows another channel or a revision. */
  async function currentOf(followed: string | null): Promise<Channel | undefined> {
    const name = channelParameters(pathOfFollowed(followed ?? ''), 'current').publication;
    const text = followed === null ? undefined : await parameters.get(name);
    return text === undefined ? undefined : parseDocument(channelSchema, text, name);
  }
}

/** What the commands of fleets work with. */
export interface FleetTools {
  readonly open: (place: PlaceOptions) => Promise<FleetAccess>;
  readonly ask: Ask;
  readonly now: () => Date;
}
