import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type OsVersion, readOsVersion } from '../../../lib/contract/values/os-version';
import { UsageError } from '../../../lib/contract/values/errors';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import { compatibility } from '../../../lib/core/images/compatibility';
import { dockerLogin } from '../../../lib/registry/docker-login';
import type { RegistryLogin } from '../../../lib/registry/registry-access';
import { brokenHost, DaemonError, daemonResponse, DockerFailure, notModelled } from './docker-failure';
import {
  changeHostFile,
  containerAddresses,
  type Engine,
  inspectNetwork,
  readDockerHost,
  readHostFile,
} from './docker-host';
import { readEngineState, withEngineLock } from './engine-state';
import { findImage, type FoundImage, inspectImages, removeImage, tagImage } from './images';

/**
 * Why Windows does not start a process-isolated container of an image on a host, in the words that reach docker, or
 * undefined where it starts. Everything that is not surely allowed is refused, so that no rehearsal passes with it:
 *
 * - another build (2022 images on a 2025 host apart), and another revision on 2016: 0xc0370101, when the container is made.
 *   In words only: Docker 25 no longer prints the number.
 * - an image newer than its host: 0xc0370106, when it is started. Real hosts start most such images.
 *
 * Source of the words: hcsshim of moby v25.0.6, `internal/hcs/errors.go` (SystemError) and `errors.go` (ContainerError).
 * @see https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/version-compatibility
 * @see https://github.com/microsoft/dotnet-framework-docker/issues/1265
 * @see https://github.com/microsoft/Windows-Containers/issues/591
 */
function kernelRefusal(host: OsVersion, image: OsVersion, container: string): string | undefined {
  const { compatible, rule } = compatibility(host, image);
  if (compatible) {
    return undefined;
  }
  return rule === 'newerRevision'
    ? `container ${container} encountered an error during hcs::System::Start: failure in a Windows system call: ` +
        'The virtual machine or container exited unexpectedly. (0xc0370106)'
    : `hcs::CreateComputeSystem ${container}: The container operating system does not match the host operating system.`;
}

