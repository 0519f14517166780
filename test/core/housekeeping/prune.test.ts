import { applyPrune, readPrunePlan } from '../../../lib/core/housekeeping/prune';
import type { PipelineDescription } from '../../../lib/contract/documents/pipeline-description';
import { MemoryInventory } from '../../support/memory-inventory';

const NOW = new Date('2026-07-15T12:00:00Z');
const OWN = { account: '111122223333', region: 'eu-central-1' };
const OTHER = { account: '444455556666', region: 'eu-central-1' };
const PIPELINE = {
  ...OWN,
  accounts: [OTHER.account],
  regions: [],
  retention: { newest: 1, minimumAgeDays: 45 },
} as unknown as PipelineDescription;

/** Four AMIs, of which one is shared with the other account. */
function fourAmis() {
  const inventory = new MemoryInventory();
  for (const number of [1, 2, 3, 4]) {
    inventory.add(number, {
      ageDays: 300 - number,
      deprecatedDays: number < 3 ? 30 : undefined,
      sharedWith: number === 2 ? [OTHER.account] : [],
      now: NOW,
    });
  }
  return inventory;
}

async function prune(inventory: MemoryInventory) {
  await applyPrune(inventory, PIPELINE, await readPrunePlan(inventory, PIPELINE, NOW, new Set()), NOW);
}

test('what may go is deprecated, then what was deprecated long ago is forgotten everywhere and removed', async () => {
  const inventory = fourAmis();
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
  const inventory = fourAmis();
  inventory.unread.add(OTHER.account);
  const { amis, unread } = await readPrunePlan(inventory, PIPELINE, NOW, new Set());
  expect(unread).toEqual([{ ...OTHER, why: 'AccessDenied' }]);
  expect(amis.filter(({ action }) => action === 'remove').map(({ amiId }) => amiId)).toEqual([
    'ami-00000001',
  ]);
});

test('an AMI is forgotten in its own region, by every account that could be read there', async () => {
  const pipeline = { ...PIPELINE, regions: ['us-east-1'] };
  const inventory = fourAmis();
  const forgotten: string[] = [];
  inventory.forget = ({ account, region }: { account: string; region?: string }, amiId: string) => {
    forgotten.push(`${amiId} ${account} ${region ?? ''}`);
    return Promise.resolve();
  };
  const removed = { region: OWN.region, amiId: 'ami-1', publication: undefined, reasons: ['x'] };
  await applyPrune(
    inventory,
    pipeline,
    {
      amis: [{ ...removed, action: 'remove' }],
      unread: [
        { account: OTHER.account, region: 'us-east-1', why: 'x' },
        { account: '999999999999', region: OWN.region, why: 'x' },
      ],
    },
    NOW,
  );
  expect(forgotten).toEqual([`ami-1 ${OWN.account} ${OWN.region}`, `ami-1 ${OTHER.account} ${OWN.region}`]);
  forgotten.length = 0;
  await applyPrune(
    inventory,
    pipeline,
    { amis: [{ ...removed, action: 'remove' }], unread: [{ ...OTHER, why: 'x' }] },
    NOW,
  );
  expect(forgotten).toEqual([`ami-1 ${OWN.account} ${OWN.region}`]);
});

test('an account is a stranger in a region that the pipeline does not publish to', async () => {
  const inventory = fourAmis();
  inventory.amis = inventory.amis.map((ami) => ({
    ...ami,
    region: 'us-east-1',
    sharedWith: [OTHER.account],
  }));
  const { unread } = await readPrunePlan(inventory, PIPELINE, NOW, new Set());
  expect(unread).toMatchObject([{ account: OTHER.account, region: 'us-east-1' }]);
});

test.each([OTHER.account, 'all', 'arn:aws:organizations::111122223333:organization/o-1'])(
  'whoever else an AMI is shared with keeps it: %s',
  async (stranger) => {
    const inventory = fourAmis();
    inventory.amis = inventory.amis.map((ami) => ({ ...ami, sharedWith: [stranger] }));
    const { amis, unread } = await readPrunePlan(inventory, { ...PIPELINE, accounts: [] }, NOW, new Set());
    expect(unread).toEqual([
      {
        account: stranger,
        region: OWN.region,
        why: 'the pipeline does not publish there, and has no way to look',
      },
    ]);
    expect(amis.filter(({ action }) => action !== 'keep')).toEqual([]);
  },
);

test('where the own account cannot be read nothing goes', async () => {
  const inventory = fourAmis();
  inventory.unread.add(OWN.account);
  await expect(prune(inventory)).rejects.toThrow('AccessDenied');
  expect(inventory.changes).toEqual([]);
});

test('ended after any change and run again, it leaves what one run leaves', async () => {
  const whole = fourAmis();
  await prune(whole);
  for (let ended = 0; ended < whole.changes.length; ended += 1) {
    const inventory = fourAmis();
    inventory.failsAt = ended;
    await expect(prune(inventory)).rejects.toThrow('the function was ended');
    inventory.failsAt = Infinity;
    await prune(inventory);
    expect(inventory.amis).toEqual(whole.amis);
  }
});
