import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fleetStatusCommand } from '../../../bin/fleet/fleet';
import type { FleetAccess } from '../../../bin/fleet/fleet-access';
import { exitCodeOf } from '../../../bin/shared/exit-code';
import type { FleetState } from '../../../lib/contract/documents/fleet-state';
import { fleetEvidence } from '../../../lib/core/fleet/fleet-evidence';
import { fleetStatus } from '../../../lib/core/fleet/fleet-status';
import { contractFixture } from '../../support/contract-fixture';
import { pageText, readPage } from '../../support/check-page';

const NOW = new Date('2025-10-15T05:00:00Z');
const STATE = contractFixture('fleet-state') as FleetState;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'winbake-fleet-page-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The fleets of an account and region, of which one has an instance on an older AMI. */
function fleetsOf(account: string, region: string) {
  const opened: unknown[] = [];
  const instances = ['i-01', 'i-02'].map((id) => ({
    ...{ id, amiId: STATE.amiId, lifecycle: 'InService', startedAt: null, revision: null },
    ...{ status: 'ACTIVE', tasks: 1 },
  }));
  const access: Partial<FleetAccess> = {
    caller: { account } as FleetAccess['caller'],
    region,
    list: () => Promise.resolve(['shop']),
    status: () =>
      Promise.resolve(
        fleetStatus({
          ...{ state: STATE, overrides: undefined, current: undefined, instances, starts: [], now: NOW },
          patchWithinSeconds: 24 * 3600,
        }),
      ),
    evidence: (_fleet, month) => Promise.resolve(fleetEvidence(STATE, month, undefined, NOW)),
  };
  const run = async (...args: readonly string[]) => {
    let stdout = '';
    const terminal = { out: (text: string) => void (stdout += text), err: () => undefined };
    const tools = {
      open: (place: unknown) => {
        opened.push(place);
        return Promise.resolve(access as FleetAccess);
      },
      ask: () => Promise.resolve(false),
      now: () => NOW,
    };
    await fleetStatusCommand(terminal, () => undefined, tools).parseAsync(args, { from: 'user' });
    return stdout;
  };
  return { run, opened };
}

test('the fleets of several accounts and regions are one page, beside what is printed', async () => {
  const [here, there] = [
    fleetsOf('111122223333', 'eu-central-1'),
    fleetsOf('444455556666', 'ap-northeast-1'),
  ];
  const other = join(folder, 'tokyo.json');
  writeFileSync(other, await there.run('--all', '--json'));
  const file = join(folder, 'fleets.html');
  const plain = await here.run('--all', '--json');
  expect(await here.run('--all', '--json', '--html', file, '--with', other)).toBe(plain);
  const text = readFileSync(file, 'utf8');
  expect(readPage(text).errors).toEqual([]);
  const shownText = pageText(text);
  expect(shownText).toContain('0 of 2 fleets run what their channel shows on every instance');
  expect(shownText).toMatch(/shop 111122223333 eu-central-1 .* shop 444455556666 ap-northeast-1/);
  expect(shownText).toContain('Account 444455556666, ap-northeast-1, as of 2025-10-15T05:00Z.');
  expect(shownText).toContain('Publications and fleets, Patch Tuesday of 2025-10-14T17:00Z');
});

test.each<[string, (folder: string) => string[], string]>([
  [
    '--html with the name of one fleet',
    (of) => ['shop', '--html', join(of, 'x.html')],
    '--html goes with --all',
  ],
  ['--with and no page', () => ['--all', '--with', __filename], '--with goes with --html'],
  ['a file that is there', () => ['--all', '--html', __filename], 'is there already'],
  ['no file', (of) => ['--all', '--html', join(of, 'x.html'), '--with', join(of, 'none')], 'cannot be read'],
  ['another file', (of) => ['--all', '--html', join(of, 'x.html'), '--with', __filename], 'it is not JSON'],
])('%s is wrong usage before AWS is asked', async (_what, args, message) => {
  const { opened, run } = fleetsOf('111122223333', 'eu-central-1');
  const error = await run(...args(folder)).catch((caught: unknown) => caught);
  expect((error as Error).message).toContain(message);
  expect(exitCodeOf(error)).toBe(2);
  expect(opened).toEqual([]);
});

test('what an older version printed has no budgets, and is shown without', async () => {
  const { run } = fleetsOf('111122223333', 'eu-central-1');
  const older = JSON.parse(await run('--all', '--json'), (key, value: unknown) =>
    ['patchWithinHours', 'at'].includes(key) ? undefined : value,
  ) as object;
  const [other, file] = [join(folder, 'older.json'), join(folder, 'older.html')];
  writeFileSync(other, JSON.stringify(older));
  await run('--all', '--html', file, '--with', other);
  expect(pageText(readFileSync(file, 'utf8'))).toContain('budget not known');
});
