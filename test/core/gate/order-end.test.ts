import type { LeasedOrder, Order } from '../../../lib/contract/documents/order';
import {
  endLeasedOrder,
  endOrder,
  noteStartedBake,
  type RebakeFailure,
} from '../../../lib/core/gate/order-end';
import { orderUnderLease } from '../../../lib/core/gate/order-bake';
import { executionOf, IMAGE, orderWorld } from '../../support/order-world';

/** A pipeline whose first bake was ordered by the execution `one`, and begun. */
async function baking() {
  const world = orderWorld();
  const request = world.request('one');
  const { order } = await orderUnderLease(world.ports, request);
  await noteStartedBake(world.ports, { execution: request.execution, orderId: order!.id, image: IMAGE });
  const failed: RebakeFailure = {
    orderId: order!.id,
    image: IMAGE,
    status: 'FAILED',
    reason: 'A component failed.',
    error: undefined,
  };
  return {
    ...world,
    first: order!,
    failed,
    end: (more: Partial<RebakeFailure> = {}, asked: Partial<typeof request> = {}) =>
      endOrder(world.ports, { ...request, ...asked }, { ...failed, ...more }),
    leave: (document: object | string, instance = 'i-build') => {
      world.documents.texts.set(
        `failures/AROA:${instance}.json`,
        typeof document === 'string' ? document : JSON.stringify(document),
      );
    },
    leased: (): LeasedOrder | null => world.lease().order,
  };
}

const failureOf = (code: string, more: object = {}) => ({
  schema: 'winbake.failure/1',
  code,
  step: 'Save-Image',
  message: 'The pull ended.',
  at: '2025-10-15T00:10:00.000Z',
  ...more,
});

const CANCEL = { by: 'ann', reason: 'the fair', at: '2025-10-15T00:05:00.000Z' };

describe('a bake that has begun', () => {
  test('is noted with its image, by whoever holds the lease and for its own order alone', async () => {
    const { cancelled, first, leased, ports } = await baking();
    expect(leased()).toEqual({ id: first.id, image: IMAGE, ended: null });
    await noteStartedBake(ports, { execution: executionOf('one'), orderId: 'other', image: 'arn:other' });
    await noteStartedBake(ports, { execution: executionOf('two'), orderId: first.id, image: 'arn:other' });
    expect(leased()?.image).toBe(IMAGE);
    expect(cancelled).toEqual([]);
  });

  test('is ended at once where a person cancelled meanwhile', async () => {
    const { cancelled, first, ports, setLease } = await baking();
    await setLease({ cancel: CANCEL });
    await noteStartedBake(ports, { execution: executionOf('one'), orderId: first.id, image: IMAGE });
    expect(cancelled).toEqual([IMAGE]);
  });
});

test('an end is noted of the leased order alone', async () => {
  const { first, leased, ports } = await baking();
  await endLeasedOrder(ports, executionOf('one'), 'other', { ended: 'published' });
  await endLeasedOrder(ports, executionOf('two'), first.id, { ended: 'published' });
  expect(leased()?.ended).toBeNull();
  await endLeasedOrder(ports, executionOf('one'), first.id, { ended: 'published' });
  expect(leased()).toEqual({ id: first.id, image: IMAGE, ended: 'published' });
});

