import type { ImageManifest } from '../../contract/documents/evidence';
import { osOf } from '../../contract/values/release';
import type { PublishedManifest } from '../publish/find-publication';

/** A value before and after; null where it is not known or not there. */
export interface Change<T> {
  readonly from: T | null;
  readonly to: T | null;
  readonly isSame: boolean;
}

/** What a publication has of an image. */
interface DiffedImage {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly osVersion: string;
  readonly mode: string;
  readonly bytesOnDisk: number;
}

/** What differs between two publications of a pipeline. */
export interface PublicationDiff {
  readonly publication: Change<string>;
  readonly published: Change<string>;
  readonly mode: Change<string>;
  readonly osVersion: Change<string>;
  /** Null where one of them does not say which updates Windows had. */
  readonly updates: { readonly added: readonly string[]; readonly removed: readonly string[] } | null;
  /** Docker and agents, by name. */
  readonly software: readonly (Change<string> & { readonly name: string })[];
  /** SHA-256 of the scripts that ran on the instance. */
  readonly scripts: Change<string>;
  readonly recipe: Change<string>;
  readonly baseAmi: Change<string>;
  readonly amis: readonly (Change<string> & { readonly region: string })[];
  /** By family, in the order of the later one. */
  readonly images: readonly (Change<DiffedImage> & { readonly family: string })[];
  /** Of all images on disk, in bytes. */
  readonly bytesOnDisk: Change<number>;
}

/** What differs between two publications; the same two, the other way round, give the same with `from` and `to` exchanged. */
export function diffPublications(before: PublishedManifest, after: PublishedManifest): PublicationDiff {
  const [from, to] = [before.publication, after.publication];
  const [one, other] = [before.manifest, after.manifest];
  const [known, now] = [one.host.updates, other.host.updates];
  return {
    publication: change(from.id, to.id),
    published: change(from.at, to.at),
    mode: change<string>(from.mode, to.mode),
    osVersion: change(one.host.osVersion, other.host.osVersion),
    updates:
      known === undefined || now === undefined
        ? null
        : { added: without(now, known), removed: without(known, now) },
    software: byKey(softwareOf(one), softwareOf(other)).map(({ key, ...rest }) => ({ name: key, ...rest })),
    scripts: change(one.scripts.sha256, other.scripts.sha256),
    recipe: change(from.recipeArn, to.recipeArn),
    baseAmi: change(from.baseAmiId, to.baseAmiId),
    amis: byKey(new Map(Object.entries(from.amis)), new Map(Object.entries(to.amis))).map(
      ({ key, ...rest }) => ({ region: key, ...rest }),
    ),
    images: byKey(imagesOf(one), imagesOf(other)).map(({ key, ...rest }) => ({ family: key, ...rest })),
    bytesOnDisk: change(bytesOf(one), bytesOf(other)),
  };
}

function change<T>(from: T | null, to: T | null): Change<T> {
  return { from, to, isSame: JSON.stringify(from) === JSON.stringify(to) };
}

function without(some: readonly string[], others: readonly string[]): readonly string[] {
  return [...new Set(some)].filter((one) => !others.includes(one)).sort();
}

/** What the later one has, in its order, and then what it has no more. */
function byKey<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
): readonly (Change<T> & { readonly key: string })[] {
  const keys = [...after.keys(), ...[...before.keys()].filter((key) => !after.has(key))];
  return keys.map((key) => ({ key, ...change(before.get(key) ?? null, after.get(key) ?? null) }));
}

function softwareOf({ host }: ImageManifest): ReadonlyMap<string, string> {
  return new Map((host.software ?? []).map(({ name, version }) => [name, version]));
}

/** Docker's own id of an image and the time of its pull differ between two bakes of the same. */
function imagesOf({ images }: ImageManifest): ReadonlyMap<string, DiffedImage> {
  return new Map(
    images.map(({ bytesOnDisk, digest, family, mode, osVersion, repository, tag }) => [
      family,
      { repository, tag, digest, osVersion, mode, bytesOnDisk },
    ]),
  );
}

function bytesOf({ images }: ImageManifest): number {
  return images.reduce((sum, { bytesOnDisk }) => sum + bytesOnDisk, 0);
}

/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What a bill of materials is rendered from. */
export interface SbomInput extends PublishedManifest {
  readonly pipeline: string;
  /** The registry whose repositories the manifest names, such as `mcr.microsoft.com`. */
  readonly registry: string;
  /** The SHA-256 of a text in hex. */
  readonly sha256: (text: string) => string;
}

type Component = Readonly<Record<string, Json>> & { readonly 'bom-ref': string };

