import { ECSClient } from '@aws-sdk/client-ecs';
import { providerAssociation } from '../../lib/aws/fleets/fleet-resources';
import { ASSOCIATION_TAG } from '../../lib/contract/names/resources';
import { type AssociateProviderEvent, createAssociateProvider } from '../../lib/handlers/fleet-resources';
import { createLog } from '../../lib/handlers/log';
import { userOf } from '../../sim/account/principal';
import { SimulatedEcs } from '../../sim/account/services/ecs';
import { SimulatedFleets } from '../../sim/account/services/fleets';
import { ACCOUNT, allow, PLACE, REGION, startLab } from '../support/simulated-accounts-lab';

const fleets = new SimulatedFleets();
const lab = startLab({ more: [new SimulatedEcs(fleets)] });
const ecs = new ECSClient({ region: REGION });
const caller = userOf(ACCOUNT, 'deployment', [allow('*')]);

afterAll(() => {
  lab.end();
});

let made = 0;

/** A cluster with these providers of others, and what associates the provider `web` with it. */
function clusterWith(...others: readonly string[]) {
  made += 1;
  const name = `cluster-${made}`;
  const cluster = fleets.clusters.add(PLACE, name);
  for (const provider of [...others, 'web', 'old']) {
    const tags: Record<string, string> = others.includes(provider)
      ? {}
      : { [ASSOCIATION_TAG]: `${provider}-1` };
    fleets.clusters.addProvider(PLACE, provider, { tags, activeAt: new Date(0) });
  }
  cluster.providers = others;
  cluster.defaultStrategy = others.slice(0, 1).map((capacityProvider) => ({ capacityProvider, weight: 2 }));
  return { cluster, name };
}

function resourceOf(cluster: string, provider = 'web') {
  const association = providerAssociation(ecs, { cluster, provider });
  const lines: string[] = [];
  const handler = createAssociateProvider({
    association,
    log: createLog({}, (line) => lines.push(line)),
    now: () => lab.clock.now,
  });
  const ResourceProperties = {
    Fleet: provider,
    Cluster: cluster,
    CapacityProvider: provider,
    AssociationId: `${provider}-1`,
  };
  const call = (event: AssociateProviderEvent) => lab.accounts.as(caller, REGION, () => handler(event));
  /** The request, and then a poll every 15 s, as the provider's framework has it. */
  const run = async (
    RequestType: AssociateProviderEvent['RequestType'],
    between: () => void = () => undefined,
  ) => {
    const request = { RequestType, ResourceProperties };
    const poll = { ...request, ...(await call(request)) };
    for (let polls = 0; polls < 240; polls += 1) {
      const answer = await call(poll);
      if ('IsComplete' in answer && answer.IsComplete) {
        return polls / 4;
      }
      between();
      pass(15);
    }
    throw new Error('Operation timed out');
  };
  return { call, lines, ResourceProperties, run };
}

function pass(seconds: number): void {
  lab.clock.now = new Date(lab.clock.now.getTime() + seconds * 1000);
}

test('adds its one provider, and keeps the others and the default strategy', async () => {
  const { cluster, name } = clusterWith('linux', 'FARGATE');
  expect(await resourceOf(name).run('Create')).toBeLessThan(1);
  expect(cluster.providers).toEqual(['linux', 'FARGATE', 'web']);
  expect(cluster.defaultStrategy).toEqual([{ capacityProvider: 'linux', weight: 2 }]);
});

test('answers with the name, so that services wait for it, and is another resource for another cluster', async () => {
  const { call, ResourceProperties } = resourceOf('shared');
  expect(await call({ RequestType: 'Create', ResourceProperties })).toEqual({
    PhysicalResourceId: 'shared/web',
    Until: expect.any(String),
    Data: { CapacityProvider: 'web' },
  });
  const Delete = { RequestType: 'Delete', ResourceProperties, PhysicalResourceId: 'as-it-was' } as const;
  expect(await call(Delete)).toMatchObject({ PhysicalResourceId: 'as-it-was' });
});

test.each(['Create', 'Update'] as const)('writes nothing at %s where it is there already', async (type) => {
  const { cluster, name } = clusterWith('linux', 'web');
  expect(await resourceOf(name).run(type)).toBe(0);
  expect(cluster.status(lab.clock.now)).toBeUndefined();
});

