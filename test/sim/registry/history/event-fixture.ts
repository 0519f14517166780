import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HistoryEvent, parseHistoryEvent } from '../../../../lib/core/history/history-event';
import { History } from '../../../../sim/registry/history/history';

export const LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const SINGLE = 'application/vnd.docker.distribution.manifest.v2+json';

/** A row of a history file, as JSON has it; Server Core's floating tag for 2022 unless said otherwise. */
export function row(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    from: '2026-03-10T18:00:00Z',
    repository: 'windows/servercore',
    tag: 'ltsc2022',
    osVersion: '10.0.20348.9000',
    digest: null,
    mediaType: LIST,
    evidence: 'synthetic',
    ...fields,
  };
}

export function event(fields: Readonly<Record<string, unknown>> = {}): HistoryEvent {
  return parseHistoryEvent(JSON.stringify(row(fields)), 'fixture');
}

export function history(...rows: readonly Readonly<Record<string, unknown>>[]): History {
  return new History(rows.map(event));
}

/** A digest of one repeated hexadecimal digit. */
export function digest(digit: string): string {
  return `sha256:${digit.repeat(64)}`;
}

const folder = mkdtempSync(join(tmpdir(), 'winbake-history-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

let count = 0;

/** Writes a file that is gone after the tests, and returns its path. */
export function file(content: string | Uint8Array, name = 'history.jsonl'): string {
  const path = join(folder, `${++count}-${name}`);
  writeFileSync(path, content);
  return path;
}

/** Lines of JSON. */
export function lines(...rows: readonly unknown[]): string {
  return rows.map((one) => `${JSON.stringify(one)}\n`).join('');
}
