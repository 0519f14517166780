import { Command } from 'commander';
import { SSMClient } from '@aws-sdk/client-ssm';
import { explaining } from '../../lib/aws/explain-failure';
import { type Caller, readPipeline } from '../../lib/aws/stores/pipeline-account';
import { imageManifestSchema } from '../../lib/contract/documents/evidence';
import type { Catalog, Observation } from '../../lib/contract/documents/catalog';
import { parseDocument } from '../../lib/contract/documents/document';
import { osVersionOf } from '../../lib/contract/documents/publication';
import { type PipelineDescription, pipelinePath } from '../../lib/contract/documents/pipeline-description';
import { formatOsVersion, readOsVersion } from '../../lib/contract/values/os-version';
import { osOf } from '../../lib/contract/values/release';
import { readCatalog } from '../../lib/core/catalog/catalog-store';
import { type CachedImage, COVERED_HOSTS, type HostCache } from '../../lib/core/coverage/coverage';
import { type LayeredImage, layersOfImages } from '../../lib/core/coverage/layered-image';
import { dockerNameOf, isOwnImage } from '../../lib/core/images/own-image';
import { type Registry, RegistryError } from '../../lib/core/oci/registry';
import type { ImageReference } from '../../lib/core/oci/image-reference';
import { type DocumentStore, homeParameters, type ParameterStores } from '../../lib/core/ports/stores';
import { readChannel } from '../../lib/core/publish/move-channel';
import { readPublication } from '../../lib/core/publish/record-publication';
import { operatePorts } from '../../lib/handlers/operate';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { printAnswer } from '../shared/layout';
import { PIPELINE_NAME, placeOptions, type PlaceOptions } from '../shared/pipeline-place';
import type { Terminal } from '../shared/terminal';
import { signIn } from '../shared/pipeline-access';
import { MICROSOFT } from '../shared/registries';

/** Reads what the hosts of a pipeline have cached. */
export type ReadImages = (place: PlaceOptions, name: string) => Promise<readonly HostCache[]>;

/** `winbake pipeline images`: what hosts have cached, by digest. */
export function imagesCommand(terminal: Terminal, finish: Finish, read: ReadImages): Command {
  const command = new Command('images')
    .description(
      'Says which images hosts have cached, by tag and digest: those of the channels current and latest, and those of the next bake.',
    )
    .argument(...PIPELINE_NAME);
  for (const option of placeOptions()) {
    command.addOption(option);
  }
  command
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: PlaceOptions & { readonly json?: boolean }) => {
      const hosts = await read(options, name);
      printAnswer(terminal, options.json, {
        schema: 'winbake.images/1',
        document: { pipeline: name, hosts: hosts.map(documentOf) },
        text: () => hosts.map(textOf).join('\n'),
      });
      finish(hosts.some(({ osVersion }) => osVersion !== null) ? ExitCode.DONE : ExitCode.NO);
    });
  return addHelp(command, terminal, {
    examples: [
      ['winbake pipeline images 2022-core'],
      ['winbake pipeline images 2022-core --json', 'for a program that builds apps'],
    ],
    exitCodes: '0 done; 1 something could not be read; 2 wrong usage; 3 nothing has been baked.',
  });
}

function documentOf({ channel, images, leftOut = [], osVersion, unknown }: HostCache) {
  return {
    channel,
    osVersion: osVersion === null ? null : formatOsVersion(osVersion),
    images: images.map(({ digest, family, osVersion: version, platformDigest, repository, tag }) => ({
      family,
      repository,
      tag,
      digest,
      platformDigest,
      osVersion: version,
    })),
    leftOut,
    message: osVersion === null ? unknown : null,
  };
}

