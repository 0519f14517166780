import { printAnswer } from '../../../bin/shared/layout';
import { pipelinesText, statusText } from '../../../bin/pipeline/status';
import type { PipelineStatus } from '../../../lib/core/housekeeping/pipeline-status';
import { publicationAt } from '../../support/pipeline-description';

const LATEST = publicationAt(4294, '2025-10-14T22:00:00.000Z');
const CURRENT = publicationAt(4171, '2025-09-10T00:00:00.000Z');
const STATUS: PipelineStatus = {
  pipeline: '2022-core',
  os: 'SERVER_2022_CORE',
  account: '123456789012',
  region: 'eu-central-1',
  bucket: 'winbake-bucket',
  stateMachineArn: 'arn:aws:states:eu-central-1:123456789012:stateMachine:winbake-2022-core-rebake',
  at: '2025-10-15T05:00:00.000Z',
  decision: {
    at: '2025-10-15T04:48:00.000Z',
    ageHours: 0.2,
    decision: 'wait',
    reason: 'Waiting for aspnet to reach 10.0.20348.4294, at the latest until 2025-10-16T06:00Z.',
    findings: [
      {
        code: 'LATE',
        severity: 'warning',
        family: 'aspnet',
        message: 'aspnet is at 10.0.20348.4171, while 10.0.20348.4294 is out since 2025-10-14T18:00Z.',
      },
    ],
    changesAt: '2025-10-16T06:00:00.000Z',
  },
  promotion: {
    isDue: false,
    waitsFor: 'canary',
    fleets: ['shop'],
    reasons: ['20348.4294-1 waits for shop, until 2025-10-15T22:00:00.000Z at most.'],
    changesAt: '2025-10-15T22:00:00.000Z',
  },
  patch: { hoursUnpatched: 12, budgetHours: 72, percent: 16.67, missing: '10.0.20348.4294' },
  next: { command: 'winbake fleet status shop', reason: 'The canary fleet has not run it yet.' },
  hold: null,
  accepted: [],
  revoked: [],
  channels: { latest: LATEST, current: CURRENT, previous: null },
  firstStarts: null,
  timeline: null,
  rebake: { state: 'waiting', since: '2025-10-14T17:00:00.000Z', order: null },
  newestSet: null,
  notices: [],
  housekeeping: { prunedAt: null, failing: [] },
  pending: [],
};

function shown(status: PipelineStatus, columns?: number, details = true): string {
  const written: string[] = [];
  const out = (text: string) => void written.push(text);
  printAnswer({ out, err: out, ...(columns === undefined ? {} : { columns }) }, false, {
    schema: 'winbake.pipeline-status/1',
    document: status,
    text: (width) => statusText(status, width, details),
  });
  return written.join('');
}

