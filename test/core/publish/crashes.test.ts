import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { propertyRuns } from '../../support/property-runs';
import type { ImageManifest } from '../../../lib/contract/documents/evidence';
import type { Order } from '../../../lib/contract/documents/order';
import {
  type PipelineDescription,
  type PublicationTarget,
  targetsOf,
} from '../../../lib/contract/documents/pipeline-description';
import type { ParameterStore } from '../../../lib/core/ports/stores';
import { applyPlan } from '../../../lib/core/publish/channel-plan';
import { planHold, planPromotionOf, planRollbackOf } from '../../../lib/core/publish/operate-channels';
import { publishBake, type PublishPorts } from '../../../lib/core/publish/publish-bake';
import { memoryDocuments, memoryParameters } from '../../support/memory-ports';
import { Mortal } from '../../support/mortal-ports';
import { channelsAt, DESCRIPTION, PATH, publicationAt } from '../../support/pipeline-description';

/** An account whose role cannot be assumed yet. */
const CLOSED = '333333333333';
const EVERYWHERE: PipelineDescription = {
  ...DESCRIPTION,
  accounts: ['210987654321', CLOSED],
  regions: ['us-east-1'],
};
const IMAGE = 'arn:aws:imagebuilder:eu-central-1:123456789012:image/winbake-2022-core/1.0.3/1';
const AMIS = { 'eu-central-1': 'ami-0fedcba9876543210', 'us-east-1': 'ami-0fedcba9876543211' };
const OLDER = publicationAt(4171, '2025-09-10T00:00:00.000Z');
const OLDEST = publicationAt(4052, '2025-08-13T00:00:00.000Z');
const OPERATOR_NOTE = { by: 'ops', reason: 'services fail' };