describe('a failure', () => {
  test('is told with code, step and instance where the instance left a document, and ends the order', async () => {
    const { end, first, leave, leased } = await baking();
    leave(failureOf('NO_SPACE'));
    const { answer, cause, code, decision, isOutage } = await end();
    expect(cause).toMatch(
      new RegExp(
        `^The bake ${first.id} ended as FAILED: Save-Image: The pull ended\\. \\(NO_SPACE, on the build instance i-build\\)\nLog: https://eu-central-1\\.`,
      ),
    );
    expect({ code, decision, isOutage }).toEqual({ code: 'NO_SPACE', decision: 'wait', isOutage: false });
    expect(answer?.reason).toContain('failed; it is tried again');
    expect(leased()).toEqual({ id: first.id, image: IMAGE, ended: 'failed' });
  });

  test.each(['PULL_FAILED', 'UPDATE_FAILED'])('of a service, %s, is an outage', async (code) => {
    const { end, leave, leased } = await baking();
    leave(failureOf(code));
    expect(await end()).toMatchObject({ code, isOutage: true });
    expect(leased()).toMatchObject({ ended: 'failed', isOutage: true });
  });

  test('of a service for a reason that lasts is none', async () => {
    const { end, leave, leased } = await baking();
    leave(failureOf('UPDATE_FAILED', { isFinal: true }));
    expect(await end()).toMatchObject({ code: 'UPDATE_FAILED', isOutage: false });
    expect(leased()).toEqual(expect.not.objectContaining({ isOutage: true }));
  });

  test('on the test instance is told by it, not by the build instance', async () => {
    const { end, instances, leave } = await baking();
    Object.assign(instances, { test: 'i-test' });
    leave(failureOf('NO_SPACE'));
    leave(failureOf('IMAGE_MISSING'), 'i-test');
    const { cause, code } = await end();
    expect(code).toBe('IMAGE_MISSING');
    expect(cause).toContain('on the test instance i-test');
  });

  test('names the step and what Image Builder says, each once, where there is no document', async () => {
    const { end, first, instances } = await baking();
    instances.step = { step: 'Sysprep', stage: 'BUILD', message: 'It hung.' };
    expect((await end()).cause).toContain(
      `The bake ${first.id} ended as FAILED: A component failed. (Sysprep: It hung.) The build instance i-build left no failure document`,
    );
    expect((await end({ reason: 'Sysprep ended.' })).cause).toContain('FAILED: Sysprep ended. (It hung.)');
  });

  test.each<[string, (world: Awaited<ReturnType<typeof baking>>) => void, string]>([
    [
      'none came up',
      ({ instances }) => Object.assign(instances, { build: undefined }),
      'Image Builder names no instance of it that came up.',
    ],
    [
      'it is damaged',
      ({ leave }) => {
        leave('{');
      },
      'The build instance i-build may have left a failure document, which could not be read: failures/AROA:i-build.json',
    ],
    [
      'the bucket refuses',
      ({ ports }) => Object.assign(ports.bakes, { launchedInstances: () => Promise.reject(new Error('no')) }),
      'The instance may have left a failure document, which could not be read: no',
    ],
  ])('has its own cause though the document cannot be had: %s', async (_what, change, sentence) => {
    const world = await baking();
    change(world);
    const { cause, code } = await world.end();
    expect(cause).toContain(`A component failed. ${sentence}`);
    expect(code).toBeUndefined();
  });

  test('has its own cause though nobody knows the step', async () => {
    const { end, ports } = await baking();
    Object.assign(ports.bakes, { failedStep: () => Promise.reject(new Error('Throttled')) });
    expect((await end()).cause).toContain('A component failed. The build instance');
  });

  test('before anything was ordered ends no order', async () => {
    const { end, leased } = await baking();
    const ended = await end({
      orderId: undefined,
      image: undefined,
      status: undefined,
      error: 'States.Timeout',
    });
    expect(ended).toEqual({
      decision: 'failed',
      cause: 'The rebake failed (States.Timeout): A component failed.',
    });
    expect(leased()?.ended).toBeNull();
  });

  test('of a call once the image is there leaves the order to the next rebake', async () => {
    const { end, leased } = await baking();
    const { answer, decision } = await end({ status: undefined, error: 'Lambda.ServiceException' });
    expect({ answer, decision }).toEqual({ answer: undefined, decision: 'failed' });
    expect(leased()?.ended).toBeNull();
  });

  test('of a publication that was refused ends the order', async () => {
    const { end, leased } = await baking();
    await end({ status: undefined, error: 'WinbakeError', reason: 'Nothing was published.' });
    expect(leased()?.ended).toBe('failed');
  });

  test('of what a person ordered is not tried again', async () => {
    const { end, leased } = await baking();
    const ended = await end({}, { forced: true });
    expect(ended).toMatchObject({ decision: 'failed' });
    expect(ended.answer).toBeUndefined();
    expect(leased()?.ended).toBe('failed');
  });

  test('without a name of its error says so', async () => {
    const { end } = await baking();
    expect((await end({ image: undefined, status: undefined })).cause).toContain('failed (no error name): A');
  });
});

