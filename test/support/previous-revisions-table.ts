import type { CachedFigures } from '../../sim/rehearsal/backtest/backtest-report';

/** The rows of docs/costs.md on what previous revisions of a release take and save. */
export function previousRevisionsRows(
  release: string,
  cached: readonly CachedFigures[],
): readonly string[][] {
  const of = (values: readonly number[], digits: number) =>
    values.map((value) => value.toFixed(digits)).join('/');
  return cached.map(({ diskBytes, extractionMinutes, missing, previousRevisions, snapshotUsd }) => {
    const { bytes } = missing.find((one) => one.bytes !== null) ?? {};
    return [
      release,
      String(previousRevisions),
      of([diskBytes.median / 1e9, diskBytes.most / 1e9], 1),
      of([snapshotUsd.median, snapshotUsd.most], 2),
      of([extractionMinutes.median, extractionMinutes.most], 1),
      bytes ? of([bytes.p50 / 1e9, bytes.p90 / 1e9, bytes.p99 / 1e9], 1) : '-',
      of(
        missing.map(({ missedPercent }) => missedPercent),
        1,
      ),
    ];
  });
}
