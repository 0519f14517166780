import type { Catalog, ImageSet } from '../../../lib/contract/documents/catalog';
import { DEFAULT_GATE_POLICY, type GatePolicy } from '../../../lib/contract/values/gate-policy';
import type { Order } from '../../../lib/contract/documents/order';
import type { Publication } from '../../../lib/contract/documents/publication';
import { WEEKDAYS } from '../../../lib/contract/values/weekly-window';
import { parseRelease } from '../../../lib/contract/values/release';
import { emptyCatalog, withObservations } from '../../../lib/core/catalog/catalog';
import { chooseExtras } from '../../../lib/core/gate/build-image-set';
import type { ExtraPoll } from '../../../lib/core/gate/gate-input';
import { observationsOf } from '../../../lib/core/gate/observe';
import { pollAndDecide } from '../../../lib/core/gate/order-bake';
import type { EndedOrder } from '../../../lib/core/gate/why-bake';
import { parseImageExtras } from '../../../lib/core/images/image-extra';
import { RegistryError } from '../../../lib/core/oci/registry';
import { memoryDocuments, memoryParameters } from '../../support/memory-ports';
import { memoryRegistry } from '../../../sim/registry/memory-registry';
import { publicationAt } from '../../support/pipeline-description';
import { digestOf, type TagShape } from '../../../sim/registry/memory-registry';

const SHOP = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web';
const EXTRA = `shop=${SHOP}:7`;
const BUILD = 20348;

/** What a tag shows: a revision, that it cannot be read, or nothing. */
type Shown = number | 'unread' | 'nothing';

function pollOf(shown: Shown): ExtraPoll {
  const [extra] = parseImageExtras(
    { extras: [EXTRA], previousRevisions: 0 },
    { release: parseRelease('2022'), families: ['servercore'] },
  );
  const { family } = extra!;
  if (typeof shown === 'string') {
    const code = shown === 'unread' ? 'REGISTRY_UNREACHABLE' : 'NOT_FOUND';
    const finding = { code, severity: 'warning', family: family.name, message: shown } as const;
    return { extra: extra!, poll: { family, image: undefined, findings: [finding] } };
  }
  const digest = digestOf(`shop ${shown}`);
  const osVersion = { build: BUILD, revision: shown };
  const image = { tag: '7', digest, platformDigest: digest, osVersion, compressedBytes: 1 };
  return { extra: extra!, poll: { family, image, findings: [] } };
}

