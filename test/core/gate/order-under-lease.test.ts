import { CURRENT_ORDER_KEY } from '../../../lib/contract/names/bucket-keys';
import type { Order } from '../../../lib/contract/documents/order';
import { orderKey } from '../../../lib/core/bake/lease';
import { changeCatalog } from '../../../lib/core/catalog/catalog-store';
import { orderUnderLease } from '../../../lib/core/gate/order-bake';
import { executionOf, IMAGE, orderWorld } from '../../support/order-world';

type World = ReturnType<typeof orderWorld>;
const TAKEN = {
  decision: 'nothing',
  reason: 'Another rebake of this pipeline is under way.',
  findings: [],
  notEvaluated: true,
};

/** A first execution has ordered a bake. */
async function ordered(world = orderWorld()): Promise<World & { readonly first: Order }> {
  const { order } = await orderUnderLease(world.ports, world.request('one'));
  return { ...world, first: order! };
}

test('a due bake is kept, leased and handed to the next build instance', async () => {
  const { current, first, lease, order } = await ordered();
  expect(first).toMatchObject({ attempt: 1, targetRevision: 4294 });
  expect(first).not.toHaveProperty('kb');
  expect(lease()).toMatchObject({
    execution: executionOf('one'),
    order: { id: first.id, image: null, ended: null },
  });
  expect([order(first.id), current()]).toEqual([first, first]);
});

test('an execution that comes while another decides or bakes finds it taken, and changes nothing', async () => {
  const { documents, ports, request } = await ordered();
  const before = new Map(documents.texts);
  expect(await orderUnderLease(ports, request('two'))).toEqual(TAKEN);
  expect(await orderUnderLease(ports, request('three', { forced: true }))).toEqual(TAKEN);
  expect(documents.texts).toEqual(before);
});

describe('an order whose execution ended before it was carried out', () => {
  test('is taken up again, and handed over again', async () => {
    const { current, documents, first, lease, ports, request, running } = await ordered();
    running.clear();
    documents.texts.delete(CURRENT_ORDER_KEY);
    expect(await orderUnderLease(ports, request('two'))).toEqual({
      decision: 'bake',
      reason: `The order ${first.id} is started, or found started.`,
      findings: [],
      order: first,
      notEvaluated: true,
    });
    expect(current()).toEqual(first);
    expect(lease()).toMatchObject({ execution: executionOf('two'), order: { id: first.id, ended: null } });
  });

  test('is followed where its image is known', async () => {
    const { current, documents, first, ports, request, running, setLeased } = await ordered();
    await setLeased({ image: IMAGE });
    running.clear();
    documents.texts.delete(CURRENT_ORDER_KEY);
    expect(await orderUnderLease(ports, request('two'))).toEqual({
      decision: 'bake',
      reason: `The order ${first.id} is being carried out by ${IMAGE}.`,
      findings: [],
      order: first,
      image: IMAGE,
      notEvaluated: true,
    });
    expect(current()).toBeNull();
  });

  test('is decided anew where its document is gone', async () => {
    const { documents, first, pass, ports, request, running } = await ordered();
    running.clear();
    pass(1);
    documents.texts.delete(orderKey(first.id));
    documents.texts.delete(CURRENT_ORDER_KEY);
    const { notEvaluated, order } = await orderUnderLease(ports, request('two'));
    expect(notEvaluated).toBeUndefined();
    expect(order?.id).not.toBe(first.id);
  });
});

test('an execution that a person cancelled while it waited does nothing more', async () => {
  const { current, first, ports, request, setLease } = await ordered();
  await setLease({
    order: { id: first.id, image: IMAGE, ended: 'published' },
    cancel: { by: 'ann', reason: 'the fair', at: '2025-10-15T00:00:00.000Z' },
  });
  expect(await orderUnderLease(ports, request('one'))).toEqual({
    decision: 'nothing',
    reason: 'ann cancelled this rebake: the fair',
    findings: [],
    notEvaluated: true,
  });
  expect(current()).toEqual(first);
});

