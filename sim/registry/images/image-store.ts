import { readOsVersion } from '../../../lib/contract/values/os-version';
import type { HistoryEvent } from '../../../lib/core/history/history-event';
import { isIndexType } from '../../../lib/core/oci/manifests';
import type { History } from '../history/history';
import { imageKeys, type ImageKeys, kindOf } from './image-keys';
import { LayerPlans, type DeclaredLayer } from './layer-plans';
import {
  sha256,
  type ManifestContent,
  type PlatformImage,
  type RecordedImage,
  type StoredImage,
  type Content,
} from './stored-content';
import type { Digest } from '../../../lib/contract/values/digest';

/** From what an image is written. */
export interface PlatformImageInput {
  /** What tells it from any other image. */
  readonly key: string;
  readonly architecture: 'amd64' | 'arm64';
  readonly osVersion: string | null;
  /** Milliseconds since 1970 of its first appearance. */
  readonly firstSeen: number;
  readonly layers: readonly DeclaredLayer[];
  readonly recorded: RecordedImage;
  /** Whether it is written in OCI's media types in place of Docker's. */
  readonly oci: boolean;
}

const DOCKER = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
};

const OCI = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

/** Images are made some days before they are released. */
const MADE_BEFORE_RELEASE = 2 * 24 * 3_600_000;

/**
 * Writes manifest and config of an image; equal input gives equal bytes.
 * @see https://distribution.github.io/distribution/spec/manifest-v2-2/
 */
export function platformImage(input: PlatformImageInput): PlatformImage {
  const types = input.oci ? OCI : DOCKER;
  const configBody = JSON.stringify(configOf(input));
  const config = { kind: 'config', digest: sha256(configBody), body: configBody } as const;
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, size: Buffer.byteLength(configBody), digest: config.digest },
    layers: input.layers.map(({ digest, size }) => ({ mediaType: types.layer, size, digest })),
  });
  return {
    manifest: { kind: 'manifest', digest: sha256(body), mediaType: types.manifest, body },
    config,
    layers: input.layers.map((layer) => ({ kind: 'layer', ...layer })),
    compressedBytes: input.layers.reduce((sum, layer) => sum + layer.size, Buffer.byteLength(configBody)),
  };
}

function configOf({
  key,
  architecture,
  osVersion,
  firstSeen,
  layers,
  recorded,
}: PlatformImageInput): unknown {
  const created = new Date(firstSeen - MADE_BEFORE_RELEASE).toISOString();
  return {
    architecture,
    os: 'windows',
    ...(osVersion === null ? {} : { 'os.version': osVersion }),
    created,
    config: { Labels: labelsOf(key, recorded) },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }): Digest => sha256(`unpacked ${digest}`)) },
    history: layers.map((_, index) => ({ created, created_by: `Layer ${index + 1} of ${layers.length}` })),
  };
}

/** Marks what is made up, so that nobody takes it for the image that Microsoft published. */
function labelsOf(key: string, recorded: RecordedImage): Readonly<Record<string, string>> {
  return {
    'io.winbake.image': key,
    'io.winbake.synthetic': 'true',
    'io.winbake.evidence': recorded.evidence,
    'io.winbake.layers': recorded.layers,
    ...(recorded.recordedDigest === null ? {} : { 'io.winbake.recorded-digest': recorded.recordedDigest }),
  };
}

/** An image of a list and the platform that its entry states. */
interface ListedImage {
  readonly image: PlatformImage;
  readonly architecture: string;
  readonly osVersion: string | null;
}

/**
 * Writes a manifest list or an OCI index of Windows images; `key` stands in its annotations, so that lists with equal
 * entries that were published apart have different digests.
 * @see https://distribution.github.io/distribution/spec/manifest-v2-2/#manifest-list
 */
function manifestList(mediaType: string, key: string, images: readonly ListedImage[]): ManifestContent {
  const list = {
    schemaVersion: 2,
    mediaType,
    manifests: images.map(({ image: { manifest }, architecture, osVersion }) => ({
      mediaType: manifest.mediaType,
      size: Buffer.byteLength(manifest.body),
      digest: manifest.digest,
      platform: { architecture, os: 'windows', ...(osVersion === null ? {} : { 'os.version': osVersion }) },
    })),
    annotations: { 'io.winbake.image': key, 'io.winbake.synthetic': 'true' },
  };
  const body = JSON.stringify(list);
  return { kind: 'manifest', digest: sha256(body), mediaType, body };
}

/** Writes the images of a history's events: the same ones at every run, and each only once. */
export class ImageStore {
  private readonly keys: ReadonlyMap<HistoryEvent, ImageKeys>;
  /** The event by which an image of that key is written: its first, before all one that names its layers. */
  private readonly samples = new Map<string, HistoryEvent>();
  private readonly firstSeen = new Map<string, number>();
  private readonly images = new Map<string, StoredImage>();
  private readonly platforms = new Map<string, PlatformImage>();
  private readonly records = new Map<string, RecordedImage>();
  private layerPlans: LayerPlans | undefined;

  constructor(private readonly history: History) {
    this.keys = imageKeys(history.events);
    for (const [event, { platform }] of this.keys) {
      const sample = this.samples.get(platform);
      if (sample === undefined || (sample.layers.length === 0 && event.layers.length > 0)) {
        this.samples.set(platform, event);
      }
      if (!this.firstSeen.has(platform)) {
        this.firstSeen.set(platform, event.time);
      }
    }
  }