/** What `docker run` is asked for. */
interface RunArguments {
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
 * without one of them docker would pull, isolate or leave behind what the simulated engine does not have. Options end at the
 * image. Source: docker/cli v25.0.6 `cli/command/container/run.go` (`SetInterspersed(false)`).
 */
function parseRunArguments(args: readonly string[]): RunArguments {
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

/**
 * `docker run --rm --pull=never --isolation=process --entrypoint cmd REF /c ver`: starts a container of a stored image and
 * prints what its Windows says of itself; with `/c ipconfig` its addresses. No other command is modelled. No time passes.
 * Source: docker/cli v25.0.6 `cli/command/container/run.go`, runContainer and reportError: 125 for whatever the engine refuses.
 */
function runContainer(engine: Engine, args: readonly string[]): void {
  const call = ['run', ...args];
  const { image: text, command } = parseRunArguments(args);
  if (command !== 'cmd /c ver' && command !== 'cmd /c ipconfig') {
    throw notModelled(call);
  }
  const { image } = findOrFail(engine, text, call);
  const version = readOsVersion(image.osVersion ?? '');
  if (version === undefined || image.architecture !== 'amd64') {
    throw notModelled(call, `the image is for ${image.architecture} and of OS version ${image.osVersion}`);
  }
  if (engine.host.nat === 'missing') {
    throw new DockerFailure(125, 'docker: Error response from daemon: network nat not found.');
  }
  const refusal = kernelRefusal(engine.host.version, version, randomBytes(32).toString('hex'));
  if (refusal !== undefined) {
    throw new DockerFailure(125, `docker: ${oneStop(daemonResponse(new DaemonError(refusal)))}`);
  }
  if (command === 'cmd /c ipconfig') {
    containerAddresses(engine.host.nat).forEach(engine.print);
    return;
  }
  engine.print('');
  engine.print(`Microsoft Windows [Version ${verVersion(version)}]`);
}

/**
 * With `--pull=never` nothing is pulled and the engine's own words are shown; "Unable to find image" belongs to a pull.
 * Source: docker/cli v25.0.6 `cli/command/container/create.go`, createContainer.
 */
function findOrFail(engine: Engine, text: string, call: readonly string[]): FoundImage {
  try {
    return findImage(readEngineState(engine.folder), text, call);
  } catch (error) {
    if (error instanceof DaemonError) {
      throw new DockerFailure(125, `docker: ${oneStop(daemonResponse(error))}\nSee 'docker run --help'.`);
    }
    throw error;
  }
}

function oneStop(sentence: string): string {
  return `${sentence.replace(/\.$/, '')}.`;
}

/**
 * `ver` in a container reads the registry of the image, so the revision is the image's; 2016's `ver` has none. A 2022
 * image on a 2025 host is taken to say its own version, too.
 * @see https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/version-compatibility
 */
function verVersion({ build, revision }: OsVersion): string {
  return build === 14393 ? `10.0.${build}` : `10.0.${build}.${revision}`;
}

/** The variables of a call of docker. */
type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The login that a call of docker has for a registry, as the real one finds it: by the configuration in `DOCKER_CONFIG`, and by the helpers
 * that this names. Of helpers only those are modelled that print what a variable holds.
 * @see https://github.com/docker/docker-credential-helpers#development
 */
function loginOfCall(env: Variables): (host: string) => Promise<RegistryLogin | undefined> {
  const folder = env['DOCKER_CONFIG'];
  return (host) =>
    dockerLogin(host, {
      config: () => (folder === undefined ? undefined : readFileSync(join(folder, 'config.json'), 'utf8')),
      helper: (name) => Promise.resolve(printed(name, env)),
    });
}

/** What a helper prints whose script is three lines that the shell of Windows is known to run so. */
function printed(name: string, env: Variables): string | undefined {
  const program = `docker-credential-${name}.cmd`;
  const file = (env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
  if (file === undefined) {
    throw brokenHost(
      `error getting credentials - err: exec: "docker-credential-${name}": executable file not found in %PATH%`,
    );
  }
  const text = readFileSync(file, 'utf8');
  const [, variable] = /^@echo off\r\nsetlocal EnableDelayedExpansion\r\necho\(!(\w+)!\r\n$/.exec(text) ?? [];
  if (variable === undefined) {
    throw brokenHost(`The rehearsal does not model the credential helper ${program}.`);
  }
  return env[variable];
}

/**
 * What the ECS-optimized AMIs have; Windows Server 2016 stays at the last engine that runs on it.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-windows-ami-versions.html
 */
function engineVersion(build: number): string {
  return build === 14393 ? '20.10.23' : '25.0.6';
}

/** `docker version --format {{.Server.Version}}`; other templates are not modelled. */
export function printVersion({ host, print }: Engine, args: readonly string[]): void {
  if (args.join(' ') !== '--format {{.Server.Version}}') {
    throw notModelled(['version', ...args]);
  }
  print(engineVersion(host.version.build));
}

/** `docker network ls --filter type=custom --format {{.Name}}`: the networks that users made; nobody makes one here. */
export function listNetworks(_engine: Engine, args: readonly string[]): void {
  if (args.join(' ') !== '--filter type=custom --format {{.Name}}') {
    throw notModelled(['network', 'ls', ...args]);
  }
}

/**
 * The registries that the simulated host reaches, from the text of `WINBAKE_SIMULATED_REGISTRY`: a JSON object whose
 * names are those before the first slash of an image reference and whose values are base addresses.
 */
function parseRegistryMap(text: string | undefined): ReadonlyMap<string, string> {
  const value = parse(text ?? '');
  if (!isJsonObject(value) || !Object.values(value).every((url) => typeof url === 'string')) {
    throw brokenHost(
      'WINBAKE_SIMULATED_REGISTRY is a JSON object such as {"mcr.microsoft.com": "http://127.0.0.1:5000"}; ' +
        `got: '${text ?? ''}'.`,
    );
  }
  return new Map(Object.entries(value) as [string, string][]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a call of docker may use of its surroundings. */
interface DockerSurroundings {
  /** Of its environment `WINBAKE_SIMULATED_HOST` and `WINBAKE_SIMULATED_REGISTRY`. */
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
  'image rm': removeImage,
  'network inspect': inspectNetwork,
  'network ls': listNetworks,
  run: runContainer,
  version: printVersion,
};

/** Answers one call of docker on the simulated host and gives its exit code. */
export async function runDocker(
  args: readonly string[],
  { env, out, err }: DockerSurroundings,
): Promise<number> {
  try {
    const overrides = args[0] === 'image' || args[0] === 'network' ? 2 : 1;
    const name = args.slice(0, overrides).join(' ');
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) {
      throw notModelled(args);
    }
    await command(await openEngine(env, out), args.slice(overrides));
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
  const folder = env['WINBAKE_SIMULATED_HOST'];
  if (folder === undefined || folder === '') {
    throw brokenHost(
      'WINBAKE_SIMULATED_HOST is not set: it names the folder of the simulated host, with host.json.',
    );
  }
  const host = readDockerHost(folder);
  if (await takesOne(folder, 'hangingDocker')) {
    // As a pipe on which nobody answers: whoever asked has to give up.
    await sleep(HANGING_MILLISECONDS);
  }
  if (!host.dockerRuns || (await takesOne(folder, 'lateDocker'))) {
    // Source: moby v25.0.6 `client/request.go`, doRequest on Windows.
    throw new DockerFailure(
      1,
      'error during connect: this error may indicate that the docker daemon is not running: ' +
        'open //./pipe/docker_engine: The system cannot find the file specified.',
    );
  }
  const registries = parseRegistryMap(env['WINBAKE_SIMULATED_REGISTRY'] ?? '{}');
  return {
    folder,
    host,
    registries,
    login: loginOfCall(env),
    print: (line) => {
      out(`${line}\n`);
    },
  };
}

const HANGING_MILLISECONDS = 3_600_000;

/** Whether a fault of the host that is counted in calls strikes this one: `left` is how many it still strikes. */
async function takesOne(folder: string, name: 'lateDocker' | 'hangingDocker'): Promise<boolean> {
  const faultOf = (): JsonObject => {
    const fault = readHostFile(folder)[name];
    return isJsonObject(fault) ? fault : {};
  };
  const left = () => Number(faultOf()['left'] ?? 0);
  if (left() < 1) {
    return false;
  }
  return withEngineLock(folder, () => {
    const before = left();
    changeHostFile(folder, { [name]: { ...faultOf(), left: before - 1 } });
    return before > 0;
  });
}
