import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ObjectStorage } from '../../lib/rehearsal/account/object-storage';
import type { ActionScope } from '../../lib/rehearsal/awstoe/action-scope';
import type { HostFacts } from '../../lib/rehearsal/host/host-facts';
import { PretendedHost } from '../../lib/rehearsal/host/pretended-host';
import type { PowerShell } from '../../lib/rehearsal/powershell/find-powershell';
import { OMNIPOTENT } from './stack-models';

/**
 * A stand-in for PowerShell that runs a step's commands with `sh`; `code 3010` ends with a whole exit code, as the real one
 * does.
 */
export const SH: PowerShell = {
  kind: 'pwsh',
  command: 'sh',
  args: [
    '-c',
    'code() { echo "$1" > "$WINBAKE_EXIT_CODE_FILE"; exit 0; }; . "$WINBAKE_SCRIPT_FILE"; echo 0 > "$WINBAKE_EXIT_CODE_FILE"',
  ],
};

/** What a fresh host says of itself. */
export const FACTS: HostFacts = {
  currentBuild: '20348',
  ubr: 4171,
  productName: 'Windows Server 2022 Datacenter',
  installationType: 'Server Core',
  pendingReboot: false,
  services: { docker: 'Running' },
  instanceId: 'i-build',
};

const folders: string[] = [];
afterAll(() => {
  folders.forEach((folder) => {
    rmSync(folder, { recursive: true, force: true });
  });
});

/** A folder that is gone after the tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-host-'));
  folders.push(folder);
  return folder;
}

/** A pretended host in a folder of its own, which Windows Update offers 4294. */
export function pretendedHost(facts: Partial<HostFacts> = {}): PretendedHost {
  const surroundings = { dockerFolder: '/docker', registries: {}, metadata: 'http://127.0.0.1:1' };
  return PretendedHost.create(join(temporaryFolder(), 'host'), { ...FACTS, ...facts }, surroundings, 4294);
}

/** What actions work with on such a host; the work folder is there. */
export function actionScope(more: Partial<ActionScope> = {}): ActionScope {
  const host = more.host ?? pretendedHost();
  mkdirSync(host.pathOf('C:\\Work'), { recursive: true });
  return { host, shell: SH, storage: new ObjectStorage(), caller: OMNIPOTENT, ...more };
}