describe('a start that Image Builder refused', () => {
  const refused = { image: undefined, status: undefined, error: 'Imagebuilder.ResourceNotFoundException' };

  test('is no attempt, and is told as what it is', async () => {
    const { end, first, leased } = await baking();
    const { cause } = await end(refused);
    expect(cause).toBe(
      `The bake ${first.id} was not started, Image Builder refused it (${refused.error}): A component failed.`,
    );
    expect(leased()?.ended).toBe('refused');
  });

  test('is a failure where it was refused in passing', async () => {
    const { end, leased } = await baking();
    await end({ ...refused, error: 'Imagebuilder.ServiceException' });
    expect(leased()?.ended).toBe('failed');
  });

  test('by its name alone is none where an image was begun', async () => {
    const { end, leased } = await baking();
    await end({ status: 'FAILED', error: refused.error });
    expect(leased()?.ended).toBe('failed');
  });
});

describe('a person who cancels', () => {
  test('ends the order for good, and is named', async () => {
    const { end, first, leased, setLease } = await baking();
    await setLease({ cancel: CANCEL });
    expect(await end({ status: 'CANCELLED' })).toEqual({
      decision: 'cancelled',
      cause: `ann cancelled ${first.id}: the fair`,
    });
    expect(leased()?.ended).toBe('cancelled');
  });

  test('in Image Builder itself is not known, and no instance is asked', async () => {
    const { end, leased, leave } = await baking();
    leave(failureOf('NO_SPACE'));
    const ended = await end({ status: 'CANCELLED', reason: 'By a user.' });
    expect(ended.decision).toBe('cancelled');
    expect(ended.cause).toContain('ended as CANCELLED: By a user.');
    expect(ended.cause).not.toContain('NO_SPACE');
    expect(leased()?.ended).toBe('cancelled');
  });

  test('a bake whose test fails at that moment has no second test', async () => {
    const { end, instances, setLease } = await baking();
    instances.step = { step: 'ApplyTestComponents', stage: 'TEST', message: '' };
    await setLease({ cancel: CANCEL });
    expect((await end()).decision).toBe('cancelled');
  });
});

describe('test and distribution', () => {
  test.each(['TEST', 'DISTRIBUTION'])('%s is tried once more, then the order has failed', async (stage) => {
    const { end, first, instances, leased } = await baking();
    instances.step = { step: 'x', stage, message: '' };
    expect(await end()).toMatchObject({ decision: 'retry', retried: { orderId: first.id, image: IMAGE } });
    expect(leased()).toEqual({ id: first.id, image: IMAGE, ended: null, isRetried: true });
    expect((await end()).decision).toBe('wait');
    expect(leased()).toMatchObject({ ended: 'failed' });
  });

  test.each<[string, string, Partial<RebakeFailure>]>([
    ['the build failed', 'BUILD', {}],
    ['the image is gone', 'TEST', { status: 'DELETED' }],
    ['nothing was started', 'TEST', { image: undefined, status: undefined }],
  ])('are not tried again where %s', async (_what, stage, more) => {
    const { end, instances } = await baking();
    instances.step = { step: 'x', stage, message: '' };
    expect((await end(more)).decision).toBe('wait');
  });

  test('of another order are not tried again', async () => {
    const { end, instances, setLeased } = await baking();
    await setLeased({ id: 'other' });
    instances.step = { step: 'x', stage: 'TEST', message: '' };
    expect((await end()).decision).not.toBe('retry');
  });
});

