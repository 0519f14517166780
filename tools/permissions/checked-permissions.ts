import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssembly } from '../../sim/aws/cloudformation/assembly';
import {
  checkPermissions,
  type CheckOptions,
  type CheckedGrant,
  type Verdict,
} from '../../sim/permissions/check-permissions';
import { SCENARIOS } from '../../sim/permissions/scenarios';
import { startEmbeddedRegistry } from '../../sim/registry/embedded-registry';
import { readHistory } from '../../sim/registry/history/read-history';
import { synthesizeCheckedApp } from './app';
import { formatTable } from '../../bin/shared/table';

/** Two days after a Patch Tuesday, with several months of recorded history after it. */
const START = new Date('2025-07-10T18:00:00Z');

/** Checks the rights of the app of this folder in all scenarios. */
export async function checkedPermissions(
  options: Pick<CheckOptions, 'chosen' | 'onProgress'>,
): Promise<readonly CheckedGrant[]> {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-permissions-'));
  const history = readHistory(undefined);
  const registry = await startEmbeddedRegistry({ history, asOf: START, faults: [] });
  try {
    synthesizeCheckedApp(folder);
    const means = { history, registry, release: '2022', start: START };
    return await checkPermissions({
      ...options,
      assembly: readAssembly(folder),
      means,
      scenarios: SCENARIOS,
    });
  } finally {
    await registry.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The columns of a terminal that says nothing else. */
const WIDTH = 80;

/** What is shown of each verdict, the gravest first. */
const MEANINGS: Readonly<Record<Verdict['kind'], string>> = {
  uncaught: 'nobody sees that it is missing',
  caught: 'a scenario fails without it',
  soft: 'somebody is shown that it is missing',
  redundant: 'something else grants it too',
  unused: 'no scenario asks for it',
  needed: 'asked for, and not taken away in this part',
};

/** How many grants have each verdict. */
function countsOf(checked: readonly CheckedGrant[]): Readonly<Record<Verdict['kind'], number>> {
  const count = (kind: Verdict['kind']) => checked.filter(({ verdict }) => verdict.kind === kind).length;
  return Object.fromEntries(
    Object.keys(MEANINGS).map((kind) => [kind, count(kind as Verdict['kind'])]),
  ) as Record<Verdict['kind'], number>;
}

/** The document `winbake.permissions/1`. */
export function permissionsDocument(checked: readonly CheckedGrant[]) {
  return {
    schema: 'winbake.permissions/1',
    counts: countsOf(checked),
    grants: checked.map(({ grant, verdict: { kind, ...found } }) => ({
      role: grant.of,
      kind: grant.kind,
      policy: grant.policy,
      statement: grant.statement ?? null,
      about: grant.about,
      action: grant.action,
      verdict: kind,
      ...found,
    })),
  };
}

/** The same for people: the counts, and each grant that is not simply needed. */
export function formatPermissions(checked: readonly CheckedGrant[]): string {
  const counts = Object.entries(countsOf(checked)) as [Verdict['kind'], number][];
  const columns = [{ title: 'verdict' }, { title: 'grants', align: 'right' as const }, { title: 'meaning' }];
  const summary = formatTable(
    columns,
    counts.map(([kind, count]) => [kind, String(count), MEANINGS[kind]]),
    WIDTH,
  );
  const shown = checked.filter(({ verdict }) => ['uncaught', 'soft', 'unused'].includes(verdict.kind));
  const details = formatTable(
    [{ title: 'verdict' }, { title: 'role' }, { title: 'action' }],
    shown.map(({ grant, verdict }) => [verdict.kind, grant.of, grant.action]),
    WIDTH,
  );
  return shown.length === 0 ? summary : `${summary}\n${details}`;
}
