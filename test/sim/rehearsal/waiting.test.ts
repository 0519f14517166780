import { pollsOf, rehearseToBake } from '../../support/run-rehearsal';
import { syntheticHistory, syntheticHosts, type SyntheticMonth } from '../../support/synthetic-history';
import { file } from '../registry/history/event-fixture';

const LATE = 'LATE nanoserver, LATE iis, LATE aspnet';
const OCTOBER = [
  ...['18:30', '18:45', '19:00'].map((at) => `${at} wait, ${LATE}`),
  ...['19:15', '19:30'].map((at) => `${at} wait, LATE iis, LATE aspnet`),
  ...['19:45', '20:00', '20:15', '20:30', '20:45'].map((at) => `${at} wait, LATE iis`),
  '21:00 bake',
];

test('before anything came it expects something newer, then it waits until all families are there', async () => {
  const { report } = await rehearseToBake('2025-10-14T17:30:00Z');
  expect(report).toMatchObject({ asOf: '2025-10-14T17:30:00Z', decision: 'bake', target: '10.0.20348.4294' });
  expect(pollsOf(report)).toEqual([
    '17:30 wait, EXPECTED_NEWER',
    '17:45 wait, EXPECTED_NEWER',
    `18:00 wait, ${LATE}`,
    `18:15 wait, ${LATE}`,
    ...OCTOBER,
  ]);
});

/** A Patch Tuesday that never was: 11 May 2027, 17:00 UTC. */
const MAY: SyntheticMonth = {
  build: 20348,
  year: 2027,
  month: 4,
  before: 7001,
  after: 7042,
  minutes: { servercore: 50, nanoserver: 110, iis: 200, aspnet: 65 },
};

test('where a family stays behind, the longest wait and the policy have the word', async () => {
  const late = { ...MAY, minutes: { ...MAY.minutes, iis: 14 * 24 * 60 } };
  const options = { history: file(syntheticHistory(late)), hosts: file(syntheticHosts(late), 'hosts.csv') };
  const from = '2027-05-11T18:00:00Z';
  const wait = { longestWaitSeconds: 7200 };
  const used = await rehearseToBake(from, { ...options, policy: wait });
  expect(pollsOf(used.report)).toEqual([
    `18:00 wait, ${LATE}`,
    ...['18:15', '18:30', '18:45'].map((at) => `${at} wait, LATE nanoserver, LATE iis`),
    ...['19:00', '19:15', '19:30', '19:45'].map((at) => `${at} wait, LATE iis`),
    '20:00 bake, LATE iis, MIXED_REVISIONS',
  ]);
  expect(used.report.target).toBe('10.0.20348.7042');
  const stopped = await rehearseToBake(from, { ...options, policy: { ...wait, late: 'stop' } });
  expect(pollsOf(stopped.report).at(-1)).toBe('20:00 needsOperator, LATE iis');
  expect(stopped.report).toMatchObject({
    ami: null,
    rollout: { status: 'none' },
    again: { decision: 'needsOperator' },
  });
});

test('before a bake nothing is published, and the steps of the recipe are named', async () => {
  const { report } = await rehearseToBake('2025-10-16');
  expect(report).toMatchObject({ decision: 'bake', host: null, images: [], ami: null, again: null });
  expect(report.rollout.status).toBe('none');
  expect(report.origins.page).toBeGreaterThan(report.origins.assumed);
  for (const { before, after } of report.rollout.instances) {
    expect(after).toBe(before);
  }
  const channels = Object.keys(report.parameters).filter((name) => !name.startsWith('/winbake/fleets/'));
  expect(channels).toHaveLength(9);
  const publications = Object.entries(report.parameters).filter(([name]) => name.endsWith('/publication'));
  expect(publications.map(([, value]) => JSON.parse(value))).toEqual(
    Array.from({ length: 3 }, () => expect.objectContaining({ id: '20348.0-0', mode: 'unbaked' })),
  );
  const notRun = report.steps.filter(({ status }) => status === 'notRun').map(({ name }) => name);
  expect(notRun).toHaveLength(36);
  expect(notRun.slice(0, 3)).toEqual([
    'update: PrepareFolder',
    'update: DownloadScripts',
    'update: ExpandScripts',
  ]);
  expect(notRun.at(-1)).toBe('verify: UploadVerification');
});

test('a host revision that is given is known to the gate', async () => {
  const [beyond] = (await rehearseToBake('2025-10-16', { hostRevision: 4300 })).report.decisions;
  expect(beyond).toMatchObject({ decision: 'bake', findings: [{ code: 'HOST_WITHOUT_IMAGE' }] });
  const equal = await rehearseToBake('2025-10-24T12:00:00Z', { release: '2016', hostRevision: 8524 });
  expect(equal.report).toMatchObject({
    decision: 'needsOperator',
    findings: [{ code: 'HOST_WITHOUT_IMAGE' }],
  });
});
