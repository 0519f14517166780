import { backtestPage } from '../../bin/local/backtest-html';
import { rehearsalPage } from '../../bin/local/rehearsal-html';
import { fleetsPage } from '../../bin/fleet/fleets-html';
import type { FleetStatuses } from '../../lib/contract/documents/fleet-statuses';
import { DEFAULT_GATE_POLICY } from '../../lib/contract/values/gate-policy';
import { parseRelease } from '../../lib/contract/values/release';
import type { FleetEvidence } from '../../lib/core/fleet/fleet-evidence';
import { runBacktest } from '../../sim/rehearsal/backtest/run-backtest';
import type { RehearsalReport, ReportedFleet } from '../../sim/rehearsal/rehearsal-report';

const RELEASED = '2025-10-14T17:00:00.000Z';
const DIGEST = `sha256:${'0a1b2c3d'.repeat(8)}`;

function fleet(name: string, hours: number | null): ReportedFleet {
  return {
    fleet: name,
    refreshes: 2,
    hoursToLastInstance: hours,
    patchWithinHours: 24,
    notified: [`Winbake fleet ${name}: went on`],
    instances: [
      {
        id: 'i-0123456789abcdef0',
        before: 'ami-0123456789abcdef0',
        during: 'ami-0123456789abcdef0',
        after: null,
      },
      { id: 'i-0123456789abcdef1', before: null, during: null, after: 'ami-0123456789abcdef1' },
    ],
  };
}

/** A rehearsal of one Patch Tuesday with three fleets, one of a given name. */
export function rehearsalSample(name = 'batch'): RehearsalReport {
  return {
    asOf: '2025-10-14T18:30:00Z',
    decision: 'bake',
    decisions: [
      {
        at: '2025-10-14T18:30:00.000Z',
        decision: 'wait',
        findings: [{ code: 'LATE', severity: 'info', family: 'iis', message: 'iis is behind.' }],
      },
      { at: '2025-10-14T21:00:00.000Z', decision: 'bake', findings: [] },
    ],
    target: '10.0.20348.4294',
    host: { osVersion: '10.0.20348.4294' },
    images: [],
    ami: { id: 'ami-0123456789abcdef1', tags: {} },
    parameters: {},
    rollout: { status: 'finished', instances: [] },
    patchWithinHours: 72,
    fleets: [fleet('shop', 5.7), fleet('jobs', 30.2), fleet(name, null)],
    steps: [],
    findings: [{ code: 'SYNTHETIC', severity: 'info', message: `Models, not measurements: ${name}` }],
    publications: [
      {
        id: '20348.4294-1',
        amiId: 'ami-0123456789abcdef1',
        osVersion: '10.0.20348.4294',
        mode: 'exact',
        at: '2025-10-14T21:46:00.000Z',
        channels: ['latest', 'current', 'by-revision'],
        retention: 'keep',
        reasons: ['current points to it'],
        holds: {
          host: {
            osVersion: '10.0.20348.4294',
            updates: ['KB5066782'],
            software: [{ name: 'docker', version: '28.5.1' }],
          },
          images: ['servercore', 'nanoserver', 'iis', name].map((family) => ({
            ...{ family, repository: `windows/${family}`, tag: 'ltsc2022', digest: DIGEST },
            ...{ osVersion: '10.0.20348.4294', mode: 'exact' as const },
          })),
          leftOut: [
            { family: name, repository: `own/${name}`, tag: 'latest', message: `No rights: ${name}` },
          ],
        },
      },
    ],
    timelines: [
      {
        publication: '20348.4294-1',
        released: RELEASED,
        families: [
          { family: 'servercore', shownAt: '2025-10-14T18:00:00.000Z' },
          { family: 'nanoserver', shownAt: '2025-10-14T18:20:00.000Z' },
          { family: 'iis', shownAt: '2025-10-14T21:00:00.000Z' },
          { family: name, shownAt: null },
        ],
        orderedAt: '2025-10-14T21:00:00.000Z',
        publishedAt: '2025-10-14T21:46:00.000Z',
        fleets: [
          {
            fleet: 'shop',
            promotedAt: '2025-10-14T21:46:00.000Z',
            firstInstanceAt: '2025-10-14T22:00:00.000Z',
            lastInstanceAt: '2025-10-14T22:41:00.000Z',
            outcome: 'finished',
          },
          {
            fleet: name,
            promotedAt: '2025-10-14T21:46:00.000Z',
            firstInstanceAt: null,
            lastInstanceAt: null,
            outcome: 'superseded',
          },
        ],
      },
    ],
    again: null,
    origins: { recorded: 0, model: 0, deployed: 0, page: 816, assumed: 91 },
  };
}

