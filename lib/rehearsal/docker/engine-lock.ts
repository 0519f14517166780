import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { brokenHost } from './docker-failure';

/** How long to wait for another call's change of the state, which takes milliseconds. */
const PATIENCE_MILLISECONDS = 10_000;

const LOOK_AGAIN_MILLISECONDS = 10;

/**
 * Does work while no other call of docker on this pretended host can: whoever makes the folder `docker.lock` is alone.
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
    await sleep(LOOK_AGAIN_MILLISECONDS);
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