test('whoever loses the lease while it decides hands no order over', async () => {
  const world = orderWorld();
  const { current, documents, lease, ports, request, setLease } = world;
  const overwrite: typeof documents.overwrite = async (key, text) => {
    await documents.overwrite(key, text);
    if (key !== CURRENT_ORDER_KEY && key.includes('20251015')) {
      await setLease({ execution: executionOf('forced') });
    }
  };
  const answer = await orderUnderLease(
    { ...ports, registry: ports.registry, documents: { ...documents, overwrite } },
    request('one'),
  );
  expect(answer).toEqual(TAKEN);
  expect(current()).toBeNull();
  expect(lease().order).toBeNull();
});

test.each([
  ['failed', 'wait', 'it is tried again at 2025-10-15T01:00Z'],
  ['cancelled', 'nothing', 'cancelled'],
] as const)('the gate hears that the last order %s', async (ended, decision, sentence) => {
  const { ports, request, running, setLeased } = await ordered();
  await setLeased({ ended });
  running.clear();
  const answer = await orderUnderLease(ports, request('two'));
  expect(answer.decision).toBe(decision);
  expect(answer.reason).toContain(sentence);
});

describe('a finished image that waits for a person', () => {
  const FINDING = 'DEFENDER_OFF 20348.4294';
  const AT = '2025-10-15T00:00:00.000Z';

  async function waiting(more: { readonly isAccepted?: boolean; readonly order?: string } = {}) {
    const world = await ordered();
    const { documents, first, ports, running, setLeased } = world;
    await setLeased({ image: IMAGE, ended: 'failed' });
    running.clear();
    await documents.overwrite(
      'publications/awaiting.json',
      JSON.stringify({
        schema: 'winbake.awaiting-publication/1',
        order: more.order ?? first.id,
        imageBuildVersionArn: IMAGE,
        finding: FINDING,
        at: AT,
      }),
    );
    if (more.isAccepted !== false) {
      await changeCatalog(ports.documents, world.request('one').release, (before) => ({
        ...before,
        accepted: [{ finding: FINDING, by: 'ann', reason: 'known', at: AT }],
      }));
    }
    running.clear();
    return world;
  }

  test('is published once the finding is accepted, and taken up once', async () => {
    const { first, lease, ports, request, running, setLeased } = await waiting();
    expect(await orderUnderLease(ports, request('two'))).toEqual({
      decision: 'bake',
      reason: `"${FINDING}" is accepted: the finished image ${IMAGE} of the order ${first.id} is published.`,
      findings: [],
      order: first,
      image: IMAGE,
      notEvaluated: true,
    });
    expect(lease().order).toEqual({ id: first.id, image: IMAGE, ended: null, takenUp: AT });
    await setLeased({ ended: 'failed' });
    running.clear();
    expect((await orderUnderLease(ports, request('three'))).notEvaluated).toBeUndefined();
  });

  test('waits on while it is not accepted, and the gate says for what', async () => {
    const { ports, request } = await waiting({ isAccepted: false });
    const { image, notEvaluated, reason } = await orderUnderLease(ports, request('two'));
    expect({ image, notEvaluated }).toEqual({ image: undefined, notEvaluated: undefined });
    expect(reason).toContain(`until an operator accepts "${FINDING}"`);
  });

  test.each<[string, (world: World & { readonly first: Order }) => unknown, object]>([
    ['a person wants an update in it', () => undefined, { kb: 'KB5066782' }],
    ['its order was published meanwhile', ({ setLeased }) => setLeased({ ended: 'published' }), {}],
    ['its order is gone', ({ documents, first }) => documents.texts.delete(orderKey(first.id)), {}],
  ])('is not taken up where %s', async (_what, change, more) => {
    const world = await waiting();
    await change(world);
    const answer = await orderUnderLease(world.ports, world.request('two', more));
    expect(answer.image).toBeUndefined();
    expect(answer.notEvaluated).toBeUndefined();
  });

  test('of another order is not taken up', async () => {
    const { ports, request } = await waiting({ order: 'another' });
    expect((await orderUnderLease(ports, request('two'))).image).toBeUndefined();
  });

  test('is not taken up by whoever loses the lease meanwhile', async () => {
    const { documents, ports, request, setLease } = await waiting();
    const read: typeof documents.read = async (key) => {
      if (key.startsWith('catalog/')) {
        await setLease({ execution: executionOf('other') });
      }
      return documents.read(key);
    };
    const answer = await orderUnderLease(
      { ...ports, registry: ports.registry, documents: { ...documents, read } },
      request('two'),
    );
    expect(answer).toEqual(TAKEN);
  });
});
