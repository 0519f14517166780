import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type JsonObject } from '../../contract/values/json';
import { readOsVersion, type OsVersion } from '../../contract/values/os-version';
import { brokenHost } from './docker-failure';
import { writeJsonFile } from './write-json-file';

/** The facts of the pretended Windows host that Docker depends on. */
export interface DockerHost {
  readonly version: OsVersion;
  /** Free bytes of its C: drive; absent: as much as is asked for. */
  readonly freeBytes: number | undefined;
  /** The state of the service `docker`; running unless `host.json` says otherwise. */
  readonly dockerRuns: boolean;
  /** Whether docker's network `nat` is there; it is unless `host.json` says `"natNetwork": false`. */
  readonly natNetwork: boolean;
}

/**
 * Reads `host.json` of the folder: `currentBuild` and `ubr`, as Windows' registry has them, `freeBytes` and
 * `services.docker` where they are there.
 */
export function readDockerHost(folder: string): DockerHost {
  const { currentBuild, ubr, freeBytes, services, natNetwork } = readHostFile(folder);
  const text = `10.0.${String(currentBuild)}.${String(ubr)}`;
  const version = readOsVersion(text);
  if (version === undefined) {
    throw brokenHost(
      `The pretended host's host.json gives no OS version of currentBuild and ubr: '${text}'.`,
    );
  }
  const docker = isJsonObject(services) ? services['docker'] : undefined;
  return {
    version,
    freeBytes: typeof freeBytes === 'number' ? freeBytes : undefined,
    dockerRuns: docker === undefined || docker === 'Running',
    natNetwork: natNetwork !== false,
  };
}

/** Changes what `host.json` says of the free bytes, if it says anything; for the holder of the engine's lock. */
export function takeFreeBytes(folder: string, bytes: number): void {
  const { freeBytes } = readHostFile(folder);
  if (typeof freeBytes === 'number' && bytes > 0) {
    changeHostFile(folder, { freeBytes: freeBytes - bytes });
  }
}

/** Changes what `host.json` says; for the holder of the engine's lock. */
export function changeHostFile(folder: string, changes: JsonObject): void {
  writeJsonFile(join(folder, 'host.json'), { ...readHostFile(folder), ...changes });
}

/** What `host.json` says. */
export function readHostFile(folder: string): JsonObject {
  const file = join(folder, 'host.json');
  try {
    const state: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isJsonObject(state)) {
      return state;
    }
  } catch (error) {
    throw brokenHost(`The pretended host's '${file}' cannot be read: ${(error as Error).message}`);
  }
  throw brokenHost(`The pretended host's '${file}' is not a JSON object.`);
}
