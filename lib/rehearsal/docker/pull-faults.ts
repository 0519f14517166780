import type { ImageReference } from '../../core/oci/image-reference';
import { DaemonError } from './daemon-error';
import { changeHostFile, readHostFile } from './docker-host';
import { withEngineLock } from './engine-lock';
import { isJsonObject } from '../../contract/values/json';

/**
 * Fails a pull where the faults of the pretended host say so: `failingPulls` the next few, `wrongDigests` every one. The
 * words are those of the engine. Source: moby v25.0.6 `distribution/pull_v2.go`, pullManifest.
 */
export async function strikePull(folder: string, { digest }: ImageReference): Promise<void> {
  const { wrongDigests } = readHostFile(folder);
  if (wrongDigests === true) {
    throw new DaemonError(`manifest verification failed for digest ${digest ?? 'of the tag'}`);
  }
  const message = await withEngineLock(folder, () => {
    const { failingPulls } = readHostFile(folder);
    const { left, message: words } = isJsonObject(failingPulls) ? failingPulls : {};
    if (typeof left !== 'number' || left < 1) {
      return undefined;
    }
    changeHostFile(folder, { failingPulls: { left: left - 1, message: words } });
    return String(words);
  });
  if (message !== undefined) {
    throw new DaemonError(message);
  }
}

/** Lets Windows move to another revision behind the back of a pull, where the fault `driftsTo` says so. */
export async function driftHost(folder: string): Promise<void> {
  await withEngineLock(folder, () => {
    const { driftsTo } = readHostFile(folder);
    if (typeof driftsTo === 'number') {
      changeHostFile(folder, { ubr: driftsTo });
    }
  });
}
