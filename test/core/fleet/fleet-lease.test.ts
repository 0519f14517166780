import fc from 'fast-check';
import { propertyRuns } from '../../support/property-runs';
import { underLease, reconcileFleet } from '../../../lib/core/fleet/reconcile-fleet';
import { fleetLab, NAMES, NEW } from '../../support/fleet-lab';
import { interleave, type Choose, type Gate } from '../../support/interleave';
import { alone, LEASE, workInEveryOrder, workshop } from '../../support/lease-workshop';
import { memoryParameters } from '../../support/memory-ports';
import { Mortal } from '../../support/mortal-ports';

const START = new Date('2025-10-14T22:00:00Z');

describe('the lease of a fleet', () => {
  test('of two requests at once no two work, in any order of their calls', async () => {
    expect(await workInEveryOrder(['a', 'b'])).toBeGreaterThan(10);
  });

  test('and no two work where requests stall between calls, for as long as a request may live', async () => {
    const minutes = fc.constantFrom(0, 0, 0.5, 1, 1.9);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), minutes), { minLength: 60, maxLength: 60 }),
        async (steps) => {
          const { clock, request, seen } = workshop();
          let step = 0;
          await interleave(['a', 'b', 'c', 'd', 'e'].map(request), (among) => {
            const [pick = 0, minutes = 0] = steps[step % steps.length] ?? [];
            step += 1;
            clock.at += minutes;
            return pick % among;
          });
          expect(seen.most).toBeLessThanOrEqual(1);
        },
      ),
      // To shrink sixty steps would take for ever.
      { numRuns: propertyRuns(3000), endOnFailure: true },
    );
  });

  test('is free again at once after work and after a failure', async () => {
    const { request, values } = workshop();
    const { versioned } = memoryParameters();
    const failing = underLease({ leases: versioned, now: () => START }, { name: LEASE, by: 'a' }, () =>
      Promise.reject(new Error('no capacity')),
    );
    await expect(failing).rejects.toThrow('no capacity');
    const next = { leases: versioned, now: () => START };
    expect(await underLease(next, { name: LEASE, by: 'b' }, () => Promise.resolve('done'))).toBe('done');
    expect(await request('a')(alone)).toBe('a');
    expect(await request('b')(alone)).toBe('b');
    expect(JSON.parse(values.get(LEASE)!)).toMatchObject({ schema: 'winbake.fleet-lease/1', by: 'b' });
  });

  test('of a request that died keeps others away for five minutes, longer than any lives', async () => {
    const { clock, request } = workshop();
    const mortal = new Mortal(4);
    await expect(request('dies')((port) => mortal.port(port))).rejects.toThrow('The process died.');
    clock.at = 4.9;
    expect(await request('early')(alone)).toBeUndefined();
    clock.at = 5;
    expect(await request('later')(alone)).toBe('later');
  });

  test.each(['', '{', '{"schema":"another"}'])('a damaged one holds nobody up: %j', async (text) => {
    const { request, values } = workshop();
    values.set(LEASE, text);
    expect(await request('a')(alone)).toBe('a');
  });

  test('whose write the service refuses is not held', async () => {
    const leases = {
      read: () => Promise.resolve({ value: undefined, version: 7 }),
      write: () => Promise.resolve(0),
    };
    const work = jest.fn();
    expect(await underLease({ leases, now: () => START }, { name: LEASE, by: 'a' }, work)).toBeUndefined();
    expect(work).not.toHaveBeenCalled();
  });
});

test('without the lease one may take the state of a refresh that the other has started', async () => {
  let isStuck = false;
  for (let seed = 1; !isStuck && seed <= 30; seed += 1) {
    const lab = fleetLab();
    await lab.poll();
    lab.publish(NEW);
    const bare = (gate: Gate) => {
      const { control, hosts, parameters, notifier, now } = lab.ports;
      const ports = {
        control: gate(control),
        hosts: gate(hosts),
        parameters: gate(parameters),
        notifier: gate(notifier),
        now,
      };
      return reconcileFleet(ports, NAMES, lab.policy);
    };
    let random = seed;
    const choose: Choose = () => {
      random = (random * 48_271) % 2_147_483_647;
      return random % 2;
    };
    await interleave([bare, bare], choose);
    await lab.wait(12);
    isStuck = !lab.running().every((id) => id === NEW.id);
  }
  expect(isStuck).toBe(true);
});

test('a poll after a state that the parameter store does not show yet does nothing, and notifies nobody again', async () => {
  let shown: string | undefined;
  const lab = fleetLab({
    behaviours: { [NEW.id]: { tasks: 'fail' } },
    wrap: (ports) => ({
      ...ports,
      parameters: {
        ...ports.parameters,
        get: (name) =>
          name === NAMES.state && shown !== undefined ? Promise.resolve(shown) : ports.parameters.get(name),
      },
    }),
  });
  const { versioned: leases, values } = lab.parameters;
  const poll = () =>
    underLease({ leases, now: () => lab.clock.now() }, { name: LEASE, by: 'a' }, (note) =>
      reconcileFleet(lab.ports, NAMES, lab.policy, note),
    );
  await poll();
  lab.publish(NEW);
  while (lab.notified.length === 0) {
    await lab.pass(15 * 60);
    await poll();
  }
  const { notices, ...state } = lab.state();
  const unsent = Object.entries(notices).map(([cause, notice]) => [cause, { ...notice, notifiedAt: null }]);
  shown = JSON.stringify({ ...state, notices: Object.fromEntries(unsent), at: '2025-10-14T22:00:00.000Z' });
  await lab.pass(1);
  await expect(poll()).rejects.toThrow('shows the state of');
  expect(values.get(NAMES.state)).toBe(JSON.stringify(lab.state()));
  shown = undefined;
  await lab.pass(60);
  await poll();
  expect(lab.notified).toHaveLength(1);
});
