import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDocker } from '../../../../sim/windows/docker/run-docker';
import { startLayeredRegistry, type LayeredRegistry, type LayeredTag } from './layered-registry';

/** What one call of docker ended with. */
export interface DockerCall {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const folders: string[] = [];
const registries: LayeredRegistry[] = [];
afterEach(async () => {
  await Promise.all(registries.splice(0).map((registry) => registry.close()));
  folders.splice(0).forEach((folder) => {
    rmSync(folder, { recursive: true, force: true });
  });
});

/** The folder of a simulated host that is gone after the test; 10.0.20348.4294 unless said otherwise. */
export function simulatedHost(host: object = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-docker-'));
  folders.push(folder);
  writeFileSync(join(folder, 'host.json'), JSON.stringify({ currentBuild: '20348', ubr: 4294, ...host }));
  return folder;
}

/** A registry that is closed after the test. */
export async function layeredRegistry(tags: Readonly<Record<string, LayeredTag>>): Promise<LayeredRegistry> {
  const registry = await startLayeredRegistry(tags);
  registries.push(registry);
  return registry;
}

/** Docker of a simulated host, run in this process; `mcr.microsoft.com` is the registry at `url`. */
export function dockerOf(folder: string, url?: string): (...args: string[]) => Promise<DockerCall> {
  const env = environment(folder, url);
  return async (...args) => {
    let stdout = '';
    let stderr = '';
    const exitCode = await runDocker(args, {
      env,
      out: (text) => {
        stdout += text;
      },
      err: (text) => {
        stderr += text;
      },
    });
    return { exitCode, stdout, stderr };
  };
}

/** The environment of the program `docker`. */
export function environment(folder: string, url?: string): Record<string, string> {
  const host = { WINBAKE_SIMULATED_HOST: folder };
  return url === undefined
    ? host
    : { ...host, WINBAKE_SIMULATED_REGISTRY: `{"mcr.microsoft.com": "${url}"}` };
}

/** A JSON document of the simulated host. */
export function readHostFile(folder: string, name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>;
}

/** The names of what a `docker image inspect` printed. */
export function inspected({ stdout }: DockerCall): Record<string, unknown>[] {
  return JSON.parse(stdout) as Record<string, unknown>[];
}
