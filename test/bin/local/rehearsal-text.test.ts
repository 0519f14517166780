import { describeRehearsal } from '../../../bin/local/rehearsal-text';
import type { RehearsalReport } from '../../../sim/rehearsal/rehearsal-report';

const REPORT: RehearsalReport = {
  asOf: '2025-10-14T18:30:00Z',
  decision: 'bake',
  decisions: [{ at: '2025-10-14T21:00:00.000Z', decision: 'bake', findings: [] }],
  target: '10.0.20348.4294',
  host: { osVersion: '10.0.20348.4294' },
  images: [],
  ami: { id: 'ami-1', tags: { 'winbake:mode': 'exact' } },
  parameters: { '/winbake/2022-core/current/ami-id': 'ami-1' },
  rollout: { status: 'finished', instances: [] },
  patchWithinHours: 72,
  fleets: [
    {
      fleet: 'shop',
      refreshes: 2,
      hoursToLastInstance: 5.7,
      patchWithinHours: 72,
      notified: ['Winbake fleet shop: went on'],
      instances: [{ id: 'i-1', before: 'ami-0', during: 'ami-0', after: null }],
    },
  ],
  steps: [{ name: 'update: InstallUpdate', seconds: 7, status: 'done' }],
  findings: [],
  publications: [],
  timelines: [
    {
      publication: '20348.4294-1',
      released: '2025-10-14T17:00:00.000Z',
      families: [
        { family: 'servercore', shownAt: '2025-10-14T18:00:00.000Z' },
        { family: 'iis', shownAt: '2025-10-14T21:00:00.000Z' },
        { family: 'own', shownAt: null },
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
          fleet: 'jobs',
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

test('the answer comes first: when each family, the bake and the last instance of each fleet were there', () => {
  const lines = describeRehearsal(REPORT, 80).split('\n');
  expect(lines[2]).toBe('20348.4294-1: since Patch Tuesday, 2025-10-14T17:00:00.000Z');
  const rows = lines.slice(4, 10);
  expect(rows.map((row) => row.replaceAll(/ *[░▓█]+ */g, ' | '))).toEqual([
    'servercore | 18:00 +1.0 h',
    'iis | 21:00 +4.0 h last',
    'own | not yet',
    'bake | 21:46 +4.8 h published',
    'shop | 22:41 +5.7 h last instance',
    'jobs | superseded',
  ]);
  expect(rows[4]).toMatch(/░▓+█? /);
  expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(80);
});

test('details come when they are asked for, and what people were notified in any case', () => {
  const short = describeRehearsal(REPORT, 80);
  const long = describeRehearsal(REPORT, 80, true);
  const details = [
    'update: InstallUpdate',
    '/winbake/2022-core/current/ami-id',
    'i-1',
    '816 page',
    'winbake:mode',
  ];
  expect(details.filter((text) => short.includes(text))).toEqual([]);
  expect(details.filter((text) => !long.includes(text))).toEqual([]);
  expect(short).toContain('Notified: Winbake fleet shop: went on\n');
  expect(short).toContain('--details');
});

test('where a rollout has not finished, its instances are shown', () => {
  const text = describeRehearsal({ ...REPORT, rollout: { status: 'rolledBack', instances: [] } }, 80);
  expect(text).toContain('Fleet: rolled back\n');
  expect(text).toContain('i-1');
});
