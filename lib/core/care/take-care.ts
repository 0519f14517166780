import { type PipelineDescription, pipelinePath } from '../../contract/documents/pipeline-description';
import { homeParameters } from '../ports/home-parameters';
import { readChannel } from '../publish/move-channel';
import { promoteWhenDue } from '../publish/operate-channels';
import { announceLatest } from '../publish/published-event';
import type { CareOutcome, CarePart, CarePorts } from './care-ports';
import { deliverPending } from './deliver-pending';
import { measurePatching } from './measure-patching';
import { noteFailed } from './note-failed';
import { pruneDaily } from './prune-daily';
import { seedAgain } from './seed-again';
import { watchDecisions } from './watch-decisions';
import { watchParts } from './watch-parts';

/** What became of one part. */
export interface CareResult extends CareOutcome {
  readonly part: CarePartName;
}

/** The parts, in the order in which they run: what moves a channel comes before what delivers channels. */
const PARTS = {
  seed: seedAgain,
  promotion: async (ports, description) => (await promoteWhenDue(ports, description)).reasons.join(' '),
  delivery: deliverPending,
  failed: noteFailed,
  event: async (ports, description) => {
    const home = await homeParameters(ports.stores, description);
    const latest = await readChannel(home, pipelinePath(description), 'latest');
    await announceLatest(ports, description, latest);
    return `The newest publication is ${latest?.id ?? 'none'}.`;
  },
  patching: measurePatching,
  decisions: watchDecisions,
  // The longest, so that nothing waits for it.
  prune: pruneDaily,
} as const satisfies Record<string, CarePart>;

/** The name of a part. */
export type CarePartName = keyof typeof PARTS;

/**
 * Looks after everything once; a part that fails does not stop the others, and one that goes on failing is told of. Every
 * look begins from what is there.
 */
export async function takeCare(
  ports: CarePorts,
  description: PipelineDescription,
): Promise<readonly CareResult[]> {
  const results: CareResult[] = [];
  for (const [name, part] of Object.entries(PARTS) as [CarePartName, CarePart][]) {
    const result = await resultOf(name, () => part(ports, description));
    const watched = await resultOf(name, () => watchParts(ports, description, result));
    results.push(result.error === undefined && watched.error !== undefined ? watched : result);
  }
  return results;
}

async function resultOf(part: CarePartName, work: () => Promise<string>): Promise<CareResult> {
  try {
    return { part, said: await work() };
  } catch (error) {
    return { part, said: error instanceof Error ? error.message : String(error), error };
  }
}
