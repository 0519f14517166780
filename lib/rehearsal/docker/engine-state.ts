import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../contract/values/digest';
import { isJsonObject } from '../../contract/values/json';
import { brokenHost } from './docker-failure';
import { withEngineLock } from './engine-lock';
import { writeJsonFile } from './write-json-file';

/** A layer of a stored image. */
export interface EngineLayer {
  /** Of the compressed blob, as the manifest names it. */
  readonly digest: Digest;
  /** Of the unpacked content, as the image config names it. */
  readonly diffId: string;
  readonly compressedBytes: number;
}

/** An image in the store, under its id, the digest of its config. */
export interface EngineImage {
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly os: string;
  readonly architecture: string;
  /** As the config has it; null where it has none. */
  readonly osVersion: string | null;
  /** Bytes on disk, all layers, shared ones included; synthetic. */
  readonly size: number;
  /** Base first. */
  readonly layers: readonly EngineLayer[];
}

/** The file `docker.json` of a pretended host: what its Docker holds. */
export interface EngineState {
  readonly schema: 'winbake.pretended-docker/1';
  /** Compressed bytes of configs and layers that all pulls together carried over the network. */
  readonly pulledBytes: number;
  readonly images: Readonly<Record<string, EngineImage>>;
}

const SCHEMA = 'winbake.pretended-docker/1';

/** What the Docker of a pretended host holds; nothing where it was never used. */
export function readEngineState(folder: string): EngineState {
  const file = join(folder, 'docker.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { schema: SCHEMA, pulledBytes: 0, images: {} };
    }
    throw error;
  }
  const state = parse(text);
  if (!isJsonObject(state) || state['schema'] !== SCHEMA) {
    throw brokenHost(`The pretended host's '${file}' is not a ${SCHEMA} document.`);
  }
  return state as unknown as EngineState;
}

/** Replaces the state by what `change` makes of it, alone among all calls, and gives its result. */
export function changeEngineState<T>(
  folder: string,
  change: (state: EngineState) => { readonly state: EngineState; readonly result: T },
): Promise<T> {
  return withEngineLock(folder, () => {
    const { state, result } = change(readEngineState(folder));
    writeJsonFile(join(folder, 'docker.json'), state);
    return result;
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