describe('of an own image a set takes what its tag shows, by R1', () => {
  const TARGET = { build: BUILD, revision: 4294 };

  test.each<
    [name: string, before: readonly number[], shown: Shown, taken: number | undefined, findings: string[]]
  >([
    ['the revision of the host', [], 4294, 4294, []],
    ['an older one', [], 4171, 4171, ['info LATE']],
    ['a newer one, never', [], 4405, undefined, ['warning HOST_WITHOUT_IMAGE']],
    [
      'a newer one, and no older version of the app in its place',
      [4171],
      4405,
      undefined,
      ['warning HOST_WITHOUT_IMAGE'],
    ],
    ['one that an app went back to', [4171, 4294], 4171, 4171, ['info LATE']],
    [
      'what it showed last where it cannot be read',
      [4171],
      'unread',
      4171,
      ['warning REGISTRY_UNREACHABLE', 'info LATE'],
    ],
    [
      'nothing where it never could be',
      [],
      'unread',
      undefined,
      ['warning REGISTRY_UNREACHABLE', 'info HOST_WITHOUT_IMAGE'],
    ],
    [
      'nothing where its tag is gone',
      [4171],
      'nothing',
      undefined,
      ['warning NOT_FOUND', 'info HOST_WITHOUT_IMAGE'],
    ],
  ])('%s', (_, before, shown, taken, findings) => {
    const now = new Date('2025-10-15T00:00:00Z');
    const catalog = before.reduce(
      (known, revision, index) => {
        const at = new Date(now.getTime() - (before.length - index) * 86_400_000);
        return withObservations(known, observationsOf([pollOf(revision).poll], at));
      },
      emptyCatalog(parseRelease('2022')),
    );
    const chosen = chooseExtras({ catalog, extras: [pollOf(shown)], now }, TARGET, []);
    expect(
      chosen.images.map(({ osVersion, repository, tag, aliases }) => ({
        osVersion,
        repository,
        tag,
        aliases,
      })),
    ).toEqual(
      taken === undefined
        ? []
        : [{ osVersion: `10.0.${BUILD}.${taken}`, repository: SHOP, tag: '7', aliases: [] }],
    );
    expect(chosen.findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual(findings);
  });
});

const BAKE = { base: 'ami-0123456789abcdef0', recipeArn: 'arn:recipe', scriptsSha256: 'a'.repeat(64) };

/** A pipeline whose gate polls a registry with servercore and the shop. */
class Gate {
  readonly documents = memoryDocuments();
  readonly parameters = memoryParameters({ base: BAKE.base });
  now = new Date('2025-10-15T00:00:00Z');
  /** Counts the deployments of the app. */
  push = 1;
  isDown = false;
  asked: readonly string[] = [];

  async poll(policy: Partial<GatePolicy> = {}, forced = false, ended?: EndedOrder) {
    const { documents, parameters } = this;
    const registry = memoryRegistry({
      'windows/servercore': { ltsc2022: imageOf('servercore') },
      [SHOP]: { 7: imageOf(`shop ${this.push}`) },
    });
    const isShop = (repository: string) => this.isDown && repository === SHOP;
    const down = () => Promise.reject(new RegistryError('REGISTRY_UNREACHABLE', 'It is down.'));
    const answer = await pollAndDecide(
      {
        documents,
        parameters,
        now: () => this.now,
        registry: {
          ...registry,
          head: (...of) => (isShop(of[0]) ? down() : registry.head(...of)),
          manifest: (...of) => (isShop(of[0]) ? down() : registry.manifest(...of)),
        },
      },
      {
        release: parseRelease('2022'),
        families: ['servercore'],
        policy: { ...DEFAULT_GATE_POLICY, previousRevisions: 0, extras: [EXTRA], ...policy },
        parameterPath: '/winbake/2022-core',
        baseAmiParameter: 'base',
        recipeArn: BAKE.recipeArn,
        scriptsSha256: BAKE.scriptsSha256,
        trigger: 'poll',
        forced,
        ...(ended === undefined ? {} : { ended }),
      },
    );
    this.asked = registry.asked;
    return answer;
  }

  /** As if the bake of a set had been published. */
  publish(set: string): void {
    const channel = publicationAt(4294, this.now.toISOString());
    const record: Publication = {
      schema: 'winbake.publication/1',
      ...{ id: channel.id, at: channel.at, mode: 'exact', os: 'SERVER_2022_CORE', set },
      amis: { 'us-east-1': channel.amiId },
      ...{ manifest: null, verification: null, imageBuildVersionArn: null },
      baseAmiId: BAKE.base,
      ...{ recipeArn: BAKE.recipeArn, scriptsSha256: BAKE.scriptsSha256 },
    };
    this.parameters.values.set('/winbake/2022-core/latest/publication', JSON.stringify(channel));
    this.documents.texts.set(`publications/${channel.id}.json`, JSON.stringify(record));
  }

  get catalog(): Catalog {
    return JSON.parse(this.documents.texts.get('catalog/2022.json')!) as Catalog;
  }
}

function imageOf(salt: string): TagShape {
  const image = { osVersion: '10.0.20348.4294', salt, versionInEntry: false };
  return { flavour: 'docker', list: false, images: [image] };
}

const familiesOf = (set: ImageSet | undefined) => set?.images.map(({ family }) => family);

describe('an own image at the gate', () => {
  test('is baked with its digest, and its observation is kept with the set', async () => {
    const gate = new Gate();
    const { decision, order, set } = await gate.poll();
    expect({ decision, families: familiesOf(set) }).toEqual({
      decision: 'bake',
      families: ['servercore', 'shop@extra'],
    });
    expect(gate.catalog.sets.map(({ id }) => id)).toEqual([order?.set]);
    expect(gate.catalog.observations.map(({ repository }) => repository)).toContain(SHOP);
    expect(gate.asked.filter((one) => one.startsWith('tags'))).toEqual([]);
  });

  test('that went back is what a person bakes while the gate waits, and not what was accepted since', async () => {
    const gate = new Gate();
    const first = (await gate.poll()).order!;
    gate.now = new Date('2025-10-16T00:00:00Z');
    gate.push = 2;
    expect((await gate.poll({}, true)).order?.set).not.toBe(first.set);
    gate.now = new Date('2025-10-17T00:00:00Z');
    gate.push = 1;
    const { order } = await gate.poll({}, true);
    expect(order?.set).toBe(first.set);
    gate.documents.texts.set('bakes/current.json', JSON.stringify(order));
    gate.now = new Date('2025-11-11T19:00:00Z');
    expect(await gate.poll()).toMatchObject({ decision: 'wait' });
    expect(await gate.poll({}, true)).toMatchObject({ decision: 'bake', order: { set: first.set } });
  });

  test('that moves orders no bake, and the catalog does not grow with it', async () => {
    const gate = new Gate();
    gate.publish((await gate.poll()).order!.set);
    await gate.poll();
    const before = gate.catalog;
    for (let push = 2; push < 6; push += 1) {
      gate.push = push;
      expect(await gate.poll()).toMatchObject({ decision: 'nothing' });
    }
    expect(gate.catalog).toEqual(before);
    gate.now = new Date(gate.now.getTime() + 86_400_000);
    const { decision, set } = await gate.poll({ maxAgeSeconds: 1 });
    const { digest } = set!.images.at(-1)!;
    expect({ decision, newest: gate.catalog.sets[0]?.id }).toEqual({ decision: 'bake', newest: set?.id });
    expect(gate.catalog.observations.at(-1)).toMatchObject({ repository: SHOP, digest });
  });

  test.each<[what: string, isOutage: boolean, deploys: boolean, attempts: readonly number[]]>([
    ['that stays', false, false, [1, 2]],
    ['that moves before each poll', false, true, [1, 2]],
    ['that stays while a service fails', true, false, [1, 1, 1, 1, 1, 1]],
    ['that moves before each poll while a service fails', true, true, [1, 1, 1, 1, 1, 1]],
  ])('%s lets a failing order be tried no more often', async (_what, isOutage, deploys, attempts) => {
    const gate = new Gate();
    const orders: Order[] = [];
    let decision = 'wait';
    for (let hour = 0; hour < 60 && decision !== 'needsOperator'; hour += 1) {
      const last = orders.at(-1);
      const answer = await gate.poll({}, false, last && { order: last.id, ended: 'failed', isOutage });
      decision = answer.decision;
      if (answer.order !== undefined) {
        orders.push(answer.order);
        gate.documents.texts.set('bakes/current.json', JSON.stringify(answer.order));
      }
      gate.push += deploys ? 1 : 0;
      gate.now = new Date(gate.now.getTime() + 3_600_000);
    }
    expect({ decision, attempts: orders.map(({ attempt }) => attempt) }).toEqual({
      decision: 'needsOperator',
      attempts,
    });
    expect(new Set(orders.map(({ set }) => set)).size).toBe(deploys ? orders.length : 1);
    expect(orders.slice(1).map(({ firstAt }) => firstAt)).toEqual(
      orders.slice(1).map(() => '2025-10-15T00:00:00.000Z'),
    );
  });

  test('is not kept either while a bake that is due waits for its hour', async () => {
    const gate = new Gate();
    const always = [{ days: [...WEEKDAYS], startHour: 0, endHour: 24, timeZone: 'UTC' }];
    await gate.poll({ noBakeWindows: always });
    const before = gate.catalog;
    gate.push = 2;
    expect(await gate.poll({ noBakeWindows: always })).toMatchObject({ decision: 'wait' });
    expect(gate.catalog).toEqual(before);
  });

  test('that cannot be read stops nothing, and is said', async () => {
    const gate = new Gate();
    gate.isDown = true;
    const { decision, findings, set } = await gate.poll();
    expect({ decision, families: familiesOf(set) }).toEqual({ decision: 'bake', families: ['servercore'] });
    expect(findings).toContainEqual({
      code: 'REGISTRY_UNREACHABLE',
      severity: 'warning',
      family: 'shop@extra',
      message: 'It is down.',
    });
  });
});
