import fc from 'fast-check';
import { DEFAULT_ROLLOUT_POLICY } from '../../../lib/contract/values/rollout-policy';
import { createRollout } from '../../../lib/handlers/rollout';
import { fleetLab, NAMES, NEW, NEWER, type FleetLab, type FleetLabOptions } from '../../support/fleet-lab';
import { inEveryOrder, interleave, type Choose, type Gate } from '../../support/interleave';
import { workInEveryOrder } from '../../support/lease-workshop';
import { Mortal } from '../../support/mortal-ports';
import { propertyRuns } from '../../support/property-runs';

/** Moments at which two requests come at once. */
const MOMENTS: Readonly<
  Record<string, { options?: FleetLabOptions; prepare: (lab: FleetLab) => Promise<void> }>
> = {
  'the first poll': { prepare: () => Promise.resolve() },
  'a publication': {
    prepare: async (lab) => {
      await lab.poll();
      lab.publish(NEW);
    },
  },
  'a canary that fails': {
    options: { behaviours: { [NEW.id]: { tasks: 'fail' } } },
    prepare: async (lab) => {
      await lab.poll();
      lab.publish(NEW);
      await lab.poll();
      await pass(lab, 3);
    },
  },
  'the end of a way back, with a newer publication': {
    options: { behaviours: { [NEW.id]: { tasks: 'fail' } } },
    prepare: async (lab) => {
      await lab.poll();
      lab.publish(NEW);
      await until(lab, () => (lab.state().rollout?.goingBack ?? null) !== null);
      await pass(lab, 3);
      lab.publish(NEWER);
    },
  },
  'the end of a rollout, with a newer publication': {
    prepare: async (lab) => {
      await lab.poll();
      lab.publish(NEW);
      await until(lab, () => lab.state().rollout?.phase === 'rest');
      await pass(lab, 6);
      lab.publish(NEWER);
    },
  },
};

async function pass(lab: FleetLab, hours: number): Promise<void> {
  await lab.clock.waitUntil(new Date(lab.clock.now().getTime() + hours * 3_600_000));
}

async function until(lab: FleetLab, isSo: () => boolean): Promise<void> {
  for (let polls = 0; !isSo(); polls += 1) {
    expect(polls).toBeLessThan(100);
    await lab.wait(0.25);
  }
}

const SETTINGS = {
  ...NAMES,
  launchTemplateId: 'lt-1',
  topicArn: '',
  policy: DEFAULT_ROLLOUT_POLICY,
};

/** A request of the rollout function, all of whose calls go through a gate. */
function request({ parameters, ports }: FleetLab, by: string) {
  return (gate: Gate) =>
    createRollout(
      {
        control: gate(ports.control),
        hosts: gate(ports.hosts),
        parameters: gate(ports.parameters),
        leases: gate(parameters.versioned),
        notifier: gate(ports.notifier),
        now: ports.now,
        log: { info: () => undefined, error: () => undefined },
        metricsOf: () => ({ record: () => undefined }),
        metrics: { record: () => undefined },
        stackMetrics: { record: () => undefined },
      },
      SETTINGS,
    )(by);
}

/** What comes of a fleet that is looked at by schedule from then on, instants aside. */
async function endOf(lab: FleetLab): Promise<object> {
  await lab.wait(12);
  const { bad, hold, last, rollout, waiting } = lab.state();
  const log = [...lab.parameters.values].filter(([name]) => name.includes('/log/'));
  return {
    running: lab.running(),
    refreshes: lab.fleet.group.refreshesSince(new Date(0)),
    notified: lab.notified.map((text) => text.replaceAll(/\d{4}-\d{2}-\d{2}T\S+/g, '')),
    state: [bad.map((one) => one.publication), hold, last?.publication, last?.outcome, rollout, waiting?.for],
    log: log.map(([name, text]) => [name, [...text.matchAll(/"(?:publication|outcome)":"[^"]+"/g)].join()]),
  };
}

async function labAt(moment: string): Promise<FleetLab> {
  const { options, prepare } = MOMENTS[moment]!;
  const lab = fleetLab(options);
  await prepare(lab);
  return lab;
}

async function oneAfterTheOther(moment: string): Promise<object> {
  const lab = await labAt(moment);
  await lab.poll();
  await lab.poll();
  return endOf(lab);
}

describe.each(Object.keys(MOMENTS))('two requests at once, at %s', (moment) => {
  test('end as two in turn do, in any order of their calls', async () => {
    const expected = await oneAfterTheOther(moment);
    let begun = 0;
    const orders = await inEveryOrder(async (choose) => {
      // Whoever loses makes a call or two; where none loses, there are far more orders.
      expect((begun += 1)).toBeLessThan(300);
      const lab = await labAt(moment);
      const ends = await interleave([request(lab, 'one'), request(lab, 'other')], choose);
      expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      expect(await endOf(lab)).toEqual(expected);
    });
    expect(orders).toBeGreaterThan(10);
  });

  test('also where one of them dies', async () => {
    const expected = await oneAfterTheOther(moment);
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.boolean()),
        fc.integer({ min: 1, max: 25 }),
        async (picks, calls) => {
          const lab = await labAt(moment);
          const mortal = new Mortal(calls);
          const dying = request(lab, 'one');
          const choose: Choose = () => Number(picks.next().value);
          await interleave(
            [(gate) => dying((port) => mortal.port(gate(port))), request(lab, 'other')],
            choose,
          );
          const { notified, ...end } = (await endOf(lab)) as { readonly notified: readonly string[] };
          // A message that went out and was not noted goes out once more.
          expect({ notified: [...new Set(notified)], ...end }).toEqual(expected);
        },
      ),
      { numRuns: propertyRuns(25) },
    );
  });
});

test('of three requests at once no two work, in any order of their calls', async () => {
  expect(await workInEveryOrder(['a', 'b', 'c'])).toBeGreaterThan(100);
});