/**
 * The CycloneDX 1.6 document of a publication: Windows with its updates, the cached images by digest, Docker and agents. It is
 * the same at each call: its serial number comes from its content, its instant from the publication. It says of itself that it
 * is incomplete, since nobody lists what the base AMI and the images hold.
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function renderSbom(input: SbomInput): Readonly<Record<string, Json>> {
  const { manifest, pipeline, publication, sha256 } = input;
  const ami: Component = {
    type: 'platform',
    'bom-ref': 'ami',
    name: `winbake-${pipeline}`,
    version: publication.id,
    description: `The AMI of the publication ${publication.id} of the pipeline ${pipeline}`,
    properties: propertiesOf({
      'winbake:os': publication.os,
      'winbake:mode': publication.mode,
      'winbake:base-ami': publication.baseAmiId,
      ...Object.fromEntries(
        Object.entries(publication.amis).map(([region, id]) => [`winbake:ami:${region}`, id]),
      ),
    }),
  };
  const components = [
    windowsOf(manifest, publication.os),
    ...manifest.images.map((image) => imageOf(image, input.registry)),
    ...(manifest.host.software ?? []).map(softwareComponent),
    scriptsOf(manifest),
  ];
  const content: Readonly<Record<string, Json>> = {
    metadata: {
      timestamp: publication.at,
      lifecycles: [{ phase: 'post-build' }],
      tools: { components: [{ type: 'application', name: 'winbake' }] },
      component: ami,
    },
    components,
    dependencies: [
      { ref: 'ami', dependsOn: components.map((one) => one['bom-ref']) },
      ...components.map((one) => ({ ref: one['bom-ref'] })),
    ],
    compositions: [{ aggregate: 'incomplete', assemblies: ['ami'] }],
  };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(sha256(JSON.stringify(content)))}`,
    version: 1,
    ...content,
  };
}

/** A UUID of version 8, which is the content's own. */
function uuidOf(hash: string): string {
  const variant = (8 + (parseInt(hash.charAt(16), 16) % 4)).toString(16);
  const at = (from: number, to: number) => hash.slice(from, to);
  return `${at(0, 8)}-${at(8, 12)}-8${at(13, 16)}-${variant}${at(17, 20)}-${at(20, 32)}`;
}

function propertiesOf(values: Readonly<Record<string, string>>): Json {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

const MICROSOFT: Json = { name: 'Microsoft Corporation', url: ['https://www.microsoft.com'] };

/** The revision is what CVE records compare by, so that a scanner finds what is open from the CPE alone. */
function windowsOf({ host }: ImageManifest, os: string): Component {
  const { name } = osOf(os).release;
  const { osVersion, updates } = host;
  return {
    type: 'operating-system',
    'bom-ref': 'windows',
    supplier: MICROSOFT,
    name: `Windows Server ${name}${os.endsWith('_CORE') ? ' Server Core' : ''}`,
    version: osVersion,
    cpe: `cpe:2.3:o:microsoft:windows_server_${name}:${osVersion}:*:*:*:*:*:x64:*`,
    ...(updates === undefined || updates.length === 0
      ? {}
      : {
          components: [...new Set(updates)].map((update) => ({
            type: 'application',
            'bom-ref': `windows/${update}`,
            supplier: MICROSOFT,
            name: update,
            ...(/^KB\d+$/.test(update)
              ? {
                  externalReferences: [
                    { type: 'release-notes', url: `https://support.microsoft.com/help/${update.slice(2)}` },
                  ],
                }
              : {}),
          })),
        }),
  };
}

function imageOf(
  { digest, family, mode, osVersion, platformDigest, repository, tag }: ImageManifest['images'][number],
  registry: string,
): Component {
  const pulled = platformDigest ?? digest;
  const name = /^[^/]*[.:][^/]*\//.test(repository) ? repository : `${registry}/${repository}`;
  const last = repository.slice(repository.lastIndexOf('/') + 1);
  return {
    type: 'container',
    'bom-ref': `image/${family}`,
    name,
    version: osVersion,
    // https://github.com/package-url/purl-spec/blob/main/types-doc/oci-definition.md
    purl: `pkg:oci/${encodeURIComponent(last.toLowerCase())}@${encodeURIComponent(pulled)}?repository_url=${encodeURIComponent(name)}&tag=${encodeURIComponent(tag)}`,
    hashes: [{ alg: 'SHA-256', content: pulled.replace('sha256:', '') }],
    properties: propertiesOf({
      'winbake:family': family,
      'winbake:mode': mode,
      'winbake:index-digest': digest,
    }),
  };
}

function softwareComponent({
  name,
  version,
}: {
  readonly name: string;
  readonly version: string;
}): Component {
  return { type: 'application', 'bom-ref': `software/${name}`, name, version };
}

function scriptsOf({ scripts }: ImageManifest): Component {
  return {
    type: 'application',
    'bom-ref': 'software/winbake-instance-scripts',
    name: 'winbake-instance-scripts',
    hashes: [{ alg: 'SHA-256', content: scripts.sha256 }],
  };
}
