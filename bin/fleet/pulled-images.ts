import type { RunningImage } from '../../lib/aws/fleets/ecs-container-hosts';
import { isDigest } from '../../lib/contract/values/digest';
import { WinbakeError } from '../../lib/contract/values/errors';
import { coverageOn, bytesOf, type HostCache } from '../../lib/core/coverage/coverage';
import type { ImageReading } from '../../lib/core/coverage/layered-image';
import { type ImageReference, parseDockerImageName } from '../../lib/core/oci/image-reference';
import type { Registries } from '../../lib/registry/registries';
import type { PublishedHosts } from '../pipeline/pipeline-hosts';
import { readByName } from '../shared/registries';
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
