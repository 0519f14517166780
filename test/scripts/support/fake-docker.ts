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
  /** The call does not end for that many seconds. */
  readonly hangSeconds?: number;
  /** The calls of this row answer together, once there are so many; one that stays alone says so among the calls. */
  readonly gather?: number;
  /** The call takes so long and counts itself, see `mostTogether`. */
  readonly countSeconds?: number;
  /** So many tenths of a second, in each of which the disk gets 100 MB fuller, pass before the call ends. */
  readonly grows?: number;
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
    const { times, hangSeconds, gather, countSeconds, grows } = answer;
    for (const [name, value] of Object.entries({
      left: times,
      hang: hangSeconds,
      gather,
      count: countSeconds,
      grows,
    })) {
      if (value !== undefined) {
        writeFileSync(`${entry}.${name}`, String(value));
      }
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

/** How many calls with `countSeconds` were under way together at most. */
export function mostTogether(folder: string): number {
  return Math.max(
    ...readFileSync(join(folder, 'bin', 'together'), 'utf8')
      .trim()
      .split('\n')
      .map(Number),
  );
}

/** The logins by which the fake docker of a folder pulled: what, and what its credential helper would have printed. */
export function dockerLogins(folder: string): readonly { readonly of: string; readonly login: unknown }[] {
  const file = join(folder, 'bin', 'login', 'calls');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  return lines.map((line) => {
    const [, of = '', login = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
    return { of, login: JSON.parse(login) as unknown };
  });
}

/** A file of the configuration folder that the fake docker was called with last. */
export function dockerConfigFile(folder: string, name: string): string {
  return readFileSync(join(folder, 'bin', 'login', name), 'utf8');
}

/** What host.json held when the fake docker was last called with that command. */
export function hostAtLast(folder: string, command: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(join(folder, 'bin', `host-at-last-${command}.json`), 'utf8'));
}
