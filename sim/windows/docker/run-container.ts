import { randomBytes } from 'node:crypto';
import { type OsVersion, readOsVersion } from '../../../lib/contract/values/os-version';
import { compatibility } from '../../../lib/core/images/compatibility';
import { notModelled, DaemonError, daemonResponse, DockerFailure } from './docker-failure';
import type { Engine } from './docker-host';
import { readEngineState } from './engine-state';
import { findImage, type FoundImage } from './image-names';
import { containerAddresses } from './nat-network';

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
export function runContainer(engine: Engine, args: readonly string[]): void {
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
 * `ver` in a container reads the registry of the image, so the revision is the image's; 2016's `ver` tells none. A 2022
 * image on a 2025 host is taken to say its own version, too.
 * @see https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/version-compatibility
 */
function verVersion({ build, revision }: OsVersion): string {
  return build === 14393 ? `10.0.${build}` : `10.0.${build}.${revision}`;
}
