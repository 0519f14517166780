import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One row of the fake docker's table; the first row that fits a call answers it. */
export interface DockerAnswer {
  /** A shell pattern for the call's arguments, such as `pull *`. */
  readonly call: string;
  readonly exitCode?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** How often this row answers before the rows below it do. Default: always. */
  readonly times?: number;
  /** What host.json holds from this call on. */
  readonly host?: object;
}

/** Lays a `docker` into a folder's `bin`, which answers from the table, and returns the environment that it needs. */
export function layFakeDocker(folder: string, answers: readonly DockerAnswer[]): Record<string, string> {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  copyFileSync(join(__dirname, 'fake-docker.sh'), join(bin, 'docker'));
  chmodSync(join(bin, 'docker'), 0o755);
  answers.forEach((answer, index) => {
    const entry = join(bin, String(index).padStart(2, '0'));
    writeFileSync(`${entry}.match`, answer.call);
    writeFileSync(`${entry}.code`, String(answer.exitCode ?? 0));
    writeFileSync(`${entry}.out`, answer.stdout ?? '');
    writeFileSync(`${entry}.err`, answer.stderr ?? '');
    if (answer.times !== undefined) {
      writeFileSync(`${entry}.left`, String(answer.times));
    }
    if (answer.host !== undefined) {
      writeFileSync(`${entry}.host`, JSON.stringify(answer.host));
    }
  });
  return { FAKE_DOCKER: bin, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
}

/** The calls that the fake docker of a folder got, in order, one line each. */
export function dockerCalls(folder: string): string[] {
  const file = join(folder, 'bin', 'calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}
