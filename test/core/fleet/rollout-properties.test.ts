import fc from 'fast-check';
import { propertyRuns } from '../../support/property-runs';
import type { FleetPorts } from '../../../lib/core/fleet/fleet-ports';
import type { AmiBehaviour } from '../../../sim/aws/fleet/ami-behaviour';
import { isBelowFloor } from '../../../lib/core/fleet/evaluate-rollout';
import { runningPublications } from '../../../lib/core/fleet/fleet-world';
import { hoursUnpatched } from '../../../lib/core/fleet/patch-hours';
import { fleetLab, NAMES, overrideAt, publicationOf, type FleetLab } from '../../support/fleet-lab';

/** What was released then lacks nothing that was released before. */
const OCTOBER = Date.parse('2025-10-14T17:00:00.000Z');
const SEEN = { september: '2025-09-09T18:00:00.000Z', october: '2025-10-14T18:00:00.000Z' };

const OLD = { ...publicationOf(4171), revisionSeenAt: SEEN.september };
const NEW = { ...publicationOf(4294), revisionSeenAt: SEEN.october };
const NEWER = { ...publicationOf(4297), revisionSeenAt: SEEN.october };
/** Of the same revision as OLD: a fleet has no reason to roll to it. */
const EQUAL = { ...publicationOf(4171, 2), revisionSeenAt: SEEN.september };

const PUBLICATIONS = [OLD, NEW, NEWER, EQUAL];

/** What happens to a fleet from outside. */
type Happening =
  | { readonly kind: 'publish'; readonly index: number }
  | { readonly kind: 'hold' | 'unhold' | 'floor' | 'stray' }
  | { readonly kind: 'scale'; readonly count: number }
  | { readonly kind: 'crash'; readonly after: number; readonly isDone: boolean }
  | { readonly kind: 'wait'; readonly hours: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    kind: fc.constant('publish' as const),
    index: fc.integer({ min: 0, max: PUBLICATIONS.length - 1 }),
  }),
  fc.record({
    kind: fc.constantFrom('hold' as const, 'unhold' as const, 'floor' as const, 'stray' as const),
  }),
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

/** The hours that a fleet's metric says after a poll, and those since the release that its oldest instance really lacks. */
async function hoursOf(lab: FleetLab): Promise<{ readonly measured: number; readonly real: number }> {
  const now = lab.clock.now();
  const group = await lab.as(() => lab.ports.control.describeGroup());
  const state = lab.state();
  const measured = hoursUnpatched({ running: runningPublications(state, group), wanted: state.wanted, now });
  const lacks = group.instances.some(({ amiId }) =>
    PUBLICATIONS.some((one) => one.amiId === amiId && one.revisionSeenAt === SEEN.september),
  );
  return { measured, real: lacks ? (now.getTime() - OCTOBER) / 3_600_000 : 0 };
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
    case 'stray': {
      // An instance of the first AMI, as one that comes back from standby.
      const now = lab.clock.now().getTime();
      lab.fleet.group.arrive(lab.fleet.group.launch('1', now), now);
      return;
    }
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

function versionOf(id: string): string | undefined {
  return PUBLICATIONS.find((one) => one.id === id)?.osVersion;
}

test('from any state, with a crash after any call, looks end at the right AMI or at a person, and no hours are hidden', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { minLength: 1, maxLength: 12 }),
      behaviour,
      behaviour,
      fc.integer({ min: 0, max: 4 }),
      fc.boolean(),
      async (happenings, ofNew, ofNewer, instanceCount, hasEqual) => {
        const broken: string[] = [];
        const plan = { left: Infinity, isDone: false };
        const lab: FleetLab = fleetLab({
          instanceCount,
          behaviours: { [NEW.id]: ofNew, [NEWER.id]: ofNewer },
          wrap: crashing(plan, broken, () => lab),
        });
        lab.publish(OLD);
        await lab.poll();
        if (hasEqual) {
          lab.publish(EQUAL);
          await lab.poll();
        }
        const understated = async (): Promise<void> => {
          const { real, measured } = await hoursOf(lab);
          if (measured < real - 0.1) {
            broken.push(`${measured} h measured, ${real} h true`);
          }
        };
        for (const what of happenings) {
          await happen(lab, plan, what);
          await understated();
        }
        // Long enough for a hold to end, two ways back, and the budget to be spent.
        await lab.wait(40);
        await understated();
        expect(broken).toEqual([]);
        const [last = ''] = (await lab.poll()).slice(-1);
        const wanted = lab.parameters.json(NAMES.channel) as typeof NEW;
        const isThere = last === 'nothing' && lab.running().every((id) => versionOf(id) === wanted.osVersion);
        // A canary on which nothing runs waits, until the budget tells of it.
        const isWaiting = last === 'wait:canary' && lab.state().rollout !== null;
        const isNotified = PUBLICATIONS.some(
          ({ id, osVersion }) =>
            osVersion === wanted.osVersion && lab.notified.some((text) => text.includes(id)),
        );
        expect({ last, isEnded: isThere || isWaiting || isNotified }).toEqual({ last, isEnded: true });
        await happen(lab, plan, { kind: 'stray' });
        await lab.poll();
        await understated();
        expect(broken).toEqual([]);
      },
    ),
    { numRuns: propertyRuns(30) },
  );
});
