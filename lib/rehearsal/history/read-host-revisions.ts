import { join } from 'node:path';
import { type HostRevision, parseHostRevisions } from '../../core/history/host-revisions';
import { packageRoot } from '../package-root';
import { readText } from './read-text';

/**
 * Reads a table of host revisions, CSV, plain or gzip; without a path, the one that comes with the package, which ends with
 * 2025. Throws a `WinbakeError` with code `FILE_UNREADABLE` or
 * `DOCUMENT_INVALID`.
 */
export function readHostRevisions(path?: string): readonly HostRevision[] {
  return path === undefined ? builtInHostRevisions() : readFile(path);
}

function readFile(path: string): readonly HostRevision[] {
  return parseHostRevisions(readText(path), `Table of host revisions '${path}'`);
}

let builtIn: readonly HostRevision[] | undefined;

/** Read at the first call only. */
function builtInHostRevisions(): readonly HostRevision[] {
  builtIn ??= readFile(join(packageRoot(), 'assets', 'history', 'host-revisions.csv'));
  return builtIn;
}
