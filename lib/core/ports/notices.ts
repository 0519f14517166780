import type {
  FleetMetrics,
  FleetsMetrics,
  PipelineMetricName,
  StartMetrics,
} from '../../contract/names/metrics';

/** The source of every event of Winbake. */
export const EVENT_SOURCE = 'winbake';

/** The kinds of events that Winbake sends; `docs/events.md` says what each one's detail holds. */
export type EventType =
  'Winbake AMI Published' | 'Winbake Images Published' | 'Winbake Bake Failed' | 'Winbake Needs Operator';

/** A bus for machines: events arrive at least once, and in any order. */
export interface Announcer {
  announce(type: EventType, detail: Readonly<Record<string, unknown>>): Promise<void>;
}

/** The unit of a metric, as CloudWatch names it. */
type MetricUnit = 'Count' | 'Percent' | 'Seconds' | 'None';

/** One measured value; where there is no unit for it, such as for hours, it is `None`. */
export interface Measurement {
  readonly name: PipelineMetricName | keyof FleetMetrics | keyof FleetsMetrics | keyof StartMetrics;
  readonly value: number;
  readonly unit: MetricUnit;
}

/** Where measurements of one pipeline, one fleet or the fleets of one stack go. */
export interface Metrics {
  record(measurements: readonly Measurement[], at: Date): void;
}

/** A way to tell people: a topic with their addresses. */
export interface Notifier {
  /** `subject` is one line of at most 100 ASCII characters. */
  notify(subject: string, text: string): Promise<void>;
}
