import { join } from 'node:path';
import type { SetImage } from '../../../lib/contract/documents/catalog';
import { readDay } from '../../../lib/contract/values/instant';
import { percentile } from '../../../lib/contract/values/percentile';
import type { ImageFamily } from '../../../lib/core/images/family';
import { previousRevisionOf } from '../../../lib/core/images/image-extra';
import { packageRoot } from '../../package-root';
import type { History } from '../../registry/history/history';
import { readText } from '../../registry/history/read-history';
import { publishedContentOf } from '../../registry/images/image-store';
import type { PlatformImage } from '../../registry/images/stored-content';
import type { CachedFigures, MissingFigures, Spread } from './backtest-report';
import type { RecordedPolls } from './recorded-observations';

/** A bake with more previous revisions than it may have cached. */
export interface CachedBake {
  readonly at: Date;
  readonly images: readonly SetImage[];
}

/** When an app's image was built, and until when that is known. */
interface AppBuilds {
  readonly image: string;
  readonly until: Date;
  readonly days: readonly Date[];
}

/** Bytes on disk for each compressed byte, as `Get-PullByte` of the bake has it. */
const UNPACKED = 2.6;

/**
 * USD for a GiB of a snapshot, a month, in us-east-1.
 * @see https://github.com/mattrobinsonsre/terrapod/issues/981
 */
const SNAPSHOT_USD = 0.05;
const GIB = 1024 ** 3;

/**
 * Compressed bytes a second that one host unpacked, 2 GB in 140 s: the only published figure.
 * @see https://github.com/microsoft/Windows-Containers/issues/607
 */
const EXTRACTED_PER_SECOND = 2e9 / 140;

const DAY = 24 * 3_600_000;
const HEADER = 'image,until,days';
const APPS = join('assets', 'history', 'app-builds.csv');

function readAppBuilds(): readonly AppBuilds[] {
  const [header, ...lines] = readText(join(packageRoot(), APPS)).trim().split('\n');
  if (header !== HEADER) {
    throw new RangeError(`${APPS} must begin with ${HEADER}; got: '${header ?? ''}'.`);
  }
  return lines.map((line) => {
    const [image = '', until = '', days = ''] = line.split(',');
    return { image, until: noonOf(until), days: days.split(' ').map(noonOf) };
  });
}

function noonOf(day: string): Date {
  const date = readDay(day);
  if (date === undefined) {
    throw new RangeError(`${APPS} must hold days such as 2025-10-14; got: '${day}'.`);
  }
  return new Date(`${day}T12:00:00Z`);
}

/** Layers by digest, as the record has them or its registry declares them. */
type Layers = ReadonlyMap<string, number>;

/** What the images of bakes take, and what apps would still pull on their hosts, by the number of previous revisions. */
export class CachedImages {
  private readonly layersOfImage = new Map<string, Layers>();

  constructor(
    private readonly history: History,
    private readonly polls: RecordedPolls,
    private readonly bakes: readonly CachedBake[],
  ) {}

  figures(previousRevisions: number, to: Date): CachedFigures {
    const hosts = this.bakes.map(({ at: from, images }): Host => {
      const cached = images.filter(({ family }) => revisionsBefore(family) <= previousRevisions);
      return { at: from, cached, layers: this.layersOf(cached, from) };
    });
    const bytes = hosts.map(({ layers }) => sum(layers.values()));
    return {
      previousRevisions,
      compressedBytes: spread(bytes),
      diskBytes: spread(bytes.map((one) => Math.round(one * UNPACKED))),
      snapshotUsd: spread(
        bytes.map((one) => Math.round(((one * UNPACKED) / GIB) * SNAPSHOT_USD * 100) / 100),
      ),
      extractionMinutes: spread(bytes.map((one) => Math.round(one / EXTRACTED_PER_SECOND / 6) / 10)),
      missing: this.missing(hosts, to),
    };
  }

  private layersOf(images: readonly SetImage[], instant: Date): Layers {
    return new Map(images.flatMap((image) => [...this.layersOfSetImage(image, instant)]));
  }