  /** The image that a tag resolves to from an event of this history on. */
  imageOf(event: HistoryEvent): StoredImage {
    const keys = this.keys.get(event) ?? { platform: '', list: undefined };
    const name = keys.list ?? keys.platform;
    const image = this.images.get(name) ?? this.write(event, keys);
    this.images.set(name, image);
    return image;
  }

  /** What was recorded of the image behind a digest of this registry; undefined where the digest is not its own. */
  recordedDigest(digest: string): RecordedImage | undefined {
    if (!this.records.has(digest)) {
      this.history.events.forEach((event) => this.imageOf(event));
    }
    return this.records.get(digest);
  }

  private write(event: HistoryEvent, keys: ImageKeys): StoredImage {
    const { osVersion, mediaType } = event;
    const platform = this.platform(keys.platform, 'amd64');
    const arm64 = hasArm64(event) ? [this.platform(keys.platform, 'arm64')] : [];
    const platforms = keys.list === undefined ? [platform] : [platform, ...arm64];
    const record = this.records.get(platform.manifest.digest);
    const recorded = {
      recordedDigest: event.digest,
      evidence: event.evidence,
      layers: record?.layers ?? 'declared',
    };
    if (keys.list === undefined) {
      return { resolved: platform.manifest, platform, platforms, osVersion, recorded: record ?? recorded };
    }
    const architectures = ['amd64', 'arm64'];
    const listed = platforms.map((image, index) => ({
      image,
      architecture: architectures[index] ?? '',
      osVersion,
    }));
    const resolved = manifestList(mediaType, keys.list, listed);
    this.records.set(resolved.digest, recorded);
    return { resolved, platform, platforms, osVersion, recorded };
  }

  private platform(key: string, architecture: PlatformImageInput['architecture']): PlatformImage {
    const name = architecture === 'amd64' ? key : `${key}, ${architecture}`;
    const present = this.platforms.get(name);
    const event = this.samples.get(key);
    if (present !== undefined || event === undefined) {
      return present ?? failNoSample(key);
    }
    this.layerPlans ??= new LayerPlans(this.keys);
    const plans = this.layerPlans;
    const plan = architecture === 'amd64' ? plans.planOf(event, key) : plans.oneLayer(event, name);
    const single = isIndexType(event.mediaType) ? null : event.digest;
    const recorded: RecordedImage = {
      recordedDigest: architecture === 'amd64' ? (event.platformDigest ?? single) : null,
      evidence: event.evidence,
      layers: plan.recorded ? 'recorded' : 'declared',
    };
    const image = platformImage({
      key: name,
      architecture,
      osVersion: event.osVersion,
      layers: plan.layers,
      recorded,
      firstSeen: this.firstSeen.get(key) ?? event.time,
      oci: event.mediaType.includes('.oci.'),
    });
    this.platforms.set(name, image);
    this.records.set(image.manifest.digest, recorded);
    return image;
  }
}

/** Windows Server 2025 is the first release with base images for arm64. */
function hasArm64({ repository, osVersion }: HistoryEvent): boolean {
  const kind = kindOf(repository);
  const build = osVersion === null ? undefined : readOsVersion(osVersion)?.build;
  return build === 26100 && (kind === 'servercore' || kind === 'nanoserver');
}

function failNoSample(key: string): never {
  throw new RangeError(`No event of this history has the image ${key}.`);
}

interface Shelved {
  readonly content: Content;
  /** Milliseconds since 1970 from which on the repository has it. */
  readonly from: number;
}

/**
 * What each repository holds at an instant: everything that one of its tags ever pointed to up to then, since images are
 * never deleted, and nothing that was published later.
 */
export class PublishedContent {
  private readonly shelves = new Map<string, ReadonlyMap<string, Shelved>>();

  constructor(
    private readonly history: History,
    readonly images: ImageStore,
  ) {}

  /** The manifest or list that a tag resolves to at an instant. */
  resolve(repository: string, tag: string, instant: Date): ManifestContent | undefined {
    const event = this.history.pointsAt(repository, tag, instant);
    return event && this.images.imageOf(event).resolved;
  }

  /** The content of a digest, if the repository has it at an instant. */
  find(repository: string, digest: string, instant: Date): Content | undefined {
    const shelf = this.shelves.get(repository) ?? this.fill(repository);
    const shelved = shelf.get(digest);
    return shelved !== undefined && shelved.from <= instant.getTime() ? shelved.content : undefined;
  }

  private fill(repository: string): ReadonlyMap<string, Shelved> {
    const shelf = new Map<string, Shelved>();
    for (const event of this.history.eventsOf(repository)) {
      for (const content of this.contentsOf(event)) {
        if (!shelf.has(content.digest)) {
          shelf.set(content.digest, { content, from: event.time });
        }
      }
    }
    this.shelves.set(repository, shelf);
    return shelf;
  }

  private contentsOf(event: HistoryEvent): readonly Content[] {
    const { resolved, platforms } = this.images.imageOf(event);
    return [resolved, ...platforms.flatMap(({ manifest, config, layers }) => [manifest, config, ...layers])];
  }
}

const known = new WeakMap<History, PublishedContent>();

/** The content of a history, written once however many registries replay it. */
export function publishedContentOf(history: History): PublishedContent {
  const content = known.get(history) ?? new PublishedContent(history, new ImageStore(history));
  known.set(history, content);
  return content;
}
