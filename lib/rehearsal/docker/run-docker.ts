import { UsageError } from '../../contract/values/errors';
import { isJsonObject, type JsonObject } from '../../contract/values/json';
import { DaemonError, daemonResponse } from './daemon-error';
import { brokenHost, DockerFailure, notModelled } from './docker-failure';
import type { Engine } from './engine';
import { listNetworks, tellVersion } from './engine-version';
import { inspectImages } from './inspect-images';
import { changeHostFile, readDockerHost, readHostFile } from './docker-host';
import { withEngineLock } from './engine-lock';
import { inspectNetwork } from './nat-network';
import { parseRegistryMap } from './registry-map';
import { runContainer } from './run-container';
import { tagImage } from './tag-image';

/** What a call of docker may use of its surroundings. */
export interface DockerSurroundings {
  /** Of its environment `WINBAKE_PRETENDED_HOST` and `WINBAKE_PRETENDED_REGISTRY`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

type Command = (engine: Engine, args: readonly string[]) => Promise<void> | void;

const COMMANDS: Readonly<Record<string, Command>> = {
  // Only a pull needs an HTTP client; the other commands start faster without it.
  pull: async (engine, args) => (await import('./pull-image')).pullImage(engine, args),
  tag: tagImage,
  'image inspect': inspectImages,
  'network inspect': inspectNetwork,
  'network ls': listNetworks,
  run: runContainer,
  version: tellVersion,
};

/** Answers one call of docker on the pretended host and gives its exit code. */
export async function runDocker(
  args: readonly string[],
  { env, out, err }: DockerSurroundings,
): Promise<number> {
  try {
    const words = args[0] === 'image' || args[0] === 'network' ? 2 : 1;
    const name = args.slice(0, words).join(' ');
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) {
      throw notModelled(args);
    }
    await command(await openEngine(env, out), args.slice(words));
    return 0;
  } catch (error) {
    const failure = asFailure(error);
    if (!(failure instanceof DockerFailure)) {
      throw failure;
    }
    err(`${failure.message}\n`);
    return failure.exitCode;
  }
}

function asFailure(error: unknown): unknown {
  if (error instanceof DaemonError) {
    return new DockerFailure(1, daemonResponse(error));
  }
  // Such as a registry's address that may not be asked.
  return error instanceof UsageError ? brokenHost(error.message) : error;
}

async function openEngine(env: DockerSurroundings['env'], out: (text: string) => void): Promise<Engine> {
  const folder = env['WINBAKE_PRETENDED_HOST'];
  if (folder === undefined || folder === '') {
    throw brokenHost(
      'WINBAKE_PRETENDED_HOST is not set: it names the folder of the pretended host, with host.json.',
    );
  }
  const host = readDockerHost(folder);
  if (!host.dockerRuns || (await isTooEarly(folder))) {
    // Source: moby v25.0.6 `client/request.go`, doRequest on Windows.
    throw new DockerFailure(
      1,
      'error during connect: this error may indicate that the docker daemon is not running: ' +
        'open //./pipe/docker_engine: The system cannot find the file specified.',
    );
  }
  const registries = parseRegistryMap(env['WINBAKE_PRETENDED_REGISTRY'] ?? '{}');
  return {
    folder,
    host,
    registries,
    print: (line) => {
      out(`${line}\n`);
    },
  };
}

/** Whether the engine does not listen yet, where the fault `lateDocker` of the host says so. */
async function isTooEarly(folder: string): Promise<boolean> {
  const left = () => {
    const { lateDocker } = readHostFile(folder);
    return isJsonObject(lateDocker) && typeof lateDocker['left'] === 'number' ? lateDocker['left'] : 0;
  };
  if (left() < 1) {
    return false;
  }
  return withEngineLock(folder, () => {
    const { lateDocker } = readHostFile(folder);
    const before = left();
    changeHostFile(folder, { lateDocker: { ...(lateDocker as JsonObject), left: before - 1 } });
    return before > 0;
  });
}
