import type { Catalog, SetImage } from '../../lib/contract/documents/catalog';
import type { ImageManifest, Verification } from '../../lib/contract/documents/evidence';
import type { Order } from '../../lib/contract/documents/order';
import type { Mode } from '../../lib/contract/values/mode';
import type { ReleaseName } from '../../lib/contract/values/release';
import type { EvidenceInput } from '../../lib/core/publish/check-evidence';
import { digestOf } from '../../sim/registry/memory-registry';

/** When the order of such a bake was made, and when its build began and ended by Image Builder's clock. */
export const ORDERED_AT = '2025-10-15T06:00:00.000Z';
export const BUILD_STARTED_AT = '2025-10-15T06:01:00.000Z';
export const BUILD_ENDED_AT = '2025-10-15T07:30:00.000Z';

/** A bake as an order, a catalog and Windows Update make it. */
export interface RightBake {
  readonly release: ReleaseName;
  readonly hostVersion: string;
  /** Newest first. */
  readonly sets: Catalog['sets'];
  /** The id of the order's set. */
  readonly ordered: string;
  readonly targetRevision: number;
  /** The id of the set that the instance took, and the mode of each image. */
  readonly taken: string;
  readonly modes: Readonly<Record<string, Mode>>;
  /** Scripts of an earlier deployment do not name the set. */
  readonly namesSet?: boolean;
}

/** An image of a set. */
export function setImage(family: string, osVersion: string, late = false): SetImage {
  const [name = ''] = family.split('@');
  return {
    family,
    repository: `windows/${name}`,
    tag: `ltsc-${family.replace('@', '-')}`,
    aliases: [osVersion, `${osVersion}-amd64`],
    digest: digestOf(`${family} ${osVersion}`),
    platformDigest: digestOf(`${family} ${osVersion} platform`),
    osVersion,
    late,
  };
}

/** An accepted set. */
export function imageSet(
  id: string,
  at: string,
  target: string,
  images: readonly SetImage[],
): Catalog['sets'][number] {
  return { id, at, target, images: [...images], findings: [] };
}

/** What the instances of a bake write that went well, with all else that it is judged by. */
export function rightEvidence(bake: RightBake): EvidenceInput {
  const { hostVersion, modes, namesSet = true, ordered, release, sets, targetRevision, taken } = bake;
  const set = sets.find(({ id }) => id === taken)!;
  const host = { osVersion: hostVersion };
  const os = `SERVER_${release}_CORE`;
  const orderId = `${ordered}-20251015T060000Z`;
  const order: Order = {
    schema: 'winbake.order/1',
    id: orderId,
    release,
    trigger: 'patchTuesday',
    set: ordered,
    targetRevision,
    baseAmiId: 'ami-0123456789abcdef0',
    scriptsSha256: 'c'.repeat(64),
    recipeArn: 'arn:aws:imagebuilder:eu-central-1:123456789012:image-recipe/winbake/1.0.3',
    attempt: 1,
  };
  const manifest: ImageManifest = {
    schema: 'winbake.image-manifest/1',
    order: orderId,
    ...(namesSet ? { set: taken } : {}),
    os,
    host,
    images: set.images.map(({ aliases, digest, family, osVersion, repository, tag }) => ({
      ...{ family, repository, tag, aliases, digest, osVersion },
      imageId: digestOf(`${digest} on disk`),
      mode: modes[family]!,
      bytesOnDisk: 5_740_000_000,
      pullSeconds: 212.4,
    })),
    scripts: { sha256: order.scriptsSha256 },
    catalog: { sha256: 'b'.repeat(64) },
    pulledBytes: 2_180_000_000,
    freeBytesLowest: 48_318_382_080,
    startedAt: '2025-10-15T06:20:00.000Z',
    finishedAt: '2025-10-15T06:41:10.250Z',
  };
  const verification: Verification = {
    schema: 'winbake.verification/1',
    order: orderId,
    host,
    images: set.images.map(({ digest, family }) => ({
      ...{ family, present: true, digest, firstStartSeconds: 6.1, secondStartSeconds: 1.9 },
    })),
    checks: [
      { name: 'ecs agent', ok: true, detail: 'service AmazonECS is Stopped, 0 files' },
      { name: 'host', ok: true, detail: `is ${hostVersion}, baked as ${hostVersion}` },
      { name: 'docker', ok: true, detail: 'the engine 25.0.6 answers' },
      ...set.images.flatMap(({ digest, family }) => [
        { name: `image ${family}`, ok: true, detail: `${digest} under 3 names` },
        { name: `container ${family}`, ok: true, detail: `Microsoft Windows [Version ${hostVersion}]` },
      ]),
      { name: 'network nat', ok: true, detail: 'a container got 172.20.1.5 with the gateway 172.20.0.1' },
    ],
  };
  return {
    orderId,
    order,
    os,
    catalog: { sets: [...sets], accepted: [] },
    build: { startedAt: new Date(BUILD_STARTED_AT), endedAt: new Date(BUILD_ENDED_AT) },
    manifest,
    verification,
    latest: undefined,
    isRecorded: false,
    now: new Date('2025-10-15T07:31:00Z'),
  };
}

