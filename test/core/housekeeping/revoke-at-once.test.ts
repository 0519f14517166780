import { settleRevocations } from '../../../lib/core/housekeeping/settle-revocations';
import { PATH } from '../../support/pipeline-description';
import {
  AGAIN,
  AWAY,
  EVERYWHERE,
  housekeep,
  inOther,
  NEWEST,
  noted,
  OLDER,
  OLDEST,
  restore,
  revocationWorld,
  revoke,
  type Ports,
} from '../../support/revocation-world';

describe('a verb in the midst of the other', () => {
  test('a revocation keeps with whom an AMI was shared, though a restoration ends after it', async () => {
    const world = revocationWorld();
    const { amis, ports } = world;
    await revoke(ports());
    let isFirst = true;
    amis.before = async (what) => {
      if (what === 'enable' && isFirst) {
        isFirst = false;
        await revoke(ports());
      }
    };
    await restore(ports());
    amis.before = () => Promise.resolve();
    await housekeep(ports());
    expect([...amis.disabled].sort()).toEqual([NEWEST.amiId, inOther(NEWEST.amiId)].sort());
    await restore(ports());
    expect([...amis.shares.values()].every(([one]) => one === AWAY)).toBe(true);
  });

  test('what is disabled after a restoration has ended is enabled again', async () => {
    const world = revocationWorld();
    const { amis, ports } = world;
    let isFirst = true;
    amis.before = async (what) => {
      if (what === 'disable' && isFirst) {
        isFirst = false;
        await restore(ports());
      }
    };
    await revoke(ports());
    await housekeep(ports());
    expect([...amis.disabled]).toEqual([]);
    expect([...amis.shares.values()].every(([one]) => one === AWAY)).toBe(true);
  });
});

describe('of two who restore at once, one does not hear that EC2 has enabled the AMI', () => {
  const NAMES = { latest: `${PATH}/latest/ami-id`, revoked: 'publications/revoked.json' };

  /** Ports that hear of no AMI that it is enabled, and wait before they move `latest`. */
  function deaf(ports: Ports, beforeLatest: () => Promise<unknown>): Ports {
    const { inventory, stores } = ports;
    const enable = async (...args: Parameters<typeof inventory.enable>) => {
      await inventory.enable(...args);
      throw new Error('socket hang up');
    };
    const of = async (target: Parameters<typeof stores.of>[0]) => {
      const store = await stores.of(target);
      const put: typeof store.put = async (name, ...value) => {
        if (name === NAMES.latest) {
          await beforeLatest();
        }
        return store.put(name, ...value);
      };
      return Object.assign(Object.create(store) as typeof store, { put });
    };
    return {
      ...ports,
      stores: { of },
      inventory: Object.assign(Object.create(inventory) as typeof inventory, { enable }),
    };
  }

  /** Two publications are revoked, and channels show the newer yet. */
  async function twoRevoked() {
    const world = revocationWorld([OLDEST, OLDER, NEWEST, AGAIN]);
    await revoke(world.ports());
    const cut = deaf(world.ports(), () => Promise.reject(new Error('cut off')));
    await expect(revoke(cut, AGAIN.id)).rejects.toThrow('cut off');
    return world;
  }

  const latestOf = ({ channel, stores }: Awaited<ReturnType<typeof twoRevoked>>) =>
    [...stores.keys()].map((target) => channel(target, 'latest'));

  test('and moves channels last: the next poll moves them to what is restored', async () => {
    const world = await twoRevoked();
    const first = deaf(world.ports(), () => restore(world.ports()));
    await expect(restore(first)).rejects.toThrow('socket hang up');
    await housekeep(world.ports());
    expect(latestOf(world)).toEqual([...world.stores.keys()].map(() => NEWEST.id));
  });

  test('and moves channels before the other has noted that all is settled: the other moves them again', async () => {
    const world = await twoRevoked();
    let goOn = () => {};
    const moved = new Promise<void>((resolve) => (goOn = resolve));
    let isWaiting = () => {};
    const waits = new Promise<void>((resolve) => (isWaiting = resolve));
    const first = expect(
      restore(
        deaf(world.ports(), () => {
          isWaiting();
          return moved;
        }),
      ),
    ).rejects.toThrow('socket hang up');
    await waits;
    const ports = world.ports();
    const write: typeof ports.documents.write = async (name, text, version) => {
      if (name === NAMES.revoked && text.includes('"isSettled":true')) {
        goOn();
        await first;
      }
      return ports.documents.write(name, text, version);
    };
    await restore({
      ...ports,
      documents: Object.assign(Object.create(ports.documents) as typeof ports.documents, { write }),
    });
    await housekeep(world.ports());
    expect(latestOf(world)).toEqual([...world.stores.keys()].map(() => NEWEST.id));
  });
});

describe('a disable that takes effect after a restoration', () => {
  /** Something happens before the first AMI is disabled, and the answer is lost. */
  const losing = (ports: Ports, before: () => Promise<unknown>): Ports => {
    const { inventory } = ports;
    const disable = async (region: string, amiId: string) => {
      await before();
      await inventory.disable(region, amiId);
      throw new Error('socket hang up');
    };
    return { ...ports, inventory: Object.assign(Object.create(inventory) as typeof inventory, { disable }) };
  };

  test('and whose answer is lost is taken back', async () => {
    const { amis, ports } = revocationWorld();
    await expect(revoke(losing(ports(), () => restore(ports())))).rejects.toThrow('socket hang up');
    expect(amis.disabled.has(NEWEST.amiId)).toBe(true);
    await housekeep(ports());
    expect([...amis.disabled]).toEqual([]);
    expect([...amis.shares.values()].every(([one]) => one === AWAY)).toBe(true);
  });

  test('more than an hour later, and whose answer is lost, is taken back, too', async () => {
    const world = revocationWorld();
    const { amis, ports } = world;
    const at = (hour: number) => ({ ...ports(), now: () => new Date(`2025-10-15T0${hour}:00:00Z`) });
    const before = async () => {
      await restore(at(0));
      await housekeep(at(2));
      expect(noted(world).disabled).toEqual({});
    };
    await expect(revoke(losing(at(0), before))).rejects.toThrow('socket hang up');
    await housekeep(at(3));
    expect([...amis.disabled]).toEqual([]);
    await housekeep(at(4));
    expect(noted(world).disabled).toEqual({});
  });

  test('is looked for by the polls of an hour, and by none after', async () => {
    const world = revocationWorld();
    const { amis, ports } = world;
    amis.stuck.add(NEWEST.amiId);
    await expect(revoke(ports())).rejects.toThrow('cannot be disabled');
    amis.stuck.clear();
    await restore(ports());
    const settle = async (now: string) => {
      let enabled = 0;
      amis.before = () => Promise.resolve((enabled += 1));
      await settleRevocations({ ...ports(), now: () => new Date(now) }, EVERYWHERE);
      return enabled;
    };
    expect(await settle('2025-10-15T00:59:59Z')).toBe(1);
    expect(await settle('2025-10-15T01:00:00Z')).toBe(1);
    expect(await settle('2025-10-15T01:15:00Z')).toBe(0);
  });
});
