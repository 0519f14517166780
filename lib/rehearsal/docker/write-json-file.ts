import { renameSync, writeFileSync } from 'node:fs';

/** Writes a document so that a reader sees the old one or the new one, never half of it. */
export function writeJsonFile(file: string, document: object): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(document, undefined, 2)}\n`);
  renameSync(draft, file);
}