/** The same with two months, of which the first is that of the sample. */
function monthsSample(name: string): RehearsalReport {
  const report = rehearsalSample(name);
  const { fleets, rollout } = report;
  return {
    ...report,
    months: ['2025-10-14T17:00:00.000Z', '2025-11-11T18:00:00.000Z'].map((from) => ({
      from,
      until: '2025-12-09T18:00:00.000Z',
      rebakes: [
        { at: from, trigger: 'schedule', decision: 'bake', publication: '20348.4294-1', rollout },
        { at: from, trigger: name, decision: 'wait', publication: null, rollout },
      ],
      fleets,
      hoursUnpatched: 4.8,
    })),
  };
}

function placed(account: string, region: string, name: string): FleetStatuses {
  const instance = (id: string, revision: number, hoursUnpatched: number) => ({
    ...{ id, amiId: `ami-0000000000000${revision}`, publication: `20348.${revision}-1` },
    ...{ osVersion: `10.0.20348.${revision}`, lifecycle: 'InService', hoursUnpatched },
  });
  const one = {
    ring: 0,
    hold: null,
    runs: { publication: '20348.4294-1', amiId: 'ami-00000000000004294', osVersion: '10.0.20348.4294' },
    wanted: { id: '20348.4294-1', osVersion: '10.0.20348.4294' },
    hoursBehind: 0,
    hoursUnpatched: 0,
    patchWithinHours: 24,
    waiting: null,
    isGroupThere: true,
  };
  return {
    schema: 'winbake.fleet-statuses/1',
    account,
    region,
    at: '2025-10-15T22:00:00.000Z',
    fleets: [
      { ...one, fleet: 'shop', instances: [instance('i-01', 4294, 0), instance('i-02', 4294, 0)] },
      {
        ...{ ...one, fleet: name, ring: null, hoursBehind: 25.1, hoursUnpatched: 29 },
        hold: { by: 'ann', reason: `release week ${name}`, until: '2025-10-20T00:00:00.000Z' },
        waiting: { for: 'hold', reason: `held: ${name}`, since: '2025-10-14T22:00:00.000Z' },
        instances: [instance('i-03', 4171, 29), instance('i-04', 4294, 0)],
      },
      { ...one, fleet: 'gone', wanted: null, patchWithinHours: null, isGroupThere: false, instances: [] },
    ],
  };
}

function evidenceSample(name: string): readonly FleetEvidence[] {
  return ['shop', name].map((one, index) => ({
    fleet: one,
    month: '2025-10',
    rollouts:
      index > 0
        ? []
        : [
            {
              ...{ publication: '20348.4294-1', osVersion: '10.0.20348.4294', mode: 'exact' as const },
              ...{ released: RELEASED, published: '2025-10-14T21:46:00.000Z' },
              promoted: '2025-10-14T21:46:00.000Z',
              firstInstance: '2025-10-14T22:00:00.000Z',
              lastInstance: '2025-10-14T22:41:00.000Z',
              ...{ outcome: 'finished' as const, firstTask: null, hoursFromRelease: 5.7, holds: [] },
              hours: { published: 4.8, promoted: 4.8, firstInstance: 5, lastInstance: 5.7 },
            },
          ],
    open:
      index === 0
        ? null
        : {
            ...{ publication: '20348.4294-1', osVersion: '10.0.20348.4294', released: RELEASED },
            ...{ published: '2025-10-14T21:46:00.000Z', promoted: '2025-10-14T21:46:00.000Z' },
            ...{ hoursSinceRelease: 29, waiting: null },
          },
  }));
}

/** Every kind of page, whose people named something as given. */
export function pageSamples(name = 'batch'): Readonly<Record<string, string>> {
  const report = runBacktest({
    release: parseRelease('2022'),
    from: new Date('2025-01-01T00:00:00Z'),
    to: new Date('2025-12-31T00:00:00Z'),
    ...{ history: undefined, hosts: undefined, hostRevision: undefined, accepted: [] },
    policy: DEFAULT_GATE_POLICY,
  });
  return {
    rehearsal: rehearsalPage(rehearsalSample(name)),
    months: rehearsalPage(monthsSample(name)),
    backtest: backtestPage({ ...report, assumed: [...report.assumed, name] }),
    fleets: fleetsPage(
      [placed('111122223333', 'eu-central-1', name), placed('444455556666', 'ap-northeast-1', name)],
      evidenceSample(name),
    ),
    empty: fleetsPage([{ ...placed('111122223333', 'eu-central-1', name), fleets: [] }], []),
  };
}
