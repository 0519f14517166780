import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WinbakeError } from '../../contract/values/errors';
import { packageRoot } from '../package-root';

/** What a shim starts. */
export interface DockerShimOptions {
  /** The bundled program; absent: the package's own. */
  readonly program?: string;
  /** The Node that runs it; absent: the one that runs now. */
  readonly node?: string;
}

/**
 * Writes an executable `docker` into a folder that is put first on PATH, and gives its path. Throws a `WinbakeError` with
 * code `FILE_UNREADABLE` where the program was not built.
 */
export function writeDockerShim(folder: string, options: DockerShimOptions = {}): string {
  const { program = join(packageRoot(), 'dist', 'rehearsal', 'docker.mjs'), node = process.execPath } =
    options;
  if (!existsSync(program)) {
    throw new WinbakeError(
      'FILE_UNREADABLE',
      `The pretended docker '${program}' is missing; run npm ci again.`,
    );
  }
  mkdirSync(folder, { recursive: true });
  const windows = process.platform === 'win32';
  const file = join(folder, windows ? 'docker.cmd' : 'docker');
  const text = windows
    ? `@"${node}" "${program}" %*\r\n`
    : `#!/bin/sh\nexec ${quoted(node)} ${quoted(program)} "$@"\n`;
  writeFileSync(file, text, { mode: 0o755 });
  return file;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
