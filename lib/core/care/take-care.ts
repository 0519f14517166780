import type { PipelineDescription } from '../contracts/pipeline-description';
import { readChannel } from '../publish/move-channel';
import { promoteWhenDue } from '../publish/operate-channels';
import { homeParameters, pipelinePath } from '../publish/pipeline-path';
import { announceLatest } from '../publish/published-event';
import type { CarePart, CarePorts } from './care-ports';
import { deliverPending } from './deliver-pending';
import { measurePatching } from './measure-patching';
import { seedAgain } from './seed-again';
import { watchDecisions } from './watch-decisions';

/** What became of one part. */
export interface CareResult {
  readonly part: CarePartName;
  /** What it says, or why it failed. */
  readonly said: string;
  readonly error?: unknown;
}

/** The parts, in the order in which they run: what moves a channel comes before what delivers channels. */
const PARTS = {
  seed: seedAgain,
  promotion: async (ports, description) => (await promoteWhenDue(ports, description)).reasons.join(' '),
  delivery: deliverPending,
  event: async (ports, description) => {
    const home = await homeParameters(ports.stores, description);
    const latest = await readChannel(home, pipelinePath(description), 'latest');
    await announceLatest(ports, description, latest);
    return `The newest publication is ${latest?.id ?? 'none'}.`;
  },
  patching: measurePatching,
  decisions: watchDecisions,
} as const satisfies Record<string, CarePart>;

/** The name of a part. */
export type CarePartName = keyof typeof PARTS;

/** Looks after everything once; a part that fails does not stop the others. Every look begins from what is there. */
export async function takeCare(
  ports: CarePorts,
  description: PipelineDescription,
): Promise<readonly CareResult[]> {
  const results: CareResult[] = [];
  for (const [name, part] of Object.entries(PARTS) as [CarePartName, CarePart][]) {
    try {
      results.push({ part: name, said: await part(ports, description) });
    } catch (error) {
      results.push({ part: name, said: error instanceof Error ? error.message : String(error), error });
    }
  }
  return results;
}
