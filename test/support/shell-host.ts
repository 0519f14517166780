import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActionScope, InstanceStorage } from '../../sim/windows/awstoe/action';
import type { HostFacts } from '../../sim/windows/host/host-faults';
import { SimulatedHost } from '../../sim/windows/host/simulated-host';
import type { PowerShell } from '../../sim/windows/powershell/powershell-session';
import { runProcess } from '../../sim/windows/powershell/run-process';

const SOURCE = 'code() { echo "whole exit code: $1" >&2; exit 0; }; . "$1"';

/**
 * A stand-in for PowerShell that runs a step's commands with `sh`; `code 3010` ends with a whole exit code, as the real one
 * does.
 */
export const SH: PowerShell = {
  run: async ({ cwd, env, scriptFile, signal, timeoutSeconds }) => {
    const args = ['-c', SOURCE, 'sh', scriptFile];
    const limits = { signal, timeoutSeconds };
    const result = await runProcess({ command: 'sh', args, cwd, env: { ...process.env, ...env }, ...limits });
    const [whole, code] = /whole exit code: (\d+)\n/.exec(result.stderr) ?? [];
    return whole === undefined
      ? result
      : { ...result, exitCode: Number(code), stderr: result.stderr.replace(whole, '') };
  },
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

/** A simulated host in a folder of its own, which Windows Update offers 4294. */
export function simulatedHost(facts: Partial<HostFacts> = {}): SimulatedHost {
  const surroundings = { dockerFolder: '/docker', registries: {}, metadata: 'http://127.0.0.1:1' };
  return SimulatedHost.create(join(temporaryFolder(), 'host'), { ...FACTS, ...facts }, surroundings, 4294);
}

/** S3 in memory, in which everything is allowed. */
export class MemoryStorage implements InstanceStorage {
  readonly objects = new Map<string, Buffer>();

  get(bucket: string, key: string): Promise<Buffer | undefined> {
    return Promise.resolve(this.objects.get(`${bucket}/${key}`));
  }

  put(bucket: string, key: string, body: Buffer): Promise<void> {
    this.objects.set(`${bucket}/${key}`, body);
    return Promise.resolve();
  }
}

/** What actions work with on such a host; the work folder is there. */
export function actionScope(more: Partial<ActionScope> = {}): ActionScope {
  const host = more.host ?? simulatedHost();
  mkdirSync(host.pathOf('C:\\Work'), { recursive: true });
  return { host, shell: SH, storage: new MemoryStorage(), ...more };
}
