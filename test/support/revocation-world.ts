import { type PipelineDescription, targetsOf } from '../../lib/contract/documents/pipeline-description';
import type { Channel, Publication } from '../../lib/contract/documents/publication';
import type { Revocations } from '../../lib/contract/documents/revocations';
import { noteFailed } from '../../lib/core/housekeeping/note-failed';
import { disableRevoked, planRestore, planRevoke } from '../../lib/core/housekeeping/revoke';
import { settleRevocations } from '../../lib/core/housekeeping/settle-revocations';
import type { AmiUse } from '../../lib/core/ports/amis';
import { deliverEverywhere } from '../../lib/core/publish/deliver';
import { promoteWhenDue } from '../../lib/core/publish/operate-channels';
import { contractFixture } from './contract-fixture';
import { memoryDocuments, memoryParameters } from './memory-ports';
import { Mortal } from './mortal-ports';
import { channelsAt, DESCRIPTION, PATH, publicationAt } from './pipeline-description';

export const AWAY = '210987654321';
export const EVERYWHERE: PipelineDescription = { ...DESCRIPTION, accounts: [AWAY], regions: ['us-east-1'] };
export const [OLDEST, OLDER, NEWEST] = [4052, 4171, 4294].map((revision, month) =>
  publicationAt(revision, `2025-0${month + 7}-14T22:00:00.000Z`),
) as [Channel, Channel, Channel];
/** Another publication of the newest one's revision. */
export const AGAIN = publicationAt(4294, '2025-09-20T22:00:00.000Z', 2);
const ALL = [OLDEST, OLDER, NEWEST];
/** The AMI of the other region. */
export const inOther = (amiId: string) => amiId.replace(/^ami-0/, 'ami-f');
export const BY = { by: 'ops', reason: 'its driver leaks' };

/** AMIs of two regions, shared with another account, and what is done to them. */
class Amis {
  readonly disabled = new Set<string>();
  readonly shares = new Map<string, readonly string[]>();
  /** Those that are deregistered. */
  readonly gone = new Set<string>();
  /** Those that EC2 neither disables nor enables. */
  readonly stuck = new Set<string>();
  uses: AmiUse[] = [];
  /** What happens before an AMI is disabled or enabled. */
  before: (what: 'disable' | 'enable', amiId: string) => Promise<unknown> = () => Promise.resolve();

  constructor(
    private readonly all: readonly Channel[],
    private readonly stores: ReadonlyMap<string, ReturnType<typeof memoryParameters>>,
  ) {
    all.forEach(({ amiId }) => {
      [amiId, inOther(amiId)].forEach((one) => this.shares.set(one, [AWAY]));
    });
  }

  amisIn(region: string) {
    return Promise.resolve(
      this.all
        .map(({ amiId, id }) => ({ amiId: region === 'eu-central-1' ? amiId : inOther(amiId), id }))
        .filter(({ amiId }) => !this.gone.has(amiId))
        .map(({ amiId, id }) => ({
          region,
          amiId,
          publication: id,
          createdAt: new Date('2025-10-01T00:00:00Z'),
          deprecatedAt: undefined,
          lastLaunchedAt: undefined,
          sharedWith: this.shares.get(amiId) ?? [],
        })),
    );
  }

  usesIn({ account, region }: { account: string; region: string }) {
    const values = [...(this.stores.get(`${account}/${region}`)?.values ?? [])];
    const shown = values
      .filter(([name]) => name.endsWith('/publication'))
      .map(([name, text]) => ({ region, amiId: (JSON.parse(text) as { amiId: string }).amiId, by: name }));
    return Promise.resolve([...shown, ...this.uses.filter((one) => one.region === region)]);
  }

  async disable(_region: string, amiId: string) {
    await this.before('disable', amiId);
    this.requireFree(amiId);
    this.disabled.add(amiId);
    this.shares.set(amiId, []);
  }

