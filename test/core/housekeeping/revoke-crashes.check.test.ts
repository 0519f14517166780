import { Mortal } from '../../support/mortal-ports';
import { PATH } from '../../support/pipeline-description';
import {
  AGAIN,
  housekeep,
  inOther,
  NEWEST,
  OLDER,
  OLDEST,
  restore,
  revocationWorld,
  revoke,
  type Ports,
} from '../../support/revocation-world';

type World = ReturnType<typeof revocationWorld>;

/** Of two publications of one revision both are revoked. */
async function severalRevoked(): Promise<World> {
  const world = revocationWorld([OLDEST, OLDER, NEWEST, AGAIN]);
  await revoke(world.ports(), AGAIN.id);
  await revoke(world.ports(), NEWEST.id);
  return world;
}

async function oneRevoked(): Promise<World> {
  const world = revocationWorld();
  await revoke(world.ports());
  return world;
}

/** One AMI is enabled again, the other not yet. */
async function halfRestored(): Promise<World> {
  const world = await oneRevoked();
  world.amis.stuck.add(inOther(NEWEST.amiId));
  await expect(restore(world.ports())).rejects.toThrow('cannot be enabled');
  world.amis.stuck.clear();
  return world;
}

describe.each<[string, () => Promise<World>, (ports: Ports) => Promise<unknown>]>([
  ['revoke', () => Promise.resolve(revocationWorld()), revoke],
  ['revoke another of the revision', severalRevoked, (ports) => revoke(ports, OLDER.id)],
  ['revoke what is half restored', halfRestored, revoke],
  ['restore', oneRevoked, restore],
  ['restore one of several', severalRevoked, (ports) => restore(ports, AGAIN.id)],
])('%s', (_name, prepared, work) => {
  test.each(['the verb again', 'housekeeping'] as const)(
    'cut off after any call, %s ends it in the same state',
    async (by) => {
      const first = await prepared();
      const mortal = new Mortal();
      await work(first.ports(mortal));
      const untouched = await prepared();
      if (by === 'housekeeping') {
        await housekeep(first.ports());
        await housekeep(untouched.ports());
      }
      expect(mortal.calls).toBeGreaterThan(30);
      for (let diesAfter = 1; diesAfter <= mortal.calls; diesAfter += 1) {
        const { documents, ports, state } = await prepared();
        const before = documents.texts.get('publications/revoked.json');
        await expect(work(ports(new Mortal(diesAfter)))).rejects.toThrow('The process died.');
        const isNoted = documents.texts.get('publications/revoked.json') !== before;
        await (by === 'housekeeping' ? housekeep(ports()) : work(ports()));
        // Until it is noted nothing was done.
        const expected = by === 'housekeeping' && !isNoted ? untouched : first;
        expect([diesAfter, state()]).toEqual([diesAfter, expected.state()]);
      }
    },
  );

  test('at no time is an AMI disabled that a channel shows', async () => {
    const mortal = new Mortal();
    await work((await prepared()).ports(mortal));
    for (let diesAfter = 1; diesAfter <= mortal.calls; diesAfter += 1) {
      const { amis, ports, stores } = await prepared();
      await work(ports(new Mortal(diesAfter))).catch(() => undefined);
      for (const parameters of stores.values()) {
        for (const channel of ['latest', 'current', 'previous']) {
          const { amiId } = parameters.json(`${PATH}/${channel}/publication`) as { amiId: string };
          expect([diesAfter, channel, amis.disabled.has(amiId)]).toEqual([diesAfter, channel, false]);
          expect(amis.disabled.has(parameters.values.get(`${PATH}/${channel}/ami-id`)!)).toBe(false);
        }
      }
    }
  });
});

test('a revocation that dies after a restoration came before its first disable leaves no AMI disabled', async () => {
  const prepared = () => {
    const world = revocationWorld();
    let isRestored = false;
    world.amis.before = async (what) => {
      if (what === 'disable' && !isRestored) {
        isRestored = true;
        await restore(world.ports());
      }
    };
    return { ...world, isRestored: () => isRestored };
  };
  const mortal = new Mortal();
  await revoke(prepared().ports(mortal));
  for (let diesAfter = 1; diesAfter <= mortal.calls; diesAfter += 1) {
    const { amis, isRestored, ports } = prepared();
    await revoke(ports(new Mortal(diesAfter))).catch(() => undefined);
    if (isRestored()) {
      await housekeep(ports());
      expect([diesAfter, ...amis.disabled]).toEqual([diesAfter]);
    }
  }
});
