import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

const CLI = join(__dirname, '..', '..', 'dist', 'cli', 'winbake.cjs');
const RUNS = 15;

/** The processor time of Node with arguments, in milliseconds: the median of several runs. */
function cpuOf(...args: readonly string[]): number {
  // Of children that have ended: the shell that is waited for says it of its own.
  const times = Array.from({ length: RUNS }, () => {
    const script = '"$0" "$@" >/dev/null; times';
    const { stdout } = spawnSync('bash', ['-c', script, process.execPath, ...args], { encoding: 'utf8' });
    const [, children = ''] = stdout.trim().split('\n');
    return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
      (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000,
      0,
    );
  });
  return times.sort((one, other) => one - other)[Math.floor(RUNS / 2)] ?? 0;
}

describe('the processor time of a start', () => {
  test.each([[['--version']], [['compat', '10.0.20348.4294', '10.0.20348.4171']]])(
    'of %j is at most four times that of Node alone',
    (args) => {
      const node = cpuOf('-e', '0');
      expect(node).toBeGreaterThan(0);
      const ratio = cpuOf(CLI, ...args) / node;
      expect(ratio).toBeLessThanOrEqual(4);
    },
  );
});

test.each([[['--help']], [['explain', '--release', '2022', '--as-of', '2025-10-15']]])(
  'a reader of %j that has seen enough, such as head, makes no failure',
  async (args) => {
    const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const exitCode = await new Promise((resolve) => child.on('close', resolve));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  },
);