function fixture(name: string): unknown {
  const file = join(__dirname, '..', '..', 'fixtures', 'contracts', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as unknown;
}

const order = fixture('order') as Order;
const manifest = fixture('image-manifest') as ImageManifest;

/** An account with two publications behind it and a third bake that has ended, and all that can be changed in it. */
function world() {
  const documents = memoryDocuments({
    [`bakes/${order.id}.json`]: order,
    'catalog/2022.json': fixture('catalog'),
    'manifests/AROAEXAMPLE:i-build.json': manifest,
    'verifications/AROAEXAMPLE:i-test.json': fixture('verification'),
    ...Object.fromEntries(
      [OLDER, OLDEST].map((one) => [
        `publications/${one.id}.json`,
        {
          ...(fixture('publication') as object),
          id: one.id,
          amis: { 'eu-central-1': one.amiId, 'us-east-1': one.amiId },
          manifest: null,
          imageBuildVersionArn: `${IMAGE}0`,
        },
      ]),
    ),
  });
  const seeded = channelsAt({ latest: OLDER, current: OLDER, previous: OLDEST });
  const stores = new Map(
    targetsOf(EVERYWHERE).map(({ account, region }) => [`${account}/${region}`, memoryParameters(seeded)]),
  );
  const tags = new Map<string, unknown>();
  const events: string[] = [];
  const ports = (mortal: Mortal): PublishPorts => ({
    documents: mortal.port(documents),
    stores: mortal.port({
      of: ({ account, region }: PublicationTarget): Promise<ParameterStore> =>
        account === CLOSED
          ? Promise.reject(new Error('AccessDenied: the role cannot be assumed'))
          : Promise.resolve(mortal.port(stores.get(`${account}/${region}`)!)),
    }),
    builds: mortal.port({
      describe: () =>
        Promise.resolve({
          status: 'AVAILABLE',
          amis: AMIS,
          buildInstanceId: 'i-build',
          testInstanceId: 'i-test',
          startedAt: new Date('2025-10-14T21:00:00Z'),
          endedAt: new Date('2025-10-14T22:30:00Z'),
        }),
    }),
    tags: mortal.port({
      tag: (region: string, amiId: string, values: unknown) => {
        tags.set(`${region} ${amiId}`, values);
        return Promise.resolve();
      },
    }),
    announcer: mortal.port({
      announce: (type: string, detail: Readonly<Record<string, unknown>>) => {
        events.push(`${type} ${String(detail['id'])}`);
        return Promise.resolve();
      },
    }),
    now: () => new Date('2025-10-14T22:31:00Z'),
  });
  const state = () => ({
    documents: [...documents.texts].sort(),
    parameters: [...stores].map(([name, { values }]) => [name, [...values].sort()]),
    tags: [...tags].sort(),
    events: [...new Set(events)],
  });
  return { ports, state, stores, events };
}

type Work = (ports: PublishPorts) => Promise<unknown>;

const publish: Work = (ports) =>
  publishBake(
    ports,
    { description: EVERYWHERE, instanceRoleId: 'AROAEXAMPLE' },
    { orderId: order.id, imageBuildVersionArn: IMAGE },
  );

const WORKS: readonly (readonly [string, Work])[] = [
  ['publish', publish],
  [
    'promote',
    async (ports) => {
      await applyPlan(ports, EVERYWHERE, await planPromotionOf(ports, EVERYWHERE, OPERATOR_NOTE));
    },
  ],
  [
    'rollback',
    async (ports) => {
      await applyPlan(ports, EVERYWHERE, await planRollbackOf(ports, EVERYWHERE, OPERATOR_NOTE));
    },
  ],
  [
    'hold',
    async (ports) => {
      await applyPlan(ports, EVERYWHERE, await planHold(ports, EVERYWHERE, OPERATOR_NOTE));
    },
  ],
];

/** What was there before: for a promotion a newer `latest` than `current`. */
async function prepared(name: string) {
  const made = world();
  if (name === 'promote') {
    const home = made.stores.get('123456789012/eu-central-1')!;
    const newest = channelsAt({ latest: publicationAt(4294, '2025-10-14T22:00:00.000Z') });
    for (const [parameter, value] of Object.entries(newest).filter(([one]) => one.includes('/latest/'))) {
      await home.put(parameter, value, 'text');
    }
  }
  return made;
}

async function whole(name: string, work: Work) {
  const { ports, state, events } = await prepared(name);
  const mortal = new Mortal();
  await work(ports(mortal));
  expect(events).toHaveLength(name === 'publish' ? 1 : 0);
  return { calls: mortal.calls, end: state() };
}

describe.each(WORKS)('%s', (name, work) => {
  test('cut off after any call and run again it ends in the same state', async () => {
    const { calls, end } = await whole(name, work);
    expect(calls).toBeGreaterThan(10);
    for (let diesAfter = 1; diesAfter <= calls; diesAfter += 1) {
      const { ports, state } = await prepared(name);
      await expect(work(ports(new Mortal(diesAfter)))).rejects.toThrow('The process died.');
      await work(ports(new Mortal()));
      expect([diesAfter, state()]).toEqual([diesAfter, end]);
    }
  });

  test('and so it does however often it is cut off', async () => {
    const { calls, end } = await whole(name, work);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: calls }), { maxLength: 4 }), async (deaths) => {
        const { ports, state } = await prepared(name);
        for (const diesAfter of deaths) {
          await work(ports(new Mortal(diesAfter))).catch(() => undefined);
        }
        await work(ports(new Mortal()));
        expect(state()).toEqual(end);
      }),
      { numRuns: propertyRuns(40) },
    );
  });

  test('who reads a publication meanwhile reads a whole one', async () => {
    const { calls } = await whole(name, work);
    for (let diesAfter = 1; diesAfter <= calls; diesAfter += 1) {
      const { ports, stores } = await prepared(name);
      await work(ports(new Mortal(diesAfter))).catch(() => undefined);
      for (const { values } of stores.values()) {
        for (const channel of ['latest', 'current', 'previous']) {
          const publication = JSON.parse(values.get(`${PATH}/${channel}/publication`)!) as {
            id: string;
            osVersion: string;
          };
          expect(publication.osVersion.split('.')[3]).toBe(publication.id.split(/[.-]/)[1]);
        }
      }
    }
  });
});

test('what is published is in every open account and region, and pending in the closed one', async () => {
  const { ports, stores } = world();
  expect(await publish(ports(new Mortal()))).toMatchObject({
    deliveries: {
      '123456789012/us-east-1': { publication: '20348.4294-1', pending: null },
      '210987654321/eu-central-1': { publication: '20348.4294-1', pending: null },
      '333333333333/eu-central-1': {
        publication: null,
        reachedAt: null,
        pending: { reason: 'AccessDenied: the role cannot be assumed' },
      },
    },
  });
  const amiIn = (target: string) => stores.get(target)!.values.get(`${PATH}/current/ami-id`);
  expect(amiIn('123456789012/us-east-1')).toBe(AMIS['us-east-1']);
  expect(amiIn('210987654321/eu-central-1')).toBe(AMIS['eu-central-1']);
  expect(stores.get('210987654321/eu-central-1')!.json(`${PATH}/previous/publication`)).toEqual(OLDER);
  expect(stores.get('333333333333/eu-central-1')!.json(`${PATH}/current/publication`)).toEqual(OLDER);
});