test('it begins with why nothing moves and what to do, in 80 columns', () => {
  const text = shown(STATUS, 80);
  expect(text.split('\n').slice(0, 15)).toEqual([
    '2022-core  SERVER_2022_CORE  account 123456789012, eu-central-1',
    '',
    'gate: wait, 12 min ago: Waiting for aspnet to reach 10.0.20348.4294, at the',
    '  latest until 2025-10-16T06:00Z. That is in 25.0 h.',
    '  warning  LATE  aspnet is at 10.0.20348.4171, while 10.0.20348.4294 is out',
    '    since 2025-10-14T18:00Z.',
    'promotion: current is 20348.4171-1, latest 20348.4294-1. 20348.4294-1 waits for',
    '  shop, until 2025-10-15T22:00Z at most. That is in 17.0 h.',
    'patches: 12.0 h without 10.0.20348.4294, of a budget of 3.0 d (17 %)',
    'next: winbake fleet status shop',
    '  The canary fleet has not run it yet.',
    '',
    'set by hand: nothing',
    'rebake: waiting since 2025-10-14T17:00Z',
    'newest accepted set: none yet',
  ]);
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('the previous revisions of the newest set are a line each', () => {
  const of = (version: number, suffix: string) =>
    ['servercore', 'nanoserver', 'iis', 'aspnet'].map((family) => ({
      family: `${family}${suffix}`,
      osVersion: `10.0.20348.${version}`,
    }));
  const images = [...of(4294, ''), ...of(4171, '@previous'), ...of(4052, '@previous2')];
  const lines = shown({
    ...STATUS,
    newestSet: { target: '10.0.20348.4294', at: '2025-10-14T21:00:00.000Z', images },
  }).split('\n');
  const at = lines.findIndex((line) => line.startsWith('newest accepted set'));
  expect(lines.slice(at, at + 4)).toEqual([
    'newest accepted set: 10.0.20348.4294, 2025-10-14T21:00Z',
    '  The revision before is cached too: 10.0.20348.4171',
    '  The one before that is cached too: 10.0.20348.4052',
    'pruned: not yet',
  ]);
});

test('how soon containers start on the newest AMI stands beside the one before', () => {
  const firstStarts = {
    publication: LATEST.id,
    before: CURRENT.id,
    families: [
      { family: 'servercore', seconds: 12.34, before: 9.8 },
      { family: 'aspnet', seconds: 20, before: null },
    ],
  };
  const lines = shown({ ...STATUS, firstStarts }, 80);
  expect(lines).toContain(
    '\nfirst container on 20348.4294-1, beside 20348.4171-1: servercore 12.3 s (9.8 s\n  before), aspnet 20.0 s\n',
  );
  expect(shown({ ...STATUS, firstStarts: { ...firstStarts, before: null } })).toContain(
    '\nfirst container on 20348.4294-1: servercore',
  );
});

test('what is revoked is said, and whether its launches are refused', () => {
  const one = { id: '20348.4294-1', by: 'ops', reason: 'its driver leaks', at: '2025-10-15T04:00:00.000Z' };
  const lines = shown({
    ...STATUS,
    revoked: [
      { ...one, isDisabled: false, usedBy: ['used by instance i-1'] },
      { ...one, isDisabled: true, usedBy: [] },
    ],
  }).split('\n');
  expect(lines.filter((line) => line.includes('revoked'))).toEqual([
    '  revoked 20348.4294-1 on 2025-10-15 by ops: its driver leaks; it can still be launched, used by instance i-1',
    '  revoked 20348.4294-1 on 2025-10-15 by ops: its driver leaks; its launches are refused',
  ]);
});

test('a pipeline that is well says so in as few words', () => {
  const text = shown({
    ...STATUS,
    decision: {
      ...STATUS.decision!,
      decision: 'nothing',
      reason: 'x is baked already.',
      findings: [],
      changesAt: null,
    },
    promotion: {
      isDue: false,
      waitsFor: null,
      fleets: [],
      reasons: ['current is 20348.4294-1, the newest publication, already.'],
      changesAt: null,
    },
    patch: { hoursUnpatched: 0, budgetHours: 72, percent: 0, missing: null },
    next: { command: null, reason: 'Nothing is to be done; the next poll decides again.' },
    channels: { latest: LATEST, current: LATEST, previous: CURRENT },
  });
  expect(text).toContain(
    '\n\ngate: nothing, 12 min ago: x is baked already.\n' +
      'promotion: current is 20348.4294-1, the newest publication, already.\n' +
      'patches: current has every released update; the budget is 3.0 d\n' +
      'next: nothing\n  Nothing is to be done; the next poll decides again.\n\n',
  );
});

test('what people and documents wrote makes no line of its own and nothing that a terminal obeys', () => {
  const hostile = 'x\n\u001b[2J\u202eevil';
  const quiet = shown(STATUS).split('\n').length;
  const text = shown({
    ...STATUS,
    decision: { ...STATUS.decision!, reason: hostile },
    promotion: { ...STATUS.promotion, reasons: [hostile] },
    accepted: [{ finding: hostile, by: `${hostile}${'z'.repeat(200)}`, at: '2025-10-14T00:00:00Z' }],
    notices: [{ cause: 'bakeFailed:x', at: '2025-10-14T00:00:00Z', message: `a\n${hostile}` }],
    housekeeping: {
      prunedAt: null,
      failing: [{ part: 'delivery', since: '2025-10-14T00:00:00Z', reason: hostile }],
    },
    pending: [{ target: '1/eu-central-1', since: '2025-10-14T00:00:00Z', reason: hostile }],
  });
  expect(text).not.toMatch(/[^\P{C}\n]/u);
  expect(text.split('\n')).toHaveLength(quiet + 4);
  expect(text).not.toContain('z'.repeat(80));
  expect(text).toContain('accepted "x\\n\\u001b[2J\\u202eevil" on 2025-10-14 by x\\n');
});

test('the last Patch Tuesday is a picture below the answer, and the rest stands behind --details', () => {
  const timeline = {
    released: '2025-10-14T17:00:00.000Z',
    families: [
      { family: 'servercore', shownAt: '2025-10-14T18:00:00.000Z' },
      { family: 'aspnet', shownAt: null },
    ],
    publication: { id: LATEST.id, at: '2025-10-14T22:00:00.000Z' },
  };
  const lines = shown({ ...STATUS, timeline }, 80, false).split('\n');
  const at = lines.indexOf('Since Patch Tuesday, 2025-10-14T17:00Z');
  expect(lines[at - 2]).toBe('  The canary fleet has not run it yet.');
  expect(lines.slice(at + 2, at + 6)).toEqual([
    expect.stringMatching(/^servercore {2}░+█+ {2}18:00 \+1\.0 h$/),
    expect.stringMatching(/^aspnet {6}░+ {2}not yet$/),
    expect.stringMatching(/^bake {8} +█+ {2}22:00 \+5\.0 h published$/),
    '░ waits  █ there',
  ]);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  const rest = /^(?:newest accepted set|pruned|bucket|state machine|first container)/;
  expect(lines.filter((line) => rest.test(line))).toEqual([]);
  expect(lines.join('\n')).toContain('--details');
  const whole = shown({ ...STATUS, timeline }, 80);
  expect(whole.split('\n').filter((line) => rest.test(line))).toHaveLength(4);
  expect(whole).not.toContain('--details');
});

test('the channels of a pipeline are a line each in 80 columns', () => {
  expect(shown(STATUS, 80).split('\n').slice(-5, -1)).toEqual([
    'CHANNEL   PUBLICATION   MODE   AMI                    PUBLISHED',
    'latest    20348.4294-1  exact  ami-00000000000042941  2025-10-14T22:00Z',
    'current   20348.4171-1  exact  ami-00000000000041711  2025-09-10T00:00Z',
    'previous  -             -      -                      -',
  ]);
});

test('several pipelines are a line each, the nearest to its budget first, and what is to do stands below', () => {
  const patched = { hoursUnpatched: 0, budgetHours: 72, percent: 0, missing: null };
  const well = {
    ...STATUS,
    pipeline: '2019-core',
    decision: null,
    channels: { latest: null, current: CURRENT, previous: null },
    patch: patched,
    hold: { by: 'ann\u001b[2J', reason: 'trade fair', at: STATUS.at, until: '2025-10-20T00:00:00.000Z' },
    next: { command: null, reason: 'The pipeline goes on by itself.' },
  };
  expect(pipelinesText([well, STATUS], 80).split('\n')).toEqual([
    'PIPELINE   CURRENT       LATEST        GATE  UNPATCHED  OF BUDGET',
    '2022-core  20348.4171-1  20348.4294-1  wait     12.0 h       17 %',
    '2019-core  20348.4171-1  -             -             -        0 %',
    '',
    '2022-core: winbake fleet status shop: The canary fleet has not run it yet.',
    '2019-core is held until 2025-10-20T00:00:00.000Z by ann\\u001b[2J.',
    '',
  ]);
});
