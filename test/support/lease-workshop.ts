import { underLease } from '../../lib/core/fleet/reconcile-fleet';
import { inEveryOrder, interleave, type Gate } from './interleave';
import { memoryParameters } from './memory-ports';

export const LEASE = '/winbake/fleets/shop/lease';
const START = new Date('2025-10-14T22:00:00Z');

export const alone: Gate = (port) => port;

/** What requests may not do at once; `at` is the minute of the clock, and whoever has lived for two minutes is ended. */
export function workshop() {
  const { versioned, values } = memoryParameters();
  const clock = { at: 0 };
  const working = new Map<string, number>();
  const seen = { most: 0, done: 0 };
  const now = () => new Date(START.getTime() + clock.at * 60_000);
  const request = (by: string) => async (gate: Gate) => {
    await gate({ begin: () => Promise.resolve() }).begin();
    const end = clock.at + 2;
    const living: Gate = (port) =>
      new Proxy(port, {
        // The time counts when the call is made, not when its method is taken.
        get: (target, name, receiver) => {
          const call = Reflect.get(target, name, receiver) as (...given: unknown[]) => unknown;
          return (...given: unknown[]) =>
            clock.at > end ? Promise.reject(new Error('The function was ended.')) : call.apply(target, given);
        },
      });
    const tool = gate(living({ use: () => Promise.resolve() }));
    return underLease({ leases: gate(living(versioned)), now }, { name: LEASE, by }, async () => {
      working.set(by, end);
      seen.most = Math.max(seen.most, [...working.values()].filter((until) => until >= clock.at).length);
      await tool.use();
      await tool.use();
      working.delete(by);
      seen.done += 1;
      return by;
    });
  };
  return { clock, seen, request, values };
}
/** No two work, whatever the order of their calls, and a later request finds the lease free; says how many orders there are. */
export function workInEveryOrder(names: readonly string[]): Promise<number> {
  return inEveryOrder(async (choose) => {
    const { clock, request, seen } = workshop();
    await interleave(names.map(request), choose);
    expect(seen.most).toBe(1);
    // A request that lost may leave it taken behind the one that won; then it ends by itself.
    clock.at = 6;
    expect(await request('later')(alone)).toBe('later');
  });
}
