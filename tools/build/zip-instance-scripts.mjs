// Packs scripts/instance into dist/instance-scripts.zip, always into the same bytes for the same scripts: sorted names, one
// fixed time, line ends as in git. Run by itself it takes the archive's path as an argument.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Writes the archive and gives its path. */
export function zipInstanceScripts(archive = join(root, 'dist', 'instance-scripts.zip')) {
  const folder = join(root, 'scripts', 'instance');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
  // A zip holds local time without a zone, so the fields are what must be fixed.
  const options = { mtime: new Date(1980, 0, 1), level: 9 };
  const entries = files.map((file) => [file, [withUnixLineEnds(readFileSync(join(folder, file))), options]]);
  mkdirSync(dirname(archive), { recursive: true });
  writeFileSync(archive, zipSync(Object.fromEntries(entries)));
  return archive;
}

function withUnixLineEnds(content) {
  return new Uint8Array(Buffer.from(content.toString('utf8').replaceAll('\r\n', '\n'), 'utf8'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  zipInstanceScripts(process.argv[2] === undefined ? undefined : resolve(process.argv[2]));
}
