import fc from 'fast-check';
import { propertyRuns } from '../../support/property-runs';
import type { FleetPorts } from '../../../lib/core/fleet/fleet-ports';
import type { AmiBehaviour } from '../../../sim/aws/fleet/ami-behaviour';
import { isBelowFloor } from '../../../lib/core/fleet/evaluate-rollout';
import { fleetLab, NAMES, NEW, NEWER, OLD, overrideAt, type FleetLab } from '../../support/fleet-lab';

const PUBLICATIONS = [OLD, NEW, NEWER];

/** What happens to a fleet from outside. */
type Happening =
  | { readonly kind: 'publish'; readonly index: number }
  | { readonly kind: 'hold' | 'unhold' | 'floor' }
  | { readonly kind: 'scale'; readonly count: number }
  | { readonly kind: 'crash'; readonly after: number; readonly isDone: boolean }
  | { readonly kind: 'wait'; readonly hours: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('publish' as const), index: fc.integer({ min: 0, max: 2 }) }),
  fc.record({ kind: fc.constantFrom('hold' as const, 'unhold' as const, 'floor' as const) }),
  fc.record({ kind: fc.constant('scale' as const), count: fc.integer({ min: 0, max: 5 }) }),
  fc.record({
    kind: fc.constant('crash' as const),
    after: fc.integer({ min: 0, max: 12 }),
    isDone: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('wait' as const), hours: fc.constantFrom(0.25, 0.5, 1, 3) }),
);

const behaviour = fc.record<AmiBehaviour>({
  host: fc.constantFrom('registers', 'registers', 'hangs', 'boots'),
  tasks: fc.constantFrom('run', 'run', 'fail', 'none'),
});

class Crash extends Error {}

/** Ports that end a poll of one call: before it is done, or after. */
function crashing(plan: { left: number; isDone: boolean }, broken: string[], lab: () => FleetLab) {
  const crashable = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name, receiver) => {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== 'function') {
          return member;
        }
        return async (...args: unknown[]) => {
          plan.left -= 1;
          const dies = plan.left === -1;
          if (dies && !plan.isDone) {
            throw new Crash();
          }
          watch(String(name), args, broken, lab());
          const answer: unknown = await (member as (...given: unknown[]) => unknown).apply(target, args);
          if (dies) {
            throw new Crash();
          }
          return answer;
        };
      },
    });
  return (ports: FleetPorts): FleetPorts => ({
    ...ports,
    control: crashable(ports.control),
    hosts: crashable(ports.hosts),
    notifier: crashable(ports.notifier),
    parameters: crashable(ports.parameters),
  });
}

/** What must never be called. */
function watch(
  name: string,
  args: readonly unknown[],
  broken: string[],
  { fleet, parameters, clock }: FleetLab,
): void {
  const { group } = fleet;
  if (name === 'startRefresh' && group.refresh?.isUnderWay === true) {
    broken.push('a second refresh');
  }
  if (name !== 'startRefresh' && name !== 'useLaunchTemplateVersion' && name !== 'rollBackRefresh') {
    return;
  }
  const overrides = parameters.json(NAMES.overrides) as {
    floor: { osVersion: string; until: string } | null;
  } | null;
  const floor = overrides?.floor ?? undefined;
  const [given] = args as (string | { version: string })[];
  const version = given === undefined ? group.version : typeof given === 'string' ? given : given.version;
  const amiId = group.amiOf(version);
  const { osVersion } = PUBLICATIONS.find((one) => one.amiId === amiId)!;
  if (
    floor !== undefined &&
    Date.parse(floor.until) > clock.now().getTime() &&
    isBelowFloor(osVersion, floor.osVersion)
  ) {
    broken.push(`${name} of ${osVersion} below ${floor.osVersion}`);
  }
}

async function happen(
  lab: FleetLab,
  plan: { left: number; isDone: boolean },
  what: Happening,
): Promise<void> {
  switch (what.kind) {
    case 'publish':
      lab.publish(PUBLICATIONS[what.index]!);
      return;
    case 'hold':
      lab.setOverrides({ hold: overrideAt(lab.clock.now(), 5) });
      return;
    case 'unhold':
      lab.setOverrides({ hold: null });
      return;
    case 'floor':
      lab.setOverrides({ floor: { ...overrideAt(lab.clock.now(), 100_000), osVersion: NEW.osVersion } });
      return;
    case 'scale':
      lab.fleet.group.scaleTo(what.count);
      return;
    case 'crash':
      plan.left = what.after;
      plan.isDone = what.isDone;
      await lab.poll().catch((error: unknown) => {
        if (!(error instanceof Crash)) {
          throw error;
        }
      });
      plan.left = Infinity;
      return;
    case 'wait':
      await lab.wait(what.hours);
  }
}

test('from any state, with a crash after any call, looks end at the right AMI or at a person', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { minLength: 1, maxLength: 12 }),
      behaviour,
      behaviour,
      fc.integer({ min: 0, max: 4 }),
      async (happenings, ofNew, ofNewer, instanceCount) => {
        const broken: string[] = [];
        const plan = { left: Infinity, isDone: false };
        const lab: FleetLab = fleetLab({
          instanceCount,
          behaviours: { [NEW.id]: ofNew, [NEWER.id]: ofNewer },
          wrap: crashing(plan, broken, () => lab),
        });
        await lab.poll();
        for (const what of happenings) {
          await happen(lab, plan, what);
        }
        // Long enough for a hold to end, two ways back, and the budget to be spent.
        await lab.wait(40);
        expect(broken).toEqual([]);
        const [last = ''] = (await lab.poll()).slice(-1);
        const wanted = lab.parameters.json(NAMES.channel) as typeof NEW;
        const isThere = last === 'nothing' && lab.running().every((id) => id === wanted.id);
        // A canary on which nothing runs waits, until the budget tells of it.
        const isWaiting = last === 'wait:canary' && lab.state().rollout !== null;
        const isNotified = lab.notified.some((text) => text.includes(wanted.id));
        expect({ last, isEnded: isThere || isWaiting || isNotified }).toEqual({ last, isEnded: true });
      },
    ),
    { numRuns: propertyRuns(30) },
  );
});
