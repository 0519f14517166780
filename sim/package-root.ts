import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isJsonObject } from '../lib/contract/values/json';
import { WinbakeError } from '../lib/contract/values/errors';

/**
 * The folder of the package "winbake" that this code runs from, source tree, bundle or installation alike. `start` is
 * where the search upwards begins. Throws a `WinbakeError` with code `FILE_UNREADABLE` where no folder above is the package.
 */
export function packageRoot(start: string = __dirname): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (isPackage(join(folder, 'package.json'))) {
      return folder;
    }
    if (folder === dirname(folder)) {
      throw new WinbakeError(
        'FILE_UNREADABLE',
        `No folder above ${start} is the package winbake; install the package again.`,
      );
    }
  }
}

function isPackage(file: string): boolean {
  if (!existsSync(file)) {
    return false;
  }
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isJsonObject(manifest) && manifest['name'] === 'winbake';
  } catch {
    return false;
  }
}
