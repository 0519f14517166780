import { Mortal } from '../../support/mortal-ports';
import { PATH } from '../../support/pipeline-description';
import { housekeep, restore, revocationWorld, revoke } from '../../support/revocation-world';

describe.each([
  ['revoke', revoke],
  ['restore', restore],
] as const)('%s', (name, work) => {
  async function prepared() {
    const made = revocationWorld();
    if (name === 'restore') {
      await revoke(made.ports());
    }
    return made;
  }

  test.each(['the verb again', 'housekeeping'] as const)(
    'cut off after any call, %s ends it in the same state',
    async (by) => {
      const first = await prepared();
      const mortal = new Mortal();
      await work(first.ports(mortal));
      if (by === 'housekeeping') {
        await housekeep(first.ports());
      }
      const untouched = (await prepared()).state();
      expect(mortal.calls).toBeGreaterThan(30);
      for (let diesAfter = 1; diesAfter <= mortal.calls; diesAfter += 1) {
        const { documents, ports, state } = await prepared();
        const before = documents.texts.get('publications/revoked.json');
        await expect(work(ports(new Mortal(diesAfter)))).rejects.toThrow('The process died.');
        const isNoted = documents.texts.get('publications/revoked.json') !== before;
        await (by === 'housekeeping' ? housekeep(ports()) : work(ports()));
        // Until it is noted nothing was done.
        expect([diesAfter, state()]).toEqual([
          diesAfter,
          by === 'housekeeping' && !isNoted
            ? expect.objectContaining({ disabled: untouched.disabled })
            : first.state(),
        ]);
      }
    },
  );

  test('at no time is an AMI disabled that a channel shows', async () => {
    const { calls } = await (async () => {
      const mortal = new Mortal();
      await work((await prepared()).ports(mortal));
      return mortal;
    })();
    for (let diesAfter = 1; diesAfter <= calls; diesAfter += 1) {
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
