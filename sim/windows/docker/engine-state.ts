import { mkdirSync, rmdirSync, renameSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '../../../lib/contract/values/digest';
import { isJsonObject } from '../../../lib/contract/values/json';
import { brokenHost } from './docker-failure';

/** How long to wait for another call's change of the state, which takes milliseconds. */
const PATIENCE_MILLISECONDS = 10_000;

const POLL_MILLISECONDS = 10;

/**
 * Does work while no other call of docker on this simulated host can: whoever makes the folder `docker.lock` is alone.
 * The work is synchronous, so that the lock is never held across the network.
 */
export async function withEngineLock<T>(
  folder: string,
  work: () => T,
  patienceMilliseconds = PATIENCE_MILLISECONDS,
): Promise<T> {
  const lock = join(folder, 'docker.lock');
  const until = Date.now() + patienceMilliseconds;
  while (!takeLock(lock)) {
    if (Date.now() >= until) {
      throw brokenHost(
        `Another docker holds '${lock}' for ${patienceMilliseconds / 1000} s; if none runs, delete that folder.`,
      );
    }
    await sleep(POLL_MILLISECONDS);
  }
  try {
    return work();
  } finally {
    rmdirSync(lock);
  }
}

function takeLock(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

/** Writes a document so that a reader sees the old one or the new one, never half of it. */
export function writeJsonFile(file: string, document: object): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(document, undefined, 2)}\n`);
  renameSync(draft, file);
}

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

/** The file `docker.json` of a simulated host: what its Docker holds. */
export interface EngineState {
  readonly schema: 'winbake.simulated-docker/1';
  /** Compressed bytes of configs and layers that all pulls together carried over the network. */
  readonly pulledBytes: number;
  readonly images: Readonly<Record<string, EngineImage>>;
}

const SCHEMA = 'winbake.simulated-docker/1';

/** What the Docker of a simulated host holds; nothing where it was never used. */
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
    throw brokenHost(`The simulated host's '${file}' is not a ${SCHEMA} document.`);
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
