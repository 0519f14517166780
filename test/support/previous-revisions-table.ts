import { formatBytes } from '../../lib/contract/values/printable';
import type { CachedFigures } from '../../sim/rehearsal/backtest/backtest-report';

/** The rows of docs/costs.md on what previous revisions of a release take and save. */
export function previousRevisionsRows(
  release: string,
  cached: readonly CachedFigures[],
): readonly string[][] {
  return cached.map(({ diskBytes, extractionMinutes, missing, previousRevisions, snapshotUsd }) => {
    const { bytes } = missing.find((one) => one.bytes !== null) ?? {};
    return [
      release,
      String(previousRevisions),
      `${formatBytes(diskBytes.median)}, ${formatBytes(diskBytes.most)}`.replaceAll(/ GB$| GB(?=,)/g, ''),
      [snapshotUsd.median, snapshotUsd.most].map((one) => one.toFixed(2)).join(', '),
      `${extractionMinutes.median.toFixed(1)}, ${extractionMinutes.most.toFixed(1)}`,
      bytes ? [bytes.p50, bytes.p90, bytes.p99].map(formatBytes).join(', ') : '-',
      missing.map(({ missedPercent }) => missedPercent.toFixed(1)).join(', '),
    ];
  });
}