function textOf({ channel, images, leftOut = [], osVersion, unknown }: HostCache): string {
  if (osVersion === null) {
    return `${channel}\n${unknown ?? ''}\n`;
  }
  const lines = images.map(
    (image) => `  ${image.family}  ${image.osVersion}\n    ${dockerNameOf(image)}@${image.digest}\n`,
  );
  const left = leftOut.map(
    (image) => `  ${image.family}  left out\n    ${dockerNameOf(image)}: ${image.message}\n`,
  );
  return `${channel}  ${formatOsVersion(osVersion)}\n${lines.join('')}${left.join('')}`;
}

/** Layers are of no use here. */
function unread(): Promise<never> {
  return Promise.reject(new RegistryError('REGISTRY_UNREACHABLE', 'No registry is read.'));
}

const NO_REGISTRY: Registry = { blob: unread, head: unread, manifest: unread, tags: unread };

/** Reads them with the caller's credentials, and asks no registry. */
export const readImages: ReadImages = async (place, name) =>
  (await readPipelineHosts(place, name, NO_REGISTRY)).hosts;

/** The hosts of a pipeline, and what its catalog knows of images. */
export interface PipelineHosts {
  readonly hosts: readonly HostCache[];
  readonly known: (reference: ImageReference) => LayeredImage | undefined;
}

/** What reading them works with. */
export interface PipelineHostsPorts {
  readonly documents: Pick<DocumentStore, 'read'>;
  readonly stores: ParameterStores;
  /** Where layers are read that the catalog of an earlier release has not. */
  readonly registry: Registry;
}

/** Hosts by their publications, also where no channel shows one, and what the catalog knows of images. */
export interface PublishedHosts {
  readonly hostOf: (publication: string) => Promise<HostCache>;
  readonly known: PipelineHosts['known'];
  /** The digests of all layers that Microsoft's images have had. */
  readonly baseLayers: ReadonlySet<string>;
}

/** Opens the hosts of a pipeline's publications with the caller's credentials. */
export async function openPublishedHosts(
  { prefix, region }: { readonly prefix: string; readonly region: string },
  name: string,
  caller: Caller,
  registry: Registry,
): Promise<PublishedHosts> {
  const description = await readPipeline(new SSMClient({ region }), prefix, name, caller, region);
  return publishedHosts({ ...operatePorts(description), registry }, description);
}

/** The same over its ports. */
export async function publishedHosts(
  ports: Omit<PipelineHostsPorts, 'stores'>,
  { os, pipeline }: Pick<PipelineDescription, 'os' | 'pipeline'>,
): Promise<PublishedHosts> {
  const catalog = await readCatalog(ports.documents, osOf(os).release);
  const seen = catalog.observations.filter((one) => !isOwnImage(one)).flatMap(({ layers = [] }) => layers);
  return {
    hostOf: async (id) =>
      (await hostOfPublication(ports, catalog, 'current', { id, osVersion: osVersionOf(id) })) ??
      unknownHost('current', `${pipeline} keeps no image manifest of ${id}.`),
    known: (reference) => knownImage(catalog, reference),
    baseLayers: new Set(seen.map(({ digest }) => digest)),
  };
}

/** Reads the hosts of a pipeline with the caller's credentials. */
export async function readPipelineHosts(
  place: PlaceOptions,
  name: string,
  registry: Registry,
): Promise<PipelineHosts> {
  const { caller, region } = await signIn(place);
  return explaining({ doing: `read what ${name} has cached`, region }, async () => {
    const description = await readPipeline(new SSMClient({ region }), place.prefix, name, caller, region);
    return pipelineHosts({ ...operatePorts(description), registry }, description);
  });
}

/**
 * The hosts of `current` and `latest`, by the image manifests of their publications, and those of the next bake, by the newest image
 * set that the gate accepted.
 */
