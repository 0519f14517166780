import type { BakedAmi } from '../../../lib/core/care/baked-ami';
import { applyPrune, readPrunePlan } from '../../../lib/core/care/prune';
import type { PipelineDescription } from '../../../lib/core/contracts/pipeline-description';
import type { AmiInventory } from '../../../lib/core/ports/ami-inventory';

const NOW = new Date('2026-07-15T12:00:00Z');
const OWN = { account: '111122223333', region: 'eu-central-1' };
const OTHER = { account: '444455556666', region: 'eu-central-1' };
const PIPELINE = {
  account: OWN.account,
  targets: [OWN, OTHER],
  retention: { newest: 1, minimumAgeDays: 45 },
} as unknown as PipelineDescription;

function daysAgo(count: number): Date {
  return new Date(NOW.getTime() - count * 86_400_000);
}

/** An account with four AMIs, which fails at the n-th change that it is asked for. */
class Inventory implements AmiInventory {
  readonly changes: string[] = [];
  failsAt = Infinity;
  amis: BakedAmi[] = [1, 2, 3, 4].map((number) => ({
    region: OWN.region,
    amiId: `ami-0000000${number}`,
    publication: `20348.${number}-1`,
    createdAt: daysAgo(300 - number),
    deprecatedAt: number === 1 || number === 2 ? daysAgo(30) : undefined,
    lastLaunchedAt: undefined,
    sharedWith: number === 2 ? [OTHER.account] : [],
  }));
  unread = new Set<string>();

  amisIn() {
    return Promise.resolve(this.amis);
  }
  usesIn({ account }: { account: string }) {
    return this.unread.has(account) ? Promise.reject(new Error('AccessDenied')) : Promise.resolve([]);
  }
  forget({ account }: { account: string }, amiId: string) {
    return this.change(`forget ${amiId} in ${account}`, () => undefined);
  }
  deprecate(_region: string, amiId: string, at: Date) {
    return this.change(`deprecate ${amiId}`, () => {
      this.amis = this.amis.map((one) => (one.amiId === amiId ? { ...one, deprecatedAt: at } : one));
    });
  }
  remove(_region: string, amiId: string) {
    return this.change(`remove ${amiId}`, () => {
      this.amis = this.amis.filter((one) => one.amiId !== amiId);
    });
  }
  private change(what: string, make: () => void) {
    if (this.changes.length >= this.failsAt) {
      return Promise.reject(new Error('the function was ended'));
    }
    this.changes.push(what);
    make();
    return Promise.resolve();
  }
}

async function prune(inventory: Inventory) {
  await applyPrune(inventory, PIPELINE, await readPrunePlan(inventory, PIPELINE, NOW), NOW);
}

test('what may go is deprecated, then what was deprecated long ago is forgotten everywhere and removed', async () => {
  const inventory = new Inventory();
  await prune(inventory);
  expect(inventory.changes).toEqual([
    'deprecate ami-00000003',
    'forget ami-00000002 in 111122223333',
    'forget ami-00000002 in 444455556666',
    'remove ami-00000002',
    'forget ami-00000001 in 111122223333',
    'forget ami-00000001 in 444455556666',
    'remove ami-00000001',
  ]);
});

test('an account that cannot be read keeps what is shared with it, and is named', async () => {
  const inventory = new Inventory();
  inventory.unread.add(OTHER.account);
  const { amis, unread } = await readPrunePlan(inventory, PIPELINE, NOW);
  expect(unread).toEqual([{ ...OTHER, why: 'AccessDenied' }]);
  expect(amis.filter(({ action }) => action === 'remove').map(({ amiId }) => amiId)).toEqual([
    'ami-00000001',
  ]);
});

test('where the own account cannot be read nothing goes', async () => {
  const inventory = new Inventory();
  inventory.unread.add(OWN.account);
  await expect(prune(inventory)).rejects.toThrow('AccessDenied');
  expect(inventory.changes).toEqual([]);
});

test('ended after any change and run again, it leaves what one run leaves', async () => {
  const whole = new Inventory();
  await prune(whole);
  for (let ended = 0; ended < whole.changes.length; ended += 1) {
    const inventory = new Inventory();
    inventory.failsAt = ended;
    await expect(prune(inventory)).rejects.toThrow('the function was ended');
    inventory.failsAt = Infinity;
    await prune(inventory);
    expect(inventory.amis).toEqual(whole.amis);
  }
});