  async enable(_region: string, amiId: string, sharedWith: readonly string[]) {
    await this.before('enable', amiId);
    this.requireFree(amiId);
    this.disabled.delete(amiId);
    this.shares.set(amiId, sharedWith);
  }

  private requireFree(amiId: string) {
    if (this.stuck.has(amiId)) {
      throw new Error(`EC2 fails on ${amiId}`);
    }
  }

  forget = () => Promise.reject(new Error('nothing is forgotten'));
  deprecate = () => Promise.reject(new Error('nothing is deprecated'));
  remove = () => Promise.reject(new Error('nothing is removed'));
}

/** A pipeline of two accounts and two regions with some publications, the newest of them current, and the one before previous. */
export function revocationWorld(all: readonly Channel[] = ALL) {
  const documents = memoryDocuments(
    Object.fromEntries(
      all.map(({ amiId, at, id }) => [
        `publications/${id}.json`,
        {
          ...(contractFixture('publication') as Publication),
          id,
          at,
          revisionSeenAt: undefined,
          amis: { 'eu-central-1': amiId, 'us-east-1': inOther(amiId) },
        },
      ]),
    ),
  );
  const seeded = (amiOf: (amiId: string) => string) => {
    const local = all.map((one) => ({ ...one, amiId: amiOf(one.amiId) }));
    const [newest, before] = [local.at(-1)!, local.at(-2)!];
    return memoryParameters({
      ...channelsAt({ latest: newest, current: newest, previous: before }),
      ...Object.fromEntries(
        local.map((one) => [`${PATH}/by-revision/20348.${one.osVersion.split('.')[3]!}`, one]),
      ),
    });
  };
  const stores = new Map(
    targetsOf(EVERYWHERE).map(({ account, region }) => [
      `${account}/${region}`,
      seeded(region === 'us-east-1' ? inOther : (amiId) => amiId),
    ]),
  );
  const amis = new Amis(all, stores);
  const ports = (mortal = new Mortal()) => ({
    documents: mortal.port(documents),
    stores: mortal.port({
      of: ({ account, region }: { account: string; region: string }) =>
        Promise.resolve(mortal.port(stores.get(`${account}/${region}`)!)),
    }),
    inventory: mortal.port(amis),
    now: () => new Date('2025-10-15T00:00:00Z'),
  });
  const channel = (target: string, name: string) =>
    (stores.get(target)!.json(`${PATH}/${name}/publication`) as { id: string; amiId: string }).id;
  const state = () => ({
    documents: [...documents.texts].sort(),
    parameters: [...stores].map(([name, { values }]) => [name, [...values].sort()]),
    disabled: [...amis.disabled].sort(),
    shares: [...amis.shares].sort(),
  });
  return { amis, channel, documents, ports, state, stores };
}

/** What is noted of one revocation. */
export function noted({ documents }: ReturnType<typeof revocationWorld>, id = NEWEST.id) {
  const text = documents.texts.get('publications/revoked.json') ?? '';
  return (JSON.parse(text) as Revocations).publications.find((one) => one.id === id)!;
}

/** What revoking works with here. */
export type Ports = ReturnType<ReturnType<typeof revocationWorld>['ports']>;

export async function revoke(ports: Ports, publication = NEWEST.id) {
  const plan = await planRevoke(ports, EVERYWHERE, { ...BY, publication });
  await plan.apply();
  return plan;
}

export async function restore(ports: Ports, publication = NEWEST.id) {
  const plan = await planRestore(ports, EVERYWHERE, { ...BY, publication });
  await plan.apply();
  return plan;
}

/** What housekeeping does of it at each poll. */
export async function housekeep(ports: Ports) {
  await settleRevocations(ports, EVERYWHERE);
  await promoteWhenDue(ports, EVERYWHERE);
  await deliverEverywhere(ports, EVERYWHERE);
  await noteFailed(ports, EVERYWHERE);
  await disableRevoked(ports, EVERYWHERE);
}
