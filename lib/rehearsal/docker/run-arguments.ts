import { notModelled } from './docker-failure';

/** What `docker run` is asked for. */
export interface RunArguments {
  readonly image: string;
  /** The entry point and its arguments, joined by single spaces. */
  readonly command: string;
}

/** The options that are known, each with the one value that is; docker's defaults would do something else. */
const OPTIONS: ReadonlyMap<string, string> = new Map([
  ['--pull', 'never'],
  ['--isolation', 'process'],
  ['--entrypoint', 'cmd'],
  // Docker's default on Windows, so that it may be left out.
  ['--network', 'nat'],
]);

const NEEDED = ['--rm', '--pull', '--isolation', '--entrypoint'];

/**
 * Reads the arguments of `docker run`; all of `--rm --pull=never --isolation=process --entrypoint cmd` must be there, since
 * without one of them docker would pull, isolate or leave behind what the pretended engine does not have. Options end at the
 * image. Source: docker/cli v25.0.6 `cli/command/container/run.go` (`SetInterspersed(false)`).
 */
export function parseRunArguments(args: readonly string[]): RunArguments {
  const call = ['run', ...args];
  const given = new Set<string>();
  let next = 0;
  for (; args[next]?.startsWith('-') === true; next += 1) {
    const [name = '', joined] = args[next]?.split(/=(.*)/s) ?? [];
    const expected = OPTIONS.get(name);
    if (name !== '--rm' || joined !== undefined) {
      if ((joined ?? args[(next += 1)]) !== expected) {
        throw notModelled(call);
      }
    }
    given.add(name);
  }
  const [image, ...rest] = args.slice(next);
  if (image === undefined || !NEEDED.every((name) => given.has(name))) {
    throw notModelled(call);
  }
  return { image, command: ['cmd', ...rest].join(' ') };
}
