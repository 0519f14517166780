import { formatTable } from '../../bin/shared/table';
import type { Measurement, Sample } from './measure-scenario';
import { ratioSpread, spreadOf, type Spread } from './statistics';

/** What was measured, as `--json` prints it. */
export interface BenchReport {
  readonly machine: { readonly processors: number; readonly model: string; readonly platform: string };
  readonly programs: Readonly<Record<string, string>>;
  readonly registry: {
    readonly repositories: number;
    readonly tagsPerRepository: number;
    readonly pushSeconds: number;
  };
  readonly rounds: number;
  readonly scenarios: readonly ScenarioReport[];
  /** Of one call to a simulated account. */
  readonly simulatedCallMicroseconds: Spread;
}

/** The contenders of one scenario; ratios are to the first of them, above 1 where it takes less. */
export interface ScenarioReport {
  readonly title: string;
  readonly rows: readonly ReportRow[];
}

/** One contender. */
export interface ReportRow {
  readonly name: string;
  readonly requests: Spread;
  readonly tlsAttempts: Spread;
  readonly seconds: Spread;
  readonly requestsRatio: Spread;
  readonly secondsRatio: Spread;
}

/** Brings the rounds of a scenario together. */
export function reportScenario(title: string, measurements: readonly Measurement[]): ScenarioReport {
  const of = (measurement: Measurement | undefined, field: keyof Sample): readonly number[] =>
    measurement?.samples.map((sample) => sample[field]) ?? [];
  const [reference] = measurements;
  return {
    title,
    rows: measurements.map((measurement) => ({
      name: measurement.name,
      requests: spreadOf(of(measurement, 'requests')),
      tlsAttempts: spreadOf(of(measurement, 'tlsAttempts')),
      seconds: spreadOf(of(measurement, 'seconds')),
      requestsRatio: ratioSpread(of(measurement, 'requests'), of(reference, 'requests')),
      secondsRatio: ratioSpread(of(measurement, 'seconds'), of(reference, 'seconds')),
    })),
  };
}

/** The report for people. */
export function formatReport(report: BenchReport): string {
  const { machine, programs, registry, rounds } = report;
  const versions = Object.entries(programs).map(([name, version]) => `${name} ${version}`);
  return [
    `${machine.processors} processors (${machine.model}), ${machine.platform}; ${versions.join(', ')}\n`,
    `${registry.repositories} repositories of ${registry.tagsPerRepository} tags, pushed in ${registry.pushSeconds.toFixed(1)} s; `,
    `median of ${rounds} rounds (least..most); ratios to the first line of each table\n`,
    ...report.scenarios.map(({ title, rows }) => `\n${title}\n\n${formatTable(COLUMNS, rows.map(cells))}`),
    `\nA call to a simulated account: ${formatSpread(report.simulatedCallMicroseconds, 1)} microseconds\n`,
  ].join('');
}

const COLUMNS = [
  { title: 'POLL' },
  { title: 'REQUESTS', align: 'right' },
  { title: 'SECONDS' },
  { title: 'REQUESTS RATIO', align: 'right' },
  { title: 'SECONDS RATIO' },
] as const;

function cells({ name, requests, seconds, requestsRatio, secondsRatio }: ReportRow): readonly string[] {
  return [
    name,
    whole(requests),
    formatSpread(seconds, 3),
    requestsRatio.median.toFixed(2),
    formatSpread(secondsRatio, 2),
  ];
}

function whole({ median, min, max }: Spread): string {
  return min === max ? String(median) : `${median} (${min}..${max})`;
}

function formatSpread({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}..${max.toFixed(digits)})`;
}
