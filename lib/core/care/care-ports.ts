import type { PipelineDescription } from '../contracts/pipeline-description';
import type { Announcer } from '../ports/announcer';
import type { Metrics } from '../ports/metrics';
import type { Notifier } from '../ports/notifier';
import type { DeliveryPorts } from '../publish/deliver';

/** What caring for a pipeline works with. */
export interface CarePorts extends DeliveryPorts {
  readonly notifier: Notifier;
  readonly announcer: Announcer;
  readonly metrics: Metrics;
}

/** One thing that is looked after; it says in a sentence what it found or did. */
export type CarePart = (ports: CarePorts, description: PipelineDescription) => Promise<string>;
