import { seededRandom } from '../../../sim/reliability/happenings';
import type { RehearsalReport } from '../../../sim/rehearsal/rehearsal-report';
import { describeWithPowerShell, requirePowerShell } from '../../scripts/support/power-shell';
import { assembly } from '../../support/assembly';
import { pattern, PROMISES, REGISTRY_PROMISES } from '../../support/fault-promises';
import type { CommandRun } from '../../support/run-command-line';
import { rehearsing } from '../../support/run-rehearsal';

const SEED = Number(process.env['WINBAKE_SEED'] ?? 2025);
const COUNT = 16;

/** Faults by what they promise to say; with one that says nothing it goes on. */
const FAULTS = [
  ...PROMISES.map(({ name, outcome, reports }) => ({
    name,
    reports: outcome === 'fails' ? [pattern(reports)] : [],
  })),
  ...REGISTRY_PROMISES.map((name) => ({ name, reports: [] })),
];

/** Pairs of different faults, drawn by the seed. */
function drawnPairs(): readonly (readonly [string, string, readonly RegExp[]])[] {
  const random = seededRandom(SEED);
  const all = FAULTS.flatMap((one, index) => FAULTS.slice(index + 1).map((other) => [one, other] as const));
  return Array.from({ length: COUNT }, () => {
    const [[one, other] = []] = all.splice(Math.floor(random() * all.length), 1);
    return [one!.name, other!.name, [...one!.reports, ...other!.reports]];
  });
}

describeWithPowerShell(`a rehearsal with two faults, seed ${SEED}`, () => {
  const pairs = drawnPairs();
  const runs = new Map<string, CommandRun>();

  beforeAll(async () => {
    await requirePowerShell();
    const cdkOut = await assembly();
    const left = [...pairs];
    const work = async () => {
      for (let pair = left.shift(); pair !== undefined; pair = left.shift()) {
        const [one, other] = pair;
        const run = await rehearsing(cdkOut, '--as-of', '2025-10-16', '--fault', one, '--fault', other);
        runs.set(`${one} ${other}`, run);
      }
    };
    await Promise.all([work(), work()]);
  });

  test.each(pairs)(
    '%s and %s: published right, or refused as one of them promises',
    (one, other, reports) => {
      const { exitCode, stdout, stderr } = runs.get(`${one} ${other}`)!;
      if (reports.length > 0) {
        expect({
          exitCode,
          isPromised: reports.some((report) => report.test(stderr.trim())),
          stderr,
        }).toEqual({
          exitCode: 1,
          isPromised: true,
          stderr,
        });
        expect(JSON.parse(stdout)).toMatchObject({ error: { message: stderr.trimEnd() } });
        return;
      }
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      const report = JSON.parse(stdout) as RehearsalReport;
      expect(report).toMatchObject({
        decision: 'bake',
        host: { osVersion: '10.0.20348.4294' },
        rollout: { status: 'finished' },
      });
      expect(report.images.map(({ mode }) => mode)).toEqual(['exact', 'exact', 'exact', 'exact']);
    },
  );
});
