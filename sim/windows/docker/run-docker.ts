import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDigest } from '../../../lib/contract/values/digest';
import { UsageError } from '../../../lib/contract/values/errors';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import { dockerLogin } from '../../../lib/registry/docker-login';
import type { RegistryLogin } from '../../../lib/registry/registry-access';
import { brokenHost, DaemonError, daemonResponse, DockerFailure, notModelled } from './docker-failure';
import { changeHostFile, type Engine, readDockerHost, readHostFile } from './docker-host';
import { changeEngineState, readEngineState, withEngineLock } from './engine-state';
import { dockerReference, findImage, type FoundImage, tagImage, withoutName } from './image-names';
import { inspectNetwork } from './nat-network';
import { runContainer } from './run-container';

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

/** The templates of `--format` that are known; docker knows a whole language. */
const FORMATS: ReadonlyMap<string, (image: object) => string> = new Map([
  ['{{json .}}', (image: object) => JSON.stringify(image)],
]);

/**
 * `docker image inspect [--format TEMPLATE] REF...`: describes images as a JSON list, or one by one in a template's form.
 * What is found is printed even where something else is not. Of docker's fields those are given that the simulated store
 * knows. Source: docker/cli v25.0.6 `cli/command/inspect/inspector.go`; moby v25.0.6
 * `api/server/router/image/image_routes.go`, toImageInspect.
 */
function inspectImages(engine: Engine, args: readonly string[]): void {
  const call = ['image', 'inspect', ...args];
  const { format, texts } = readArguments(args, call);
  const state = readEngineState(engine.folder);
  const images: object[] = [];
  const failures: string[] = [];
  for (const text of texts) {
    try {
      images.push(describe(findImage(state, text, call)));
    } catch (error) {
      if (!(error instanceof DaemonError)) {
        throw error;
      }
      failures.push(daemonResponse(error));
    }
  }
  const lines = images.map((image) => format?.(image) ?? '');
  engine.print(format === undefined ? JSON.stringify(images, undefined, 4) : lines.join('\n'));
  if (failures.length > 0) {
    throw new DockerFailure(1, failures.join('\n'));
  }
}

/**
 * `docker image rm --force REF`: takes a name from an image, and with the last tag of a repository its digests there; an image without a
 * name goes, and so does one that is named by its id. Source: moby v25.0.6 `daemon/images/image_delete.go`.
 */
async function removeImage({ folder }: Engine, args: readonly string[]): Promise<void> {
  const [force, text, ...rest] = args;
  const call = ['image', 'rm', ...args];
  if (force !== '--force' || text === undefined || rest.length > 0) {
    throw notModelled(call);
  }
  await changeEngineState(folder, (state) => {
    const { id, image } = findImage(state, text, call);
    const left = isDigest(text) ? undefined : withoutName(image, dockerReference(text, call).reference);
    const others = Object.entries(state.images).filter(([one]) => one !== id);
    const images = Object.fromEntries(left === undefined ? others : [...others, [id, left]]);
    return { state: { ...state, images }, result: undefined };
  });
}

interface Arguments {
  readonly format: ((image: object) => string) | undefined;
  readonly texts: readonly string[];
}

function readArguments(args: readonly string[], call: readonly string[]): Arguments {
  const [first = '', second] = args;
  const joined = /^--format=(.*)$/s.exec(first)?.[1];
  const separate = first === '--format' || first === '-f';
  const template = separate ? second : joined;
  const texts = args.slice(separate ? 2 : joined === undefined ? 0 : 1);
  const format = template === undefined ? undefined : FORMATS.get(template);
  const isKnown = template === undefined ? !separate : format !== undefined;
  if (!isKnown || texts.length === 0) {
    throw notModelled(call);
  }
  return { format, texts };
}

function describe({ id, image }: FoundImage): object {
  return {
    Id: id,
    RepoTags: image.repoTags,
    RepoDigests: image.repoDigests,
    Architecture: image.architecture,
    Os: image.os,
    // Docker leaves the field out where the image has none.
    ...(image.osVersion === null ? {} : { OsVersion: image.osVersion }),
    Size: image.size,
    RootFS: { Type: 'layers', Layers: image.layers.map(({ diffId }) => diffId) },
  };
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
