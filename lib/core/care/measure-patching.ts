import { type PipelineDescription, pipelinePath } from '../../contract/documents/pipeline-description';
import { releaseOfOs } from '../../contract/values/release';
import { readCatalog } from '../catalog/catalog-store';
import type { NoticeKind } from '../notify/notice-cause';
import { heal, tellOnce } from '../notify/tell-once';
import { homeParameters } from '../ports/home-parameters';
import { readHold } from '../publish/hold';
import { readChannel } from '../publish/move-channel';
import type { CarePart, CarePorts } from './care-ports';
import { patchBudget, type PatchBudget } from './patch-budget';

/** How much of the budget is spent when people are told. */
const LEVELS: readonly { readonly cause: NoticeKind; readonly percent: number }[] = [
  { cause: 'budgetWarning', percent: 75 },
  { cause: 'budgetSpent', percent: 100 },
];

/** Measures how long the fleets of a pipeline have been without what Microsoft released, and tells people in time. */
export const measurePatching: CarePart = async (ports, description) => {
  const home = await homeParameters(ports.stores, description);
  const path = pipelinePath(description);
  const now = ports.now();
  const budget = patchBudget({
    now,
    catalog: await readCatalog(ports.documents, releaseOfOs(description.os)),
    current: await readChannel(home, path, 'current'),
    patchWithinSeconds: description.patchWithinSeconds,
  });
  ports.metrics.record(
    [
      { name: 'HoursUnpatched', value: budget.hoursUnpatched, unit: 'None' },
      { name: 'PatchBudgetUsed', value: budget.percent, unit: 'Percent' },
    ],
    now,
  );
  const hold = await readHold(home, path, now);
  const held = hold === undefined ? '' : ` ${hold.by} holds promotion until ${hold.until}: ${hold.reason}`;
  for (const level of LEVELS) {
    await tellOfLevel(ports, description, level, budget, held);
  }
  return sentence(budget);
};

async function tellOfLevel(
  ports: CarePorts,
  { patchWithinSeconds, pipeline }: PipelineDescription,
  { cause, percent }: (typeof LEVELS)[number],
  budget: PatchBudget,
  held: string,
): Promise<void> {
  if (budget.percent < percent) {
    await heal(ports, cause, `Winbake ${pipeline}: patched again within ${percent} % of its budget`);
    return;
  }
  await tellOnce(
    ports,
    cause,
    `Winbake ${pipeline}: ${percent} % of the patch budget is spent`,
    `${sentence(budget)} The budget is ${patchWithinSeconds / 3600} h.${held}`,
  );
}

function sentence({ hoursUnpatched, missing }: PatchBudget): string {
  return missing === undefined
    ? 'current has every released update.'
    : `current has been without ${missing} for ${hoursUnpatched.toFixed(1)} h since its release.`;
}