const BEFORE = '2025-09-10T06:00:00.000Z';
const AT_ORDER = ORDERED_AT;
const AFTER = '2025-10-15T06:10:00.000Z';

/** A bake of each kind that Winbake makes. */
export const RIGHT_BAKES: Readonly<Record<string, RightBake>> = {
  'a set at the revision of the host': {
    release: '2022',
    hostVersion: '10.0.20348.4294',
    sets: [
      imageSet('20348.4294-1', AT_ORDER, '10.0.20348.4294', [
        setImage('servercore', '10.0.20348.4294'),
        setImage('iis', '10.0.20348.4294'),
      ]),
      imageSet('20348.4171-1', BEFORE, '10.0.20348.4171', [
        setImage('servercore', '10.0.20348.4171'),
        setImage('iis', '10.0.20348.4171'),
      ]),
    ],
    ordered: '20348.4294-1',
    targetRevision: 4294,
    taken: '20348.4294-1',
    modes: { servercore: 'exact', iis: 'exact' },
  },
  'a newer set than the ordered one, on a host above both, with a late image': {
    release: '2022',
    hostVersion: '10.0.20348.4300',
    sets: [
      imageSet('20348.4298-1', AFTER, '10.0.20348.4298', [
        setImage('servercore', '10.0.20348.4298'),
        setImage('iis', '10.0.20348.4294', true),
      ]),
      imageSet('20348.4294-1', AT_ORDER, '10.0.20348.4294', [
        setImage('servercore', '10.0.20348.4294'),
        setImage('iis', '10.0.20348.4294'),
      ]),
    ],
    ordered: '20348.4294-1',
    targetRevision: 4294,
    taken: '20348.4298-1',
    modes: { servercore: 'nearestLower', iis: 'previousRevision' },
  },
  'a set that the host cannot run passed over': {
    release: '2022',
    hostVersion: '10.0.20348.4171',
    sets: [
      imageSet('20348.4294-1', BEFORE, '10.0.20348.4294', [setImage('servercore', '10.0.20348.4294')]),
      imageSet('20348.4171-1', BEFORE, '10.0.20348.4171', [setImage('servercore', '10.0.20348.4171')]),
    ],
    ordered: '20348.4171-1',
    targetRevision: 4171,
    taken: '20348.4171-1',
    modes: { servercore: 'exact' },
  },
  'extras of every kind': {
    release: '2025',
    hostVersion: '10.0.26100.6899',
    sets: [
      imageSet('26100.6899-1', AT_ORDER, '10.0.26100.6899', [
        setImage('servercore', '10.0.26100.6899'),
        setImage('servercore@previous', '10.0.26100.6584'),
        setImage('servercore@2022', '10.0.20348.4294'),
        setImage('tools@extra', '10.0.26100.6584', true),
      ]),
    ],
    ordered: '26100.6899-1',
    targetRevision: 6899,
    taken: '26100.6899-1',
    modes: {
      servercore: 'exact',
      'servercore@previous': 'nearestLower',
      'servercore@2022': 'nearestLower',
      'tools@extra': 'previousRevision',
    },
  },
  'the equal revision that 2016 needs': {
    release: '2016',
    hostVersion: '10.0.14393.8519',
    sets: [imageSet('14393.8519-1', AT_ORDER, '10.0.14393.8519', [setImage('iis', '10.0.14393.8519')])],
    ordered: '14393.8519-1',
    targetRevision: 8519,
    taken: '14393.8519-1',
    modes: { iis: 'exact' },
  },
  'scripts that do not name the set': {
    release: '2019',
    hostVersion: '10.0.17763.7919',
    sets: [
      imageSet('17763.7919-1', AT_ORDER, '10.0.17763.7919', [
        setImage('servercore', '10.0.17763.7919'),
        setImage('nanoserver', '10.0.17763.7900', true),
      ]),
    ],
    ordered: '17763.7919-1',
    targetRevision: 7919,
    taken: '17763.7919-1',
    modes: { servercore: 'exact', nanoserver: 'previousRevision' },
    namesSet: false,
  },
};
