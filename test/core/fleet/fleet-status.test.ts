import {
  fleetStateSchema,
  type FleetState,
  rolloutLogSchema,
} from '../../../lib/contract/documents/fleet-state';
import { evidenceText } from '../../../bin/fleet/evidence';
import { fleetText } from '../../../bin/fleet/fleet';
import { printAnswer } from '../../../bin/shared/layout';
import type { HostStart } from '../../../lib/contract/documents/host-starts';
import { fleetEvidence } from '../../../lib/core/fleet/fleet-evidence';
import { fleetStatus, type FleetInstance } from '../../../lib/core/fleet/fleet-status';
import { planFleetOverrides } from '../../../lib/core/fleet/plan-overrides';
import { contractFixture } from '../../support/contract-fixture';
import { publicationOf } from '../../support/fleet-lab';

const NOW = new Date('2025-10-15T05:00:00.000Z');
const STATE = fleetStateSchema.parse(contractFixture('fleet-state'));
const LOG = rolloutLogSchema.parse(contractFixture('rollout-log'));
const CURRENT = { ...publicationOf(4294), amiId: 'ami-00000000000000002' };

function instance(given: Partial<FleetInstance>): FleetInstance {
  return {
    id: 'i-1',
    amiId: 'ami-00000000000000001',
    lifecycle: 'InService',
    startedAt: null,
    revision: null,
    status: 'ACTIVE',
    tasks: 0,
    ...given,
  };
}

describe('what an instance runs', () => {
  test.each<[string, Partial<FleetInstance>, string | null, number | null]>([
    ['the AMI before', {}, '10.0.20348.4171', 123],
    ['the AMI to run', { amiId: 'ami-00000000000000002' }, '10.0.20348.4294', 0],
    ['an AMI that nobody remembers', { amiId: 'ami-00000000000000009' }, null, null],
    [
      'one that told ECS its revision',
      { amiId: 'ami-00000000000000009', revision: 4200 },
      '10.0.20348.4200',
      94,
    ],
    ['one that is ahead', { amiId: 'ami-00000000000000009', revision: 4300 }, '10.0.20348.4300', 0],
  ])('%s', (_name, given, osVersion, revisionsBehind) => {
    const { instances } = fleetStatus({
      state: STATE,
      overrides: undefined,
      patchWithinSeconds: 72 * 3600,
      starts: [],
      current: CURRENT,
      instances: [instance(given)],
      now: NOW,
    });
    expect(instances).toEqual([expect.objectContaining({ osVersion, revisionsBehind })]);
  });

  test('a word whose time is over is not shown', () => {
    const ended = { by: 'ann', reason: 'x', at: '2025-10-01T00:00:00Z', until: NOW.toISOString() };
    const overrides = {
      schema: 'winbake.fleet-overrides/1' as const,
      hold: ended,
      floor: null,
      accepted: null,
    };
    const status = fleetStatus({
      state: STATE,
      overrides,
      patchWithinSeconds: 72 * 3600,
      starts: [],
      current: undefined,
      instances: undefined,
      now: NOW,
    });
    expect(status).toMatchObject({ hold: null, isGroupThere: false, current: null });
  });
});

describe('what is open in a month', () => {
  const settled: FleetState = { ...STATE, rollout: null };
  test.each<[string, FleetState, string, typeof LOG | undefined, string | null]>([
    ['a rollout under way', STATE, '2025-10', undefined, '20348.4294-1'],
    ['one that is tried again after its entry', STATE, '2025-10', LOG, '20348.4294-1'],
    ['one that waits to begin', settled, '2025-10', undefined, '20348.4294-1'],
    ['one that has ended', settled, '2025-10', LOG, null],
    ['one of another month', STATE, '2025-09', undefined, null],
    [
      'what the fleet was deployed with',
      { ...settled, amiId: STATE.wanted?.publication.amiId ?? '' },
      '2025-10',
      undefined,
      null,
    ],
    ['nothing is known', { ...settled, wanted: null }, '2025-10', undefined, null],
  ])('%s', (_name, state, month, log, publication) => {
    const { open } = fleetEvidence(state, month, log, NOW);
    expect(open?.publication ?? null).toBe(publication);
    expect(open?.hoursSinceRelease ?? null).toBe(publication === null ? null : 12);
  });
});

