import { Option } from 'commander';
import { UsageError } from '../../lib/contract/values/errors';
import { DEFAULT_GATE_POLICY, type GatePolicy } from '../../lib/contract/values/gate-policy';
import { type OsVersion, readOsVersion } from '../../lib/contract/values/os-version';
import { parseRelease, type Release } from '../../lib/contract/values/release';
import { type CachedImage, COVERED_HOSTS, type HostCache } from '../../lib/core/coverage/coverage';
import { type LayeredImage, layersOfImages } from '../../lib/core/coverage/layered-image';
import { defaultFamilies, familyOf } from '../../lib/core/images/family';
import {
  type CachedBeside,
  checkLines,
  defaultPreviousRevisions,
  parseImageExtras,
} from '../../lib/core/images/image-extra';
import { resolveImages } from '../../lib/core/images/resolve-images';
import type { ImageReference } from '../../lib/core/oci/image-reference';
import { type Registry, RegistryError } from '../../lib/core/oci/registry';
import { type Registries, withOwnRegistries } from '../../lib/registry/registries';
import { parseRegistryUrl } from '../../lib/registry/registry-url';
import { recordedRegistry } from '../../sim/registry/embedded-registry';
import { parseAsOf } from '../../sim/registry/history/history';
import { readHistory } from '../../sim/registry/history/read-history';
import { parseSeconds } from '../shared/option-values';
import { placeOptions, type PlaceOptions } from '../shared/pipeline-place';
import { MICROSOFT, openRegistries } from '../shared/registries';
import { gateUpTo } from './explain';
import { extraOption, lineOption, previousRevisionsOption, refuseOwnImages } from './policy-options';

/** What a command line says of the hosts that have images cached. */
export interface HostOptions extends PlaceOptions {
  readonly pipeline?: string;
  readonly release?: string;
  readonly asOf?: string;
  readonly registry?: string;
  readonly extra?: readonly string[];
  readonly previousRevisions?: number;
  readonly line?: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly timeout: number;
}

/** The options that say which hosts are meant, each made anew for its command. */
export function hostOptions(): readonly Option[] {
  return [
    new Option('--pipeline <name>', 'pipeline of an account, whose hosts are meant'),
    new Option('--release <release>', 'Windows Server release, without an account: 2016, 2019, 2022 or 2025'),
    new Option(
      '--as-of <instant>',
      'with --release: what a pipeline had baked at a moment of recorded history (default: what a bake would take now)',
    ),
    new Option('--registry <url>', `where the images of ${MICROSOFT} are read, such as a mirror`),
    previousRevisionsOption(),
    extraOption(),
    lineOption(),
    ...placeOptions(),
    new Option('--timeout <seconds>', 'time limit for all requests to registries')
      .argParser(parseSeconds)
      .default(30),
  ];
}

/** Hosts with what they have cached, and the registries that other images are read from. */
export interface CoveredHosts {
  readonly hosts: readonly HostCache[];
  readonly registries: Registries;
  /** What is on record of an image, so that no registry is asked. */
  readonly known: (reference: ImageReference) => LayeredImage | undefined;
  /** The bytes of a layer of a record; left out, those of its manifest count. */
  readonly bytesOf?: (layer: string) => number | undefined;
}

/** Works with the hosts that a command line means; the registries are closed afterwards. Throws a `UsageError` where it means none, or two. */
export async function withCoveredHosts<T>(
  options: HostOptions,
  work: (covered: CoveredHosts) => Promise<T>,
): Promise<T> {
  const { asOf, extra, line, pipeline, previousRevisions, registry, release, timeout } = options;
  if ((pipeline === undefined) === (release === undefined)) {
    throw new UsageError(
      'Say which hosts are meant: --pipeline NAME of an account, or --release such as 2022.',
    );
  }
  if (pipeline !== undefined && (asOf ?? extra ?? line ?? previousRevisions) !== undefined) {
    throw new UsageError(
      '--as-of, --extra, --line and --previous-revisions go with --release; a pipeline has its own moment, images and lines.',
    );
  }
  if (registry !== undefined) {
    parseRegistryUrl(registry);
  }
  if (release !== undefined && asOf !== undefined) {
    const named = parseRelease(release);
    refuseOwnImages(extra);
    return withRecordedHosts(
      { ...options, asOf, release: named, policy: policyOfHosts(options, named) },
      work,
    );
  }
  const registries = openRegistries({ microsoft: registry, deadlineSeconds: timeout });
  try {
    if (pipeline !== undefined) {
      const { readPipelineHosts } = await import('../pipeline/images');
      const base = withOwnRegistries(registries.of({ registry: MICROSOFT }), registries);
      return await work({ registries, ...(await readPipelineHosts(options, pipeline, base)) });
    }
    const named = parseRelease(release ?? '');
    const hosts = await hostsBakedNow(registries, named, policyOfHosts(options, named));
    return await work({ registries, hosts, known: () => undefined });
  } finally {
    await registries.close();
  }
}