test('waits while somebody else changes the cluster, and for a provider that is being made', async () => {
  const { cluster, name } = clusterWith('linux');
  cluster.put({ capacityProviders: ['linux', 'FARGATE'] }, fleets.clusters.providersAt(PLACE), lab.clock.now);
  const activeAt = new Date(lab.clock.now.getTime() + 60_000);
  fleets.clusters.addProvider(PLACE, 'web', { tags: {}, activeAt });
  expect(await resourceOf(name).run('Create')).toBeGreaterThan(1);
  expect(cluster.providers).toEqual(['linux', 'FARGATE', 'web']);
});

test('adds it again where somebody who had read the list before has written over it', async () => {
  const { cluster, name } = clusterWith('linux');
  let isFirst = true;
  await resourceOf(name).run('Create', () => {
    if (isFirst) {
      isFirst = false;
      cluster.providers = ['linux', 'FARGATE'];
    }
  });
  expect(cluster.providers).toEqual(['linux', 'FARGATE', 'web']);
});

test.each([
  ['Create', 'Create'],
  ['Create', 'Delete'],
  ['Delete', 'Create'],
  ['Delete', 'Delete'],
] as const)('two stacks at once, %s and %s, lose nothing', async (web, old) => {
  const { cluster, name } = clusterWith('linux');
  cluster.providers = ['linux', ...(web === 'Delete' ? ['web'] : []), ...(old === 'Delete' ? ['old'] : [])];
  await Promise.all([resourceOf(name).run(web), resourceOf(name, 'old').run(old)]);
  expect([...cluster.providers].sort()).toEqual(
    ['linux', ...(old === 'Create' ? ['old'] : []), ...(web === 'Create' ? ['web'] : [])].sort(),
  );
});

describe('on deletion', () => {
  test('takes out its own provider alone, of the default strategy too', async () => {
    const { cluster, name } = clusterWith('web', 'linux');
    fleets.clusters.addProvider(PLACE, 'web', {
      tags: { [ASSOCIATION_TAG]: 'web-1' },
      activeAt: new Date(0),
    });
    cluster.defaultStrategy = [
      { capacityProvider: 'web', weight: 1 },
      { capacityProvider: 'linux', weight: 2 },
    ];
    expect(await resourceOf(name).run('Delete')).toBeLessThan(1);
    expect(cluster.providers).toEqual(['linux']);
    expect(cluster.defaultStrategy).toEqual([{ capacityProvider: 'linux', weight: 2 }]);
  });

  test('waits until the tasks of a deleted service have stopped', async () => {
    const { cluster, name } = clusterWith();
    await resourceOf(name).run('Create');
    cluster.serve('shop', ['web']);
    cluster.drain('shop', new Date(lab.clock.now.getTime() + 12 * 60_000));
    expect(await resourceOf(name).run('Delete')).toBeGreaterThan(11);
    expect(cluster.providers).toEqual([]);
  });

  test('says after forty minutes what keeps it, and what to do', async () => {
    const { cluster, name } = clusterWith();
    await resourceOf(name).run('Create');
    cluster.serve('shop', ['web']);
    const begun = lab.clock.now.getTime();
    await expect(resourceOf(name).run('Delete')).rejects.toThrow(
      `The capacity provider web could not be taken out of the cluster ${name}; got: 'The specified capacity provider is in use and ` +
        "cannot be removed.'. Give its services another strategy, or delete them, stop its tasks, and try again.",
    );
    expect(lab.clock.now.getTime() - begun).toBe(40 * 60_000);
  });

  test('is done at once where the cluster, or the provider, is gone', async () => {
    const { name } = clusterWith();
    fleets.clusters.delete(PLACE, name);
    expect(await resourceOf(name).run('Delete')).toBe(0);
    expect(await resourceOf(clusterWith('linux').name, 'gone').run('Delete')).toBe(0);
  });

  test('leaves a provider that another association has now', async () => {
    const { cluster, name } = clusterWith('web');
    const { lines, run } = resourceOf(name);
    expect(await run('Delete')).toBe(0);
    expect(cluster.providers).toEqual(['web']);
    expect(lines.at(-1)).toContain('the capacity provider is kept: its association is none');
  });
});

test('a cluster that does not exist fails at once, and one that is busy for ever after ten minutes', async () => {
  await expect(resourceOf('nowhere').run('Create')).rejects.toThrow(
    'The cluster nowhere does not exist in this account and region',
  );
  const { cluster, name } = clusterWith();
  cluster.status = () => 'UPDATE_IN_PROGRESS';
  await expect(resourceOf(name).run('Create')).rejects.toThrow(
    `The capacity provider web could not be associated with the cluster ${name}; got: 'the providers of the cluster are being changed'.`,
  );
});
