import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import type { AmiInventory } from '../ports/ami-inventory';
import type { Announcer } from '../ports/announcer';
import type { Metrics } from '../ports/metrics';
import type { Notifier } from '../ports/notifier';
import type { DeliveryPorts } from '../publish/deliver';

/** What caring for a pipeline works with. */
export interface CarePorts extends DeliveryPorts {
  readonly notifier: Notifier;
  readonly announcer: Announcer;
  readonly inventory: AmiInventory;
  readonly metrics: Metrics;
}

/** One thing that is looked after; it says in a sentence what it found or did. */
export type CarePart = (ports: CarePorts, description: PipelineDescription) => Promise<string>;

/** What became of one part at a look. */
export interface CareOutcome {
  readonly part: string;
  /** What it says, or why it failed. */
  readonly said: string;
  readonly error?: unknown;
}
