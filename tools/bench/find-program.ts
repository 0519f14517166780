import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { BenchError } from './bench-error';

/** Where programs are, in the order of their names; throws a `BenchError` that says how to get the missing ones. */
export function findPrograms(names: readonly string[], path = process.env['PATH'] ?? ''): readonly string[] {
  const found = names.map((name) => ({ name, file: findProgram(name, path) }));
  const missing = found.filter(({ file }) => file === undefined).map(({ name }) => name);
  if (missing.length > 0) {
    throw new BenchError(
      `The benchmark needs ${names.join(' and ')} on the PATH; not found: ${missing.join(', ')}. ` +
        `On Debian or Ubuntu: apt-get install ${missing.join(' ')}`,
    );
  }
  return found.map(({ file }) => file ?? '');
}

function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