/** Which lines of the families hosts have cached, and what beside them. */
type HostPolicy = CachedBeside & Pick<GatePolicy, 'lines'>;

function policyOfHosts(
  { extra = [], line = {}, previousRevisions }: HostOptions,
  release: Release,
): HostPolicy {
  return {
    extras: extra,
    lines: line,
    previousRevisions: previousRevisions ?? defaultPreviousRevisions(release),
  };
}

interface RecordedHosts extends Pick<HostOptions, 'registry' | 'timeout'> {
  readonly asOf: string;
  readonly policy: HostPolicy;
  readonly release: Release;
}

/** Hosts of a pipeline that promotes at once, at a moment of recorded history. */
async function withRecordedHosts<T>(
  { asOf, policy, registry, release, timeout }: RecordedHosts,
  work: (covered: CoveredHosts) => Promise<T>,
): Promise<T> {
  const at = parseAsOf(asOf, readHistory());
  const { before, catalog, held, history, hostAt } = gateUpTo({
    release,
    asOf: at,
    history: undefined,
    hosts: undefined,
    hostRevision: undefined,
    policy: { ...DEFAULT_GATE_POLICY, ...policy },
    accepted: [],
  });
  const recorded = recordedRegistry(history, at);
  const baked =
    before === undefined
      ? undefined
      : { images: before.set.images, osVersion: { build: release.build, revision: before.hostRevision } };
  const next = held?.set ?? catalog.sets[0];
  const updated = hostAt(at);
  const target = next === undefined ? undefined : readOsVersion(next.target);
  const revision = Math.max(updated ?? 0, target?.revision ?? 0);
  const coming =
    next === undefined ? undefined : { images: next.images, osVersion: { build: release.build, revision } };
  const hosts = await Promise.all(
    COVERED_HOSTS.map((channel) =>
      hostCache(channel, channel === 'next' ? coming : baked, recorded, `Nothing was baked before ${asOf}.`),
    ),
  );
  const registries = openRegistries({ microsoft: registry ?? recorded, deadlineSeconds: timeout });
  try {
    const bytesOf = registry === undefined ? { bytesOf: (layer: string) => recorded.bytesOf(layer) } : {};
    return await work({ hosts, registries, known: () => undefined, ...bytesOf });
  } finally {
    await registries.close();
  }
}

/** A registry has no history: the hosts of both channels are taken to be those of a bake of now. */
async function hostsBakedNow(
  registries: Registries,
  release: Release,
  policy: HostPolicy,
): Promise<readonly HostCache[]> {
  const names = defaultFamilies(release);
  const { lines } = policy;
  const families = names.map((name) => familyOf(name, release, lines[name]));
  const context = { release, families: names, lines };
  const extras = parseImageExtras(policy, context);
  checkLines(extras, context);
  const registry = withOwnRegistries(registries.of({ registry: MICROSOFT }), registries);
  const { findings, images, revision } = await resolveImages(registry, release, families, undefined, extras);
  const unread = findings.find(({ code, severity }) => severity === 'stop' && code.startsWith('REGISTRY_'));
  if (unread !== undefined) {
    throw new RegistryError('REGISTRY_UNREACHABLE', unread.message);
  }
  const now = revision === null ? undefined : { images, osVersion: { build: release.build, revision } };
  const none = `The registry shows no base image of Windows Server ${release.name}.`;
  const host = await hostCache('current', now, registry, none);
  return COVERED_HOSTS.map((channel) => ({ ...host, channel }));
}

interface Cached {
  readonly images: readonly CachedImage[];
  readonly osVersion: OsVersion;
}

/** A host that has cached images, whose layers a registry knows; `none` says why there is none. */
async function hostCache(
  channel: HostCache['channel'],
  cached: Cached | undefined,
  registry: Registry,
  none: string,
): Promise<HostCache> {
  if (cached === undefined) {
    return { channel, osVersion: null, images: [], layers: null, unknown: none };
  }
  const { images, osVersion } = cached;
  const layers = await layersOfImages(images, { registry, host: osVersion });
  return { channel, osVersion, images, layers, unknown: null };
}
