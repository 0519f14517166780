import { fleetStatusCommand } from '../../../bin/fleet/fleet';
import type { FleetAccess } from '../../../bin/fleet/fleet-access';
import { pulledImages, type PulledImagesPorts } from '../../../bin/fleet/fleet-access';
import type { PulledImage } from '../../../bin/fleet/pulled-table';
import type { FleetState } from '../../../lib/contract/documents/fleet-state';
import { fleetStatus } from '../../../lib/core/fleet/fleet-status';
import { contractFixture } from '../../support/contract-fixture';
import { memoryRegistry } from '../../../sim/registry/memory-registry';
import { platformDigestOf, storeRegistry } from '../../../sim/registry/memory-registry';

const APP = { osVersion: '10.0.20348.4171', versionInEntry: true, layers: [5000, 300, 70, 9] } as const;
const SHAPE = { web: { '7': { flavour: 'docker', list: false, images: [APP] } } } as const;
const DIGEST = platformDigestOf('docker', APP);
const { body = '{}' } = storeRegistry(SHAPE).get('web')?.manifests.get(DIGEST) ?? {};
const [SHARED = '', NEW = '', OLD = ''] = (JSON.parse(body) as { layers: { digest: string }[] }).layers.map(
  ({ digest }) => digest,
);
const [SHOP, JOBS, OTHER] = ['shop.azurecr.io/web:7', 'shop.azurecr.io/jobs:1', 'shop.azurecr.io/web:8'];

/** Hosts of two publications; a base image has had the first three layers of the app. */
function ports(more: Partial<PulledImagesPorts> = {}) {
  const registry = memoryRegistry(SHAPE);
  const caches: Readonly<Record<string, readonly string[]>> = {
    '20348.4171-1': [SHARED, NEW, OLD],
    '20348.4294-1': [SHARED],
  };
  const asked: string[] = [];
  return {
    asked,
    registry,
    hostOf: (id: string) => {
      asked.push(id);
      return Promise.resolve({
        channel: 'current' as const,
        osVersion: { build: 20348, revision: 4294 },
        images: [],
        layers: caches[id] === undefined ? null : new Set(caches[id]),
        unknown: caches[id] === undefined ? `Nobody knows ${id}.` : null,
      });
    },
    known: () => undefined,
    baseLayers: new Set([SHARED, NEW, OLD]),
    registries: { of: () => registry, close: () => Promise.resolve() },
    ...more,
  };
}

const on = (instanceId: string, image = SHOP, digest: string | null = DIGEST) => ({
  ...{ instanceId, image, digest },
  task: `arn:task/${instanceId}`,
});
const PUBLICATIONS: Readonly<Record<string, string>> = {
  'i-1': '20348.4171-1',
  'i-2': '20348.4294-1',
  'i-3': '20348.4294-1',
  'i-5': '20348.4405-1',
};
const publicationOf = (id: string) => PUBLICATIONS[id] ?? null;

test('what is pulled is what the AMI of each host has not, and of base layers what images of Microsoft have had', async () => {
  const world = ports();
  const found = await pulledImages(
    [on('i-1'), on('i-2'), on('i-3'), on('i-3'), on('i-2', OTHER)],
    publicationOf,
    world,
  );
  expect(found).toEqual([
    expect.objectContaining({ publication: '20348.4171-1', containers: 1, pulledBytes: 9, baseBytes: 0 }),
    expect.objectContaining({ publication: '20348.4294-1', containers: 3, pulledBytes: 379, baseBytes: 370 }),
    expect.objectContaining({ image: OTHER, containers: 1, pulledBytes: 379, baseBytes: 370 }),
  ]);
  expect(found[0]).toMatchObject({ image: SHOP, digest: DIGEST, code: null, message: null });
  expect(world.asked).toEqual(['20348.4171-1', '20348.4294-1']);
});