describe('a plan', () => {
  const asked = { by: 'ann', reason: 'x' };

  test('keeps the other words as they are', () => {
    const held = planFleetOverrides(STATE, undefined, { verb: 'hold', ...asked }, NOW).overrides;
    const floored = planFleetOverrides(
      STATE,
      held,
      { verb: 'floor', osVersion: '10.0.20348.4171', ...asked },
      NOW,
    );
    expect(floored.overrides.hold).toEqual(held.hold);
    const released = planFleetOverrides(STATE, floored.overrides, { verb: 'unhold', ...asked }, NOW);
    expect(released.overrides).toEqual({ ...floored.overrides, hold: null });
  });

  test('a floor above what the channel shows says that the fleet will wait', () => {
    const order = { verb: 'floor', osVersion: '10.0.20348.4300', ...asked } as const;
    expect(planFleetOverrides(STATE, undefined, order, NOW).reasons).toContain(
      'What its channel shows, 20348.4294-1, is older: the fleet waits for a newer one.',
    );
  });

  test('an acceptance of a rollout under way needs no entry in the bad list', () => {
    const order = { verb: 'accept', publication: '20348.4294-1', ...asked } as const;
    const { changes, overrides } = planFleetOverrides(STATE, undefined, order, NOW);
    expect(changes).toHaveLength(1);
    expect(overrides.accepted).toMatchObject({
      publication: '20348.4294-1',
      until: '2025-12-14T05:00:00.000Z',
    });
  });

  test.each(['10.0.26100.1', '4294', '10.0.20348'])('no floor is %s', (osVersion) => {
    const order = { verb: 'floor', osVersion, ...asked } as const;
    expect(() => planFleetOverrides(STATE, undefined, order, NOW)).toThrow(
      "A floor is an OS version of the fleet's own",
    );
  });
});

describe('how soon instances were there', () => {
  const start = (
    publication: string,
    launched: string,
    firstTask: number | null,
    again = false,
  ): HostStart => ({
    instance: `i-${firstTask ?? 0}`,
    publication,
    launched,
    again,
    up: 200,
    registered: 300,
    pull: null,
    firstTask,
  });
  const starts = [
    start('20348.4294-1', '2025-10-14T22:05:00.000Z', 700),
    start('20348.4294-1', '2025-10-14T22:04:00.000Z', 60, true),
    ...[390, 400, 410, null].map((seconds) => start('20348.4171-1', '2025-10-13T00:00:00.000Z', seconds)),
  ];
  const status = fleetStatus({
    state: STATE,
    overrides: undefined,
    current: CURRENT,
    instances: [],
    starts,
    patchWithinSeconds: 72 * 3600,
    now: NOW,
  });

  test('stands by publication, those out of a warm pool by themselves', () => {
    const of = (count: number, p50: number, p90: number) => ({ starts: count, p50, p90 });
    const parts = (count: number) => ({
      up: of(count, 200, 200),
      registered: of(count, 300, 300),
      pull: null,
    });
    expect(status.starts).toEqual([
      { publication: '20348.4294-1', again: false, firstTask: of(1, 700, 700), ...parts(1) },
      { publication: '20348.4294-1', again: true, firstTask: of(1, 60, 60), ...parts(1) },
      { publication: '20348.4171-1', again: false, firstTask: of(3, 400, 410), ...parts(4) },
    ]);
    expect(status.rollout?.firstTask).toEqual({ now: of(1, 700, 700), before: of(3, 400, 410) });
  });

  test('is told within 80 columns', () => {
    const text = fleetText(status, '123456789012', 'eu-central-1', 80);
    const [, table = ''] = text.split('\nFrom launch to first task: ');
    expect(table).toBe(
      [
        'median (p50), and nine of ten (p90)',
        'PUBLICATION   BOOT       STARTS    P50    P90     UP  REGISTERED  PULL',
        '20348.4294-1  first           1  700 s  700 s  200 s       300 s     -',
        '20348.4294-1  warm pool       1   60 s   60 s  200 s       300 s     -',
        '20348.4171-1  first           3  400 s  410 s  200 s       300 s     -',
        '',
      ].join('\n'),
    );
    expect(text).toContain(
      '\nfirst tasks: 700 s after launch (median of 1), 400 s on the AMI before (median of 3)\n',
    );
  });

  test('stands in the evidence of a month', () => {
    const text = evidenceText(fleetEvidence(STATE, '2025-10', LOG, NOW), 80);
    expect(text).toContain(
      '\n20348.4294-1: first tasks: 390 s after launch (median of 2), 380 s on the AMI before (median of 6)\n',
    );
  });
});

