import { readFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WinbakeError } from '../../../lib/contract/values/errors';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import { readOsVersion, type OsVersion } from '../../../lib/contract/values/os-version';
import type { RegistryLogin } from '../../../lib/registry/registry-access';
import { packageRoot } from '../../package-root';
import { brokenHost, DockerFailure, notModelled } from './docker-failure';
import { writeJsonFile } from './engine-state';

/** The facts of the simulated Windows host that Docker depends on. */
interface DockerHost {
  readonly version: OsVersion;
  /** Free bytes of its C: drive; absent: as much as is asked for. */
  readonly freeBytes: number | undefined;
  /** The state of the service `docker`; running unless `host.json` says otherwise. */
  readonly dockerRuns: boolean;
  /** How docker's network `nat` is, see `HostFacts.natNetwork`. */
  readonly nat: 'works' | 'missing' | 'detached';
}

/**
 * Reads `host.json` of the folder: `currentBuild` and `ubr`, as Windows' registry has them, `freeBytes` and
 * `services.docker` where they are there.
 */
export function readDockerHost(folder: string): DockerHost {
  const { currentBuild, ubr, freeBytes, services, natNetwork } = readHostFile(folder);
  const text = `10.0.${String(currentBuild)}.${String(ubr)}`;
  const version = readOsVersion(text);
  if (version === undefined) {
    throw brokenHost(
      `The simulated host's host.json gives no OS version of currentBuild and ubr: '${text}'.`,
    );
  }
  const docker = isJsonObject(services) ? services['docker'] : undefined;
  return {
    version,
    freeBytes: typeof freeBytes === 'number' ? freeBytes : undefined,
    dockerRuns: docker === undefined || docker === 'Running',
    nat:
      natNetwork === 'detached'
        ? natNetwork
        : natNetwork === false || natNetwork === 'lost'
          ? 'missing'
          : 'works',
  };
}

/** Changes what `host.json` says of the free bytes, if it says anything; for the holder of the engine's lock. */
export function takeFreeBytes(folder: string, bytes: number): void {
  const { freeBytes } = readHostFile(folder);
  if (typeof freeBytes === 'number' && bytes > 0) {
    changeHostFile(folder, { freeBytes: freeBytes - bytes });
  }
}

/** Changes what `host.json` says; for the holder of the engine's lock. */
export function changeHostFile(folder: string, changes: JsonObject): void {
  writeJsonFile(join(folder, 'host.json'), { ...readHostFile(folder), ...changes });
}

/** What `host.json` says. */
export function readHostFile(folder: string): JsonObject {
  const file = join(folder, 'host.json');
  try {
    const state: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isJsonObject(state)) {
      return state;
    }
  } catch (error) {
    throw brokenHost(`The simulated host's '${file}' cannot be read: ${(error as Error).message}`);
  }
  throw brokenHost(`The simulated host's '${file}' is not a JSON object.`);
}

/** What a command works with: the simulated host, the registries that it reaches, and where it writes. */
export interface Engine {
  /** The folder that holds `host.json` and `docker.json`. */
  readonly folder: string;
  /** The host as it is at the start of the call. */
  readonly host: DockerHost;
  /** The base address of each registry, by the host name that image references have. */
  readonly registries: ReadonlyMap<string, string>;
  /** Who pulls, where a registry wants to know. */
  readonly login: (host: string) => Promise<RegistryLogin | undefined>;
  /** Writes a line to the standard output. */
  readonly print: (line: string) => void;
}

/** What a shim starts. */
interface DockerShimOptions {
  /** The bundled program; absent: the package's own. */
  readonly program?: string;
  /** The Node that runs it; absent: the one that runs now. */
  readonly node?: string;
}

/**
 * Writes an executable `docker` into a folder that is put first on PATH, and gives its path. Throws a `WinbakeError` with
 * code `FILE_UNREADABLE` where the program was not built.
 */
export function writeDockerShim(folder: string, options: DockerShimOptions = {}): string {
  const { program = join(packageRoot(), 'dist', 'rehearsal', 'docker.mjs'), node = process.execPath } =
    options;
  if (!existsSync(program)) {
    throw new WinbakeError(
      'FILE_UNREADABLE',
      `The simulated docker '${program}' is missing; run npm ci again.`,
    );
  }
  mkdirSync(folder, { recursive: true });
  const windows = process.platform === 'win32';
  const file = join(folder, windows ? 'docker.cmd' : 'docker');
  const text = windows
    ? `@"${node}" "${program}" %*\r\n`
    : `#!/bin/sh\nexec ${quoted(node)} ${quoted(program)} "$@"\n`;
  writeFileSync(file, text, { mode: 0o755 });
  return file;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The addresses of the default network; Windows chooses the range, this is the one that its documentation shows. */
const SUBNET = '172.20.80.0/20';
const GATEWAY = '172.20.80.1';
const ADDRESS = '172.20.87.105';

/**
 * `docker network inspect nat`: describes docker's default network on Windows, or fails where it is missing. Other networks are not modelled.
 * Source: docker/cli v25.0.6 `cli/command/network/inspect.go`.
 * @see https://learn.microsoft.com/virtualization/windowscontainers/container-networking/network-drivers-topologies
 */
export function inspectNetwork({ host, print }: Engine, args: readonly string[]): void {
  if (args.length !== 1 || args[0] !== 'nat') {
    throw notModelled(['network', 'inspect', ...args]);
  }
  if (host.nat === 'missing') {
    print('[]');
    throw new DockerFailure(1, 'Error response from daemon: network nat not found');
  }
  const network = {
    Name: 'nat',
    Scope: 'local',
    Driver: 'nat',
    IPAM: { Driver: 'windows', Config: [{ Subnet: SUBNET, Gateway: GATEWAY }] },
  };
  print(JSON.stringify([network], undefined, 4));
}

/** What `ipconfig` says in a container on that network; where its adapter is gone Windows makes an address up. */
export function containerAddresses(nat: Engine['host']['nat']): readonly string[] {
  const isUp = nat === 'works';
  return [
    '',
    'Windows IP Configuration',
    '',
    '',
    'Ethernet adapter vEthernet (Ethernet):',
    '',
    isUp
      ? `   IPv4 Address. . . . . . . . . . . : ${ADDRESS}`
      : '   Autoconfiguration IPv4 Address. . : 169.254.12.7',
    '   Subnet Mask . . . . . . . . . . . : 255.255.240.0',
    `   Default Gateway . . . . . . . . . : ${isUp ? GATEWAY : ''}`,
  ];
}
