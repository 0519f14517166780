import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** The files that the PowerShell host is built from, relative to their folder, in a stable order. */
export function listHostSources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(cs|csproj)$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !/(^|\/)(bin|obj)\//.test(file))
    .sort();
}

/** A SHA-256 that changes with any source of the PowerShell host and with the kind of computer it is built for. */
export function hashHostSources(folder: string): string {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`);
  for (const file of listHostSources(folder)) {
    const content = readFileSync(join(folder, file));
    hash.update(`${file}\n${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

/** Copies the sources, so that what a build leaves beside them never reaches the source tree. */
export function copyHostSources(folder: string, target: string): void {
  for (const file of listHostSources(folder)) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    copyFileSync(join(folder, file), join(target, file));
  }
}