test('what runs is read by its digest, since its tag may have moved', async () => {
  const [moved] = await pulledImages([on('i-2', 'shop.azurecr.io/web:gone')], publicationOf, ports());
  expect(moved).toMatchObject({ pulledBytes: 379, code: null });
  const [byTag] = await pulledImages([on('i-2', SHOP, null)], publicationOf, ports());
  expect(byTag).toMatchObject({ pulledBytes: 379, code: null });
});

test('what a catalog without layers cannot say of base layers is not said', async () => {
  const [found] = await pulledImages([on('i-2')], publicationOf, ports({ baseLayers: new Set() }));
  expect(found).toMatchObject({ pulledBytes: 379, baseBytes: null, code: null });
});

test.each([
  ['an AMI that nobody knows', on('i-4'), 'HOST_UNKNOWN', 'no publication the fleet knows'],
  ['a publication without a manifest', on('i-5'), 'HOST_UNKNOWN', 'Nobody knows 20348.4405-1.'],
  ['an image that is gone', on('i-2', JOBS, null), 'NOT_FOUND', 'jobs:1 does not exist'],
  ['a name that is none', on('i-2', 'Shop', null), 'USAGE', "got: 'Shop'"],
])('%s is a sentence, and hides no other image', async (_what, one, code, sentence) => {
  const found = await pulledImages([one, on('i-1')], publicationOf, ports());
  expect(found[0]).toMatchObject({ code, pulledBytes: null, baseBytes: null });
  expect(found[0]!.message).toContain(sentence);
  expect(found[1]).toMatchObject({ code: null, pulledBytes: 9 });
});

describe('fleet status --layers', () => {
  const STATE = contractFixture('fleet-state') as FleetState;
  const PULLED: readonly PulledImage[] = [
    {
      ...{ publication: '20348.4294-1', image: SHOP, digest: DIGEST, containers: 3 },
      ...{ pulledBytes: 1_400_000_000, baseBytes: 1_200_000_000, code: null, message: null },
    },
    {
      ...{ publication: null, image: JOBS, digest: null, containers: 1 },
      ...{ pulledBytes: null, baseBytes: null, code: 'HOST_UNKNOWN', message: 'Why not.' },
    },
  ];
  async function status(...args: readonly string[]) {
    let stdout = '';
    let reads = 0;
    const now = new Date('2025-10-15T05:00:00Z');
    const access: Partial<FleetAccess> = {
      caller: { account: '111122223333' } as FleetAccess['caller'],
      region: 'eu-west-1',
      list: () => Promise.resolve(['shop']),
      status: () =>
        Promise.resolve(
          fleetStatus({
            ...{ state: STATE, overrides: undefined, current: undefined, instances: [], starts: [], now },
            patchWithinSeconds: undefined,
          }),
        ),
      pulled: () => {
        reads += 1;
        return Promise.resolve(PULLED);
      },
    };
    const terminal = { out: (text: string) => void (stdout += text), err: () => undefined };
    const tools = {
      open: () => Promise.resolve(access as FleetAccess),
      ask: () => Promise.resolve(false),
      now: () => now,
    };
    await fleetStatusCommand(terminal, () => undefined, tools).parseAsync(args, { from: 'user' });
    return { stdout, reads };
  }

  test('prints them below the rest, and in the document', async () => {
    const { stdout } = await status('shop', '--layers');
    expect(stdout).toMatch(/^20348\.4294-1 +shop\.azurecr\.io\/web:7 +3 +1\.4 GB +1\.2 GB$/m);
    expect(stdout).toMatch(/^unknown +shop\.azurecr\.io\/jobs:1 +1 +unknown +unknown$/m);
    expect(stdout).toMatch(/^Why not\.$/m);
    const { stdout: json } = await status('shop', '--layers', '--json');
    expect(JSON.parse(json)).toMatchObject({ schema: 'winbake.fleet-status/1', pulled: PULLED });
  });

  test('reads no registry unless it is asked for, and of one fleet alone', async () => {
    const plain = await status('shop', '--json');
    expect(plain.reads).toBe(0);
    expect(JSON.parse(plain.stdout)).not.toHaveProperty('pulled');
    await expect(status('--all', '--layers')).rejects.toThrow('goes with the name of a fleet');
  });
});
