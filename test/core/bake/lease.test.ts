import { changeLease, readLease, takeLease, type LeaseClaim } from '../../../lib/core/bake/lease';
import type { Executions } from '../../../lib/core/ports/bakes';
import { memoryDocuments } from '../../support/memory-ports';

const [ONE, TWO] = ['one', 'two'].map(
  (name) => `arn:aws:states:eu-central-1:123456789012:execution:rebake:${name}`,
) as [string, string];
const IMAGE = 'arn:aws:imagebuilder:eu-central-1:123456789012:image/winbake-2022-core/1.0.3/1';
const NOW = new Date('2025-10-14T17:00:00Z');
const BAKING = { id: 'order', image: IMAGE, ended: null };

function claim(execution: string, forced = false): LeaseClaim {
  return { execution, forced, now: NOW };
}

function running(...arns: readonly string[]): Executions {
  return { isRunning: (arn) => Promise.resolve(arns.includes(arn)), stop: () => Promise.resolve() };
}

test('the first execution takes the lease, and has it when it asks again', async () => {
  const documents = memoryDocuments();
  const lease = { schema: 'winbake.lease/1', execution: ONE, at: '2025-10-14T17:00:00.000Z', order: null };
  expect(await takeLease(documents, running(ONE), claim(ONE))).toEqual(lease);
  expect(await takeLease(documents, running(ONE), claim(ONE))).toEqual(lease);
  expect(await readLease(documents)).toEqual(lease);
});

test.each([
  ['runs and waits', running(ONE), null, false, undefined],
  ['runs and waits, but a person comes', running(ONE), null, true, TWO],
  ['runs and bakes, and a person comes', running(ONE), BAKING, true, undefined],
  [
    'runs after its bake, and a person comes',
    running(ONE),
    { ...BAKING, ended: 'failed' as const },
    true,
    TWO,
  ],
  ['has ended', running(), null, false, TWO],
  ['has ended in its bake', running(), BAKING, false, TWO],
])('where the holder %s', async (_name, executions, order, forced, holder) => {
  const documents = memoryDocuments();
  await takeLease(documents, executions, claim(ONE));
  await changeLease(documents, ONE, (lease) => ({ ...lease, order }));
  const taken = await takeLease(documents, executions, claim(TWO, forced));
  expect(taken?.execution).toBe(holder);
  // What became of the order is handed on.
  expect((await readLease(documents))?.order).toEqual(order);
});

test('of two that come at once one has it', async () => {
  const documents = memoryDocuments();
  const taken = await Promise.all(
    [ONE, TWO].map((execution) => takeLease(documents, running(ONE, TWO), claim(execution))),
  );
  expect(taken.filter((lease) => lease !== undefined)).toHaveLength(1);
});

test("a forced one and the holder's order at once: one of the two has its way", async () => {
  const documents = memoryDocuments();
  await takeLease(documents, running(ONE), claim(ONE));
  const [taken, isOrdered] = await Promise.all([
    takeLease(documents, running(ONE), claim(TWO, true)),
    changeLease(documents, ONE, (lease) => ({ ...lease, order: BAKING })),
  ]);
  expect(isOrdered).toBe(taken === undefined);
});

test('the lease of another is not changed', async () => {
  const documents = memoryDocuments();
  await takeLease(documents, running(), claim(ONE));
  expect(await changeLease(documents, TWO, (lease) => ({ ...lease, order: BAKING }))).toBe(false);
  expect((await readLease(documents))?.order).toBeNull();
});

test('a store in which others write all the time is said', async () => {
  const documents = memoryDocuments();
  jest.spyOn(documents, 'write').mockResolvedValue(false);
  await expect(takeLease(documents, running(), claim(ONE))).rejects.toThrow(
    'bakes/lease.json was changed by others 5 times in a row; start the rebake again.',
  );
});