  /** Of the registry that the record makes, which knows what it was asked for before. */
  private layersOfSetImage({ repository, platformDigest }: SetImage, instant: Date): Layers {
    const known = this.layersOfImage.get(platformDigest);
    if (known !== undefined) {
      return known;
    }
    const content = publishedContentOf(this.history).find(repository, platformDigest, instant);
    const body = content?.kind === 'manifest' ? content.body : '{"layers":[]}';
    const { layers } = JSON.parse(body) as { readonly layers: readonly { digest: string; size: number }[] };
    const found = new Map(layers.map(({ digest, size }) => [digest, size] as const));
    this.layersOfImage.set(platformDigest, found);
    return found;
  }

  /** Day by day, from the first bake on: the newest build of each app against what a fresh host has. */
  private missing(hosts: readonly Host[], to: Date): readonly MissingFigures[] {
    const seen = readAppBuilds().flatMap((builds) => this.daysOf(builds, hosts, to));
    return [...Map.groupBy(seen, ({ family }) => family)].map(([family, days]) => {
      const bytes = days.flatMap((day) => day.bytes ?? []);
      const percent = (some: (day: AppDay) => boolean) =>
        Math.round((days.filter(some).length / days.length) * 1000) / 10;
      return {
        family,
        days: days.length,
        missedPercent: percent(({ cached }) => cached !== 'image'),
        otherPushPercent: percent(({ cached }) => cached === 'version'),
        bytes:
          bytes.length === 0
            ? null
            : {
                days: bytes.length,
                p50: percentile(bytes, 50),
                p90: percentile(bytes, 90),
                p99: percentile(bytes, 99),
              },
      };
    });
  }

  private daysOf({ days, until }: AppBuilds, hosts: readonly Host[], to: Date): readonly AppDay[] {
    const found: AppDay[] = [];
    const end = Math.min(until.getTime(), to.getTime());
    const [first] = hosts;
    for (let time = noonAfter(first?.at ?? to); time <= end; time += DAY) {
      const built = days.findLast((day) => day.getTime() <= time);
      const host = hosts.findLast((one) => one.at.getTime() <= time);
      if (built !== undefined && host !== undefined) {
        found.push(...this.polls.familiesAt(built).flatMap((family) => this.appDay(family, built, host)));
      }
    }
    return found;
  }

  private appDay(family: ImageFamily, built: Date, { cached, layers }: Host): readonly AppDay[] {
    const event = this.polls.eventOf(family, built);
    if (event === undefined) {
      return [];
    }
    const { platform } = publishedContentOf(this.history).images.imageOf(event);
    const ofFamily = cached.filter(({ repository }) => repository === family.repository);
    const isImage = ofFamily.some(({ platformDigest }) => platformDigest === platform.manifest.digest);
    const isVersion = ofFamily.some(({ osVersion }) => osVersion === event.osVersion);
    // What the registry of the record declares is no measure of what is pulled.
    const isMeasured = event.layers.length > 0 && event.layers.every(({ size }) => size !== null);
    return [
      {
        family: family.name,
        cached: isImage ? 'image' : isVersion ? 'version' : 'nothing',
        bytes: isMeasured ? bytesBeyond(platform, layers) : undefined,
      },
    ];
  }
}

/** What a fresh host has, from a bake on. */
interface Host {
  readonly at: Date;
  readonly cached: readonly SetImage[];
  readonly layers: Layers;
}

/** What an app on a family finds on a day: its very image, another push of its version, or neither; and what it would pull. */
interface AppDay {
  readonly family: string;
  readonly cached: 'image' | 'version' | 'nothing';
  readonly bytes: number | undefined;
}

function bytesBeyond({ layers }: PlatformImage, cached: Layers): number {
  return sum(layers.filter(({ digest }) => !cached.has(digest)).map(({ size }) => size));
}

function revisionsBefore(family: string): number {
  return previousRevisionOf(family)?.revisionsBefore ?? 0;
}

function noonAfter(instant: Date): number {
  const noon = Date.parse(`${instant.toISOString().slice(0, 10)}T12:00:00Z`);
  return noon < instant.getTime() ? noon + DAY : noon;
}

function sum(values: Iterable<number>): number {
  return [...values].reduce((total, one) => total + one, 0);
}

function spread(values: readonly number[]): Spread {
  return { median: percentile(values, 50), most: percentile(values, 100) };
}
