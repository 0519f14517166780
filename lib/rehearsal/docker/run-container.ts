import { randomBytes } from 'node:crypto';
import { readOsVersion, type OsVersion } from '../../contract/values/os-version';
import { DaemonError, daemonResponse } from './daemon-error';
import { DockerFailure, notModelled } from './docker-failure';
import type { Engine } from './engine';
import { readEngineState } from './engine-state';
import { findImage, type FoundImage } from './find-image';
import { kernelRefusal } from './kernel-refusal';
import { containerAddresses } from './nat-network';
import { parseRunArguments } from './run-arguments';

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
  if (!engine.host.natNetwork) {
    throw new DockerFailure(125, 'docker: Error response from daemon: network nat not found.');
  }
  const refusal = kernelRefusal(engine.host.version, version, randomBytes(32).toString('hex'));
  if (refusal !== undefined) {
    throw new DockerFailure(125, `docker: ${oneStop(daemonResponse(new DaemonError(refusal)))}`);
  }
  if (command === 'cmd /c ipconfig') {
    containerAddresses().forEach(engine.print);
    return;
  }
  engine.print('');
  engine.print(`Microsoft Windows [Version ${versionToldByVer(version)}]`);
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
function versionToldByVer({ build, revision }: OsVersion): string {
  return build === 14393 ? `10.0.${build}` : `10.0.${build}.${revision}`;
}
