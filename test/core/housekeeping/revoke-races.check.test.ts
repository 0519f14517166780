import fc from 'fast-check';
import type { Revocations } from '../../../lib/contract/documents/revocations';
import { propertyRuns } from '../../support/property-runs';
import {
  AGAIN,
  AWAY,
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

const ALL = [OLDEST, OLDER, NEWEST, AGAIN];

/** Lets a scheduler choose which of several actors' calls comes next. */
function scheduled<T extends object>(port: T, scheduler: fc.Scheduler): T {
  return new Proxy(port, {
    get: (target, name, receiver) => {
      const value: unknown = Reflect.get(target, name, receiver);
      return typeof value === 'function'
        ? scheduler.scheduleFunction((...args: unknown[]) =>
            Promise.resolve((value as (...all: unknown[]) => unknown).apply(target, args)),
          )
        : value;
    },
  });
}

/** Loses the answer to some of what is done to AMIs. */
function losing(inventory: Ports['inventory'], isLost: () => boolean): Ports['inventory'] {
  const lost =
    <T extends unknown[]>(act: (...args: T) => Promise<void>) =>
    async (...args: T) => {
      await act(...args);
      if (isLost()) {
        throw new Error('socket hang up');
      }
    };
  return Object.assign(Object.create(inventory) as typeof inventory, {
    disable: lost(inventory.disable.bind(inventory)),
    enable: lost(inventory.enable.bind(inventory)),
  });
}

function portsOf(ports: Ports, scheduler: fc.Scheduler, isLost: () => boolean): Ports {
  return {
    ...ports,
    documents: scheduled(ports.documents, scheduler),
    inventory: losing(scheduled(ports.inventory, scheduler), isLost),
    stores: { of: async (target) => scheduled(await ports.stores.of(target), scheduler) },
  };
}

const WORKS = fc.constantFrom<readonly [name: string, work: (ports: Ports) => Promise<unknown>]>(
  ['revoke the newest', (ports) => revoke(ports, AGAIN.id)],
  ['restore the newest', (ports) => restore(ports, AGAIN.id)],
  ['revoke the one before', (ports) => revoke(ports, NEWEST.id)],
  ['restore the one before', (ports) => restore(ports, NEWEST.id)],
  ['housekeeping', housekeep],
);

test('whatever verbs and housekeeping do at once, two polls later AMIs and channels are as the document says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(WORKS, { maxLength: 3 }),
      fc.array(WORKS, { minLength: 2, maxLength: 3 }),
      fc.array(fc.boolean(), { maxLength: 8 }),
      async (scheduler, before, atOnce, losses) => {
        const { amis, channel, documents, ports: untimed, stores } = revocationWorld(ALL);
        let time = Date.parse('2025-10-15T00:00:00Z');
        const ports = () => ({ ...untimed(), now: () => new Date((time += 1)) });
        for (const [, work] of before) {
          await work(ports()).catch(() => undefined);
        }
        const lost = [...losses];
        const portsUnder = () => portsOf(ports(), scheduler, () => lost.shift() ?? false);
        const under = atOnce.map(([, work]) => work(portsUnder()).catch(() => undefined));
        await scheduler.waitFor(Promise.all(under));
        await housekeep(ports());
        await housekeep(ports());
        const text = documents.texts.get('publications/revoked.json') ?? '{"publications":[]}';
        const { publications } = JSON.parse(text) as Revocations;
        const isRevoked = (id: string) => publications.some((one) => one.id === id && one.restored === null);
        const newest = ALL.findLast(({ id }) => !isRevoked(id))!;
        for (const target of stores.keys()) {
          expect([target, channel(target, 'latest')]).toEqual([target, newest.id]);
          expect([target, isRevoked(channel(target, 'current'))]).toEqual([target, false]);
        }
        for (const { amiId, id } of ALL) {
          const noted = publications.find((one) => one.id === id);
          for (const [region, own] of [
            ['eu-central-1', amiId],
            ['us-east-1', inOther(amiId)],
          ] as const) {
            const isDisabled = amis.disabled.has(own);
            expect([own, isDisabled, amis.shares.get(own)]).toEqual([
              own,
              isRevoked(id),
              isRevoked(id) ? [] : [AWAY],
            ]);
            expect(typeof noted?.disabled[region]?.at === 'string').toBe(isDisabled);
          }
        }
      },
    ),
    { numRuns: propertyRuns(150) },
  );
}, 120_000);
