import fc from 'fast-check';
import { propertyRuns } from '../../support/property-runs';
import { contractFixture } from '../../support/contract-fixture';
import { PATH } from '../../support/pipeline-description';
import {
  AWAY,
  housekeep,
  inOther,
  NEWEST,
  OLDER,
  OLDEST,
  revocationWorld,
} from '../../support/revocation-world';

const state = contractFixture('fleet-state') as object;
const FOREIGN = { ...NEWEST, id: '20348.9999-1', amiId: 'ami-0badbadbadbadbad0' };

/** What a team may write into the parameters of its own account: nonsense, documents of others, and lies about its fleets. */
const NAMES = [
  ...['latest', 'current', 'previous'].flatMap((channel) => [
    `${PATH}/${channel}/publication`,
    `${PATH}/${channel}/ami-id`,
  ]),
  ...[
    `${PATH}/by-revision/20348.4294`,
    `${PATH}/by-revision/20348.4171`,
    `${PATH}/by-revision/20348.9999`,
    `${PATH}/failed`,
    `${PATH}/hold`,
  ],
  ...['shop', '../../2022-core/current', 'a"b'].map((fleet) => `/winbake/fleets/${fleet}/state`),
];
const LIES = [
  ...[NEWEST, OLDER, OLDEST, FOREIGN],
  { ...OLDER, at: '2099-01-01T00:00:00.000Z' },
  { ...NEWEST, amiId: FOREIGN.amiId },
  ...[NEWEST, OLDER, FOREIGN].map(({ id, at }) => ({
    ...state,
    channel: `${PATH}/current/publication`,
    ring: 0,
    bad: [{ publication: id, reason: 'x'.repeat(500), at }],
  })),
  { schema: 'winbake.failed/1', publications: [], revoked: [{ id: NEWEST.id, amiId: NEWEST.amiId }] },
  { schema: 'winbake.revocations/1', publications: [] },
].map((one) => JSON.stringify(one));
const WRITES = fc.array(
  fc.tuple(fc.constantFrom(...NAMES), fc.oneof(fc.constantFrom(...LIES), fc.json(), fc.string())),
  { minLength: 1, maxLength: 6 },
);

test('whatever a team writes into its own account, no other account shows another AMI for it, and its own is set right', async () => {
  await fc.assert(
    fc.asyncProperty(WRITES, async (writes) => {
      const { amis, ports, stores } = revocationWorld();
      const own = stores.get(`${AWAY}/eu-central-1`)!;
      await housekeep(ports());
      const shown = () =>
        [...stores]
          .filter(([target]) => !target.startsWith(AWAY))
          .flatMap(([target, { values }]) =>
            [...values].filter(([name]) => !name.endsWith('/failed')).map((one) => [target, ...one]),
          )
          .sort();
      const before = shown();
      writes.forEach(([name, text]) => own.values.set(name, text));
      await housekeep(ports());
      await housekeep(ports());
      expect(shown()).toEqual(before);
      expect(amis.disabled.size).toBe(0);
      for (const channel of ['latest', 'current']) {
        expect(own.json(`${PATH}/${channel}/publication`)).toEqual(NEWEST);
        expect(own.values.get(`${PATH}/${channel}/ami-id`)).toBe(NEWEST.amiId);
      }
      expect(own.json(`${PATH}/by-revision/20348.4294`)).toEqual(NEWEST);
      expect(stores.get(`${AWAY}/us-east-1`)!.json(`${PATH}/current/publication`)).toMatchObject({
        amiId: inOther(NEWEST.amiId),
      });
    }),
    { numRuns: propertyRuns(100) },
  );
});
