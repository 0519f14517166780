import type { StartSpread } from '../../lib/contract/documents/fleet-state';
import type { StartFigures } from '../../lib/core/fleet/host-starts';
import { formatTable } from './table';

const RIGHT = { align: 'right' } as const;

/** How soon instances were there: the medians, and of the whole what nine of ten take; empty where none was measured. */
export function startTable(starts: readonly StartFigures[], width?: number): string {
  const median = (spread: StartSpread | null) => (spread === null ? '-' : `${spread.p50} s`);
  return starts.length === 0
    ? ''
    : `\nFrom launch to first task: median (p50), and nine of ten (p90)\n` +
        formatTable(
          [
            { title: 'publication' },
            { title: 'boot' },
            { title: 'starts', ...RIGHT },
            { title: 'p50', ...RIGHT },
            { title: 'p90', ...RIGHT },
            { title: 'up', ...RIGHT },
            { title: 'registered', ...RIGHT },
            { title: 'pull', ...RIGHT },
          ],
          starts.map(({ again, firstTask, publication, pull, registered, up }) => [
            publication ?? 'unknown',
            again ? 'warm pool' : 'first',
            String(firstTask?.starts ?? 0),
            median(firstTask),
            firstTask === null ? '-' : `${firstTask.p90} s`,
            median(up),
            median(registered),
            median(pull),
          ]),
          width,
        );
}