describe('the evidence of a month', () => {
  const entry = LOG.rollouts[0]!;
  const ended = { ...STATE, rollout: null, amiId: STATE.wanted!.publication.amiId };

  test('answers first, then shows the Patch Tuesday on one axis, in 80 columns', () => {
    let text = '';
    const out = (one: string) => {
      text += one;
    };
    const evidence = fleetEvidence(ended, '2025-10', LOG, NOW);
    printAnswer({ out, err: out, columns: 80 }, false, {
      ...{ schema: 'winbake.fleet-evidence/1', document: evidence },
      text: (width) => evidenceText(evidence, width),
    });
    expect(text.split('\n').slice(0, 7)).toEqual([
      'Fleet shop, 2025-10: 20348.4294-1 on its last instance after 8.0 h.',
      '',
      'Since Patch Tuesday, 2025-10-14T17:00Z',
      expect.stringMatching(/^UTC {11}.*10-15/),
      expect.stringMatching(/^20348\.4294-1 {2}░+█+ {2}21:46 \+4\.8 h published$/),
      expect.stringMatching(/^shop {10} +░+▓+█+ {2}01:00 \+8\.0 h last instance$/),
      '░ waits  ▓ replaces instances  █ there',
    ]);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text).not.toContain('FIRST INSTANCE');
    expect(text).toContain('The hours of each step: --details; all of it: --json.');
  });

  test('has the hours of each step behind --details', () => {
    const text = evidenceText(fleetEvidence(ended, '2025-10', LOG, NOW), 120, true);
    expect(text).toMatch(/^20348\.4294-1 .* 4\.8 +4\.8 +5\.1 +8\.0 +finished$/m);
    expect(text).not.toContain('--details');
  });

  test('shows what has not come to its end until now', () => {
    const back = { ...entry, lastInstance: null, hoursFromRelease: null, outcome: 'rolledBack' as const };
    const of = (rollouts: readonly (typeof back)[]) =>
      evidenceText(fleetEvidence(STATE, '2025-10', { ...LOG, rollouts: [...rollouts] }, NOW), 80);
    expect(of([back])).toMatch(/^Fleet shop, 2025-10: 20348\.4294-1 has not ended after 12\.0 h\.$/m);
    expect(of([back])).toMatch(/^shop .*▓ {2}rolledBack$/m);
    const open = of([]);
    expect(open).toMatch(/^Fleet shop, 2025-10: 20348\.4294-1 has not ended after 12\.0 h\.$/m);
    expect(open).toMatch(/^shop .* open$/m);
  });

  test('is short where nothing was rolled out', () => {
    const text = evidenceText(fleetEvidence(ended, '2025-03', undefined, NOW), 80);
    expect(text).toBe('Fleet shop, 2025-03: nothing was rolled out.\n');
  });
});