export async function pipelineHosts(
  ports: PipelineHostsPorts,
  description: PipelineDescription,
): Promise<PipelineHosts> {
  const { documents, stores } = ports;
  const home = await homeParameters(stores, description);
  const catalog = await readCatalog(documents, osOf(description.os).release);
  const [set] = catalog.sets;
  const hosts = await Promise.all(
    COVERED_HOSTS.map(async (channel): Promise<HostCache> => {
      if (channel === 'next') {
        return set === undefined
          ? unknownHost(channel, `The gate of ${description.pipeline} has accepted no image set yet.`)
          : withLayers(ports, catalog, channel, { images: set.images, osVersion: set.target });
      }
      const published = await readChannel(home, pipelinePath(description), channel);
      const host = published && (await hostOfPublication(ports, catalog, channel, published));
      if (host === undefined) {
        const plain =
          published?.mode === 'unbaked'
            ? 'the plain base AMI, of which nobody records what it caches'
            : 'no publication with an image manifest';
        return unknownHost(channel, `The channel ${channel} of ${description.pipeline} has ${plain}.`);
      }
      return host;
    }),
  );
  return { hosts, known: (reference) => knownImage(catalog, reference) };
}

/** A host of a publication, by its image manifest; undefined where it has none. */
async function hostOfPublication(
  ports: Pick<PipelineHostsPorts, 'documents' | 'registry'>,
  catalog: Catalog,
  channel: HostCache['channel'],
  { id, osVersion }: { readonly id: string; readonly osVersion: string },
): Promise<HostCache | undefined> {
  const { manifest: key } = (await readPublication(ports.documents, id)) ?? {};
  const manifest = typeof key === 'string' ? await ports.documents.read(key) : undefined;
  if (typeof key !== 'string' || manifest === undefined) {
    return undefined;
  }
  const { images, leftOut = [] } = parseDocument(imageManifestSchema, manifest.text, key);
  const host = await withLayers(ports, catalog, channel, {
    images: images.map((image) => ({ ...image, platformDigest: image.platformDigest ?? image.digest })),
    osVersion,
  });
  return leftOut.length === 0 ? host : { ...host, leftOut };
}

function unknownHost(channel: HostCache['channel'], unknown: string): HostCache {
  return { channel, osVersion: null, images: [], layers: null, unknown };
}

async function withLayers(
  { registry }: Pick<PipelineHostsPorts, 'registry'>,
  catalog: Catalog,
  channel: HostCache['channel'],
  { images, osVersion }: { readonly images: readonly CachedImage[]; readonly osVersion: string },
): Promise<HostCache> {
  const version = readOsVersion(osVersion) ?? null;
  const common = { channel, osVersion: version, images };
  try {
    const known = (digest: string) => layersOnRecord(catalog, (one) => isOf(one, digest));
    const layers = await layersOfImages(images, { registry, host: version ?? undefined, known });
    return { ...common, layers, unknown: null };
  } catch (error) {
    if (error instanceof RegistryError) {
      const unknown = `Which layers a host of ${channel} has cached is not on record, and cannot be read: ${error.message}`;
      return { ...common, layers: null, unknown };
    }
    throw error;
  }
}

function isOf({ digest, platformDigest }: Observation, wanted: string): boolean {
  return platformDigest === wanted || digest === wanted;
}

/** What the catalog has of an image by its digest, or by the tag that the gate follows; it polls these every quarter of an hour. */
function knownImage(
  catalog: Catalog,
  { digest, registry, repository, tag }: ImageReference,
): LayeredImage | undefined {
  return digest === undefined
    ? registry === MICROSOFT
      ? layersOnRecord(catalog, (one) => one.repository === repository && one.tag === tag)
      : undefined
    : layersOnRecord(catalog, (one) => isOf(one, digest));
}

/** The last observation that fits, if its layers are on record. */
function layersOnRecord(catalog: Catalog, fits: (one: Observation) => boolean): LayeredImage | undefined {
  const { digest, layers, osVersion, platformDigest } = catalog.observations.findLast(fits) ?? {};
  const version = typeof osVersion === 'string' ? readOsVersion(osVersion) : undefined;
  return digest === undefined ||
    typeof platformDigest !== 'string' ||
    layers === undefined ||
    version === undefined
    ? undefined
    : { digest, platformDigest, osVersion: version, layers };
}