describe('what costs no attempt', () => {
  const UNKNOWN = { reason: 'Invalid IAM Instance Profile name' };
  const SILENT = { step: 'ApplyBuildComponents', stage: 'BUILD', message: '' };

  /** Ends the order as often as the gate orders it again, and gives how each one ended. */
  async function endsOf(times: number, more: Partial<RebakeFailure>, step?: typeof SILENT) {
    const world = await baking();
    if (step !== undefined) {
      world.instances.step = step;
    }
    const ends: object[] = [];
    let order: Order | undefined = world.first;
    for (let time = 0; time < times && order !== undefined; time += 1) {
      const { id: orderId }: Order = order;
      await noteStartedBake(world.ports, { execution: executionOf('one'), orderId, image: IMAGE });
      const answer = (await world.end({ orderId, ...more })).answer;
      const { ended, isInterrupted } = world.leased()!;
      ends.push({ ended, ...(isInterrupted === true && { isInterrupted }), attempt: order.attempt });
      order = answer?.order;
      if (order === undefined) {
        world.pass(2);
        order = (await orderUnderLease(world.ports, world.request('one'))).order;
      }
    }
    return ends;
  }

  test('an instance profile that is not known yet, twice; then it is wrong', async () => {
    expect(await endsOf(3, UNKNOWN)).toEqual([
      { ended: 'notLaunched', attempt: 1 },
      { ended: 'notLaunched', attempt: 1 },
      { ended: 'failed', attempt: 1 },
    ]);
  });

  test('a build that ended silently, twice; then it is a failure', async () => {
    expect(await endsOf(3, {}, SILENT)).toEqual([
      { ended: 'failed', isInterrupted: true, attempt: 1 },
      { ended: 'failed', isInterrupted: true, attempt: 1 },
      { ended: 'failed', attempt: 1 },
    ]);
  });

  test.each<[string, (world: Awaited<ReturnType<typeof baking>>) => unknown, Partial<RebakeFailure>]>([
    [
      'that left a document',
      ({ leave }) => {
        leave(failureOf('NO_SPACE'));
      },
      {},
    ],
    ['of which no instance came up', ({ instances }) => Object.assign(instances, { build: undefined }), {}],
    ['that Image Builder ended otherwise', () => undefined, { status: 'DELETED' }],
    [
      'that failed at another step',
      ({ instances }) => Object.assign(instances, { step: { ...SILENT, step: 'Sysprep' } }),
      {},
    ],
    ['whose order is gone', ({ documents, first }) => documents.texts.delete(`bakes/${first.id}.json`), {}],
  ])('no build %s was interrupted', async (_what, change, more) => {
    const world = await baking();
    world.instances.step = SILENT;
    await change(world);
    await world.end(more);
    expect(world.leased()).toMatchObject({ ended: 'failed' });
    expect(world.leased()).not.toHaveProperty('isInterrupted');
  });

  test('no profile is unknown where the instance came up and says why it failed', async () => {
    const { end, leave, leased } = await baking();
    leave(failureOf('NO_SPACE'));
    await end(UNKNOWN);
    expect(leased()?.ended).toBe('failed');
  });
});

describe('a host that stayed below its target', () => {
  const behind = { osVersion: '10.0.20348.4171', targetRevision: 4294 };

  test.each<[string, string, object, number[]]>([
    ['is remembered', 'HOST_BEHIND_TARGET', behind, [4171]],
    ['at its target is none', 'HOST_BEHIND_TARGET', { ...behind, osVersion: '10.0.20348.4294' }, []],
    ['of another build is none', 'HOST_BEHIND_TARGET', { ...behind, osVersion: '10.0.26100.1' }, []],
    ['of which no target is known is none', 'HOST_BEHIND_TARGET', { osVersion: '10.0.20348.4171' }, []],
    ['of which no version is known is none', 'HOST_BEHIND_TARGET', { targetRevision: 4294 }, []],
    ['is none after another failure', 'NO_SPACE', behind, []],
  ])('%s', async (_what, code, more, revisions) => {
    const { documents, end, first, leave } = await baking();
    leave(failureOf(code, more));
    await end();
    const { hosts } = JSON.parse(documents.texts.get('catalog/2022.json')!) as {
      hosts: readonly { readonly revision: number; readonly bake: string }[];
    };
    expect(hosts.map(({ revision }) => revision)).toEqual(revisions);
    expect(hosts.every(({ bake }) => bake === first.id)).toBe(true);
  });
});
