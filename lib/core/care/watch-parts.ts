import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import type { NoticeCause } from '../notify/notice-cause';
import { heal, tellOnce } from '../notify/tell-once';
import { noteFailing, noteWorking, readCareMemory } from './care-memory';
import type { CareOutcome, CarePorts } from './care-ports';

/** What lasts shorter is over by itself, such as a service that is not reached for a while. */
const HOURS_UNTIL_TOLD = 2;

/** Tells people once of a part that has failed at every look for a while, and of its end. */
export async function watchParts(
  ports: CarePorts,
  { pipeline }: PipelineDescription,
  { error, part, said }: CareOutcome,
): Promise<string> {
  const cause: NoticeCause = `careFailed:${part}`;
  if (error === undefined) {
    if ((await readCareMemory(ports.documents)).failing[part] !== undefined) {
      await heal(ports, cause, `Winbake ${pipeline}: care works again: ${part}`);
      // Last: a look that ends before it heals again.
      await noteWorking(ports.documents, part);
    }
    return 'It works.';
  }
  const now = ports.now();
  const since = await noteFailing(ports.documents, part, said, now);
  if (now.getTime() - since.getTime() >= HOURS_UNTIL_TOLD * 3_600_000) {
    await tellOnce(
      ports,
      cause,
      `Winbake ${pipeline}: care fails: ${part}`,
      `Since ${since.toISOString()} this part of care has failed at every look; the others go on. The reason: ${said}`,
    );
  }
  return 'It fails.';
}
