import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssembly } from '../../sim/aws/cloudformation/read-assembly';
import {
  checkPermissions,
  type CheckOptions,
  type CheckedGrant,
} from '../../sim/permissions/check-permissions';
import { SCENARIOS } from '../../sim/permissions/scenarios';
import { startEmbeddedRegistry } from '../../sim/registry/embedded-registry';
import { readHistory } from '../../sim/registry/history/read-history';
import { synthesizeCheckedApp } from './app';

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
