import type { FleetPorts } from '../../../lib/core/fleet/fleet-ports';
import type { WrapPorts } from '../../../sim/reliability/installation';
import type { FleetYearsOptions } from '../../../sim/reliability/fleet-scenario';
import { simulateFleets } from '../../../sim/reliability/simulate-fleets';
import { hoursAt, measureRecordedRings } from '../../../tools/reliability/run-simulate';
import { simulateYears } from '../../../tools/reliability/simulate-years';

function live(seed: number, options: Partial<FleetYearsOptions> = {}) {
  return simulateFleets({ years: 1, fleets: 7, seed, ...options });
}

/** The parameters of a fleet, with another text in the place of some. */
function showing(
  isMeant: (name: string) => boolean,
  show: (text: string | undefined) => string | undefined,
): WrapPorts {
  return (_fleet, ports) => ({
    ...ports,
    parameters: {
      ...ports.parameters,
      below: (path) => ports.parameters.below(path),
      put: (name, value, type) => ports.parameters.put(name, value, type),
      get: async (name) => {
        const text = await ports.parameters.get(name);
        return isMeant(name) ? show(text) : text;
      },
    },
  });
}

const without =
  (port: (ports: FleetPorts) => Partial<FleetPorts>): WrapPorts =>
  (_fleet, ports) => ({ ...ports, ...port(ports) });

test('years by seed break no rule', async () => {
  const { fleetYears, notices, rollouts, violations } = await simulateYears({
    years: 40,
    fleets: 10,
    seed: 20,
  });
  expect(violations).toEqual([]);
  expect(fleetYears).toBeGreaterThanOrEqual(40);
  expect(Math.min(rollouts, notices)).toBeGreaterThan(40);
});

test.each<[string, Partial<FleetYearsOptions>]>([
  [
    'hold',
    {
      plant: showing(
        (name) => name.endsWith('/overrides'),
        () => undefined,
      ),
      rates: { hold: 0.5 },
    },
  ],
  [
    'floor',
    {
      plant: showing(
        (name) => name.endsWith('/overrides'),
        () => undefined,
      ),
      rates: { floor: 0.5, rollback: 0.5 },
    },
  ],
  [
    'R7',
    {
      plant: showing(
        (name) => name.endsWith('/failed'),
        () => undefined,
      ),
      policyOf: (policy) => ({ ...policy, ring: null }),
    },
  ],
  [
    'R9',
    {
      plant: showing(
        (name) => name.endsWith('/failed'),
        (text) =>
          text === undefined ? text : JSON.stringify({ ...(JSON.parse(text) as object), revoked: [] }),
      ),
      rates: { revoke: 1, badEverywhere: 0.5 },
    },
  ],
  ['window', { policyOf: (policy) => ({ ...policy, windows: [] }) }],
  [
    'canary',
    {
      policyOf: (policy) => ({ ...policy, canaryPercentage: 99 }),
      rates: { badEverywhere: 0.9 },
    },
  ],
  [
    'end',
    {
      plant: without(() => ({ notifier: { notify: () => Promise.resolve() } })),
      rates: { badSomewhere: 0.9 },
      years: 0.35,
    },
  ],
  [
    'bad once',
    {
      plant: showing(
        (name) => name.endsWith('/state'),
        (text) => (text === undefined ? text : JSON.stringify({ ...(JSON.parse(text) as object), bad: [] })),
      ),
      rates: { badSomewhere: 0.9 },
      years: 0.35,
    },
  ],
  [
    'pause',
    {
      plant: showing(
        (name) => name.endsWith('/deployment'),
        () => undefined,
      ),
      rates: { deploy: 1 },
    },
  ],
  [
    'deployment',
    {
      plantDeployment: ({ simulated }, ports) => ({
        ...ports,
        // As if a deployment took what a rollout brings and not what the group has.
        live: () => {
          const [amiId = ''] = simulated.instances
            .map((one) => one.amiId)
            .sort()
            .reverse();
          return Promise.resolve({ version: simulated.group.version, amiId });
        },
      }),
      rates: { deploy: 1, outOfBand: 1 },
      years: 2,
    },
  ],
  [
    'template',
    { policyOf: (policy) => ({ ...policy, rollTemplateChanges: false }), rates: { deploy: 1 }, years: 0.35 },
  ],
  [
    'canary of a template',
    {
      policyOf: (policy) => ({ ...policy, canaryPercentage: 99 }),
      rates: { badEverywhere: 0, badSomewhere: 0, badTemplate: 1, deploy: 1 },
    },
  ],
  [
    'one refresh',
    {
      plant: without(({ control }) => ({
        control: { ...control, newestRefresh: () => Promise.resolve(undefined) },
      })),
      years: 0.35,
    },
  ],
])('a fleet that breaks the rule "%s" on purpose is found', async (rule, options) => {
  const { violations } = await live(3, options);
  expect(new Set(violations.map((one) => one.rule))).toContain(rule.replace(' of a template', ''));
});

test('polls that are passed over change nothing', async () => {
  const rates = { crash: 0 };
  const [fast, slow] = [await live(4, { rates }), await live(4, { rates, isSlow: true })];
  expect(fast.polls).toBeLessThan(slow.polls / 3);
  expect({ ends: fast.ends, rollouts: fast.rollouts }).toEqual({ ends: slow.ends, rollouts: slow.rollouts });
});

test('the same seed is the same years', async () => {
  expect(await live(5)).toEqual(await live(5));
});

test('forty fleets in four rings have what is released as docs/reliability.md says', async () => {
  const rings = await measureRecordedRings({ bakeHours: 1.5, fleets: 40, rings: 4 });
  const [first] = rings;
  expect(first!.fromRelease.length).toBeGreaterThanOrEqual(30);
  expect(hoursAt(first!.fromRelease, 50)).toBeLessThanOrEqual(8);
  expect(hoursAt(first!.fromRelease, 90)).toBeLessThanOrEqual(12);
  rings.forEach(({ fromRelease }) => {
    expect(hoursAt(fromRelease, 100)).toBeLessThan(72);
  });
});
