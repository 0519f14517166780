import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { dockerCalls, layFakeDocker, type DockerAnswer } from './fake-docker';

/** A simulated Windows host in a temporary folder, with documents in its work folder and a docker that answers. */
export interface SimulatedMachine {
  /** The folder to name as the simulated host. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** The parsed document of the work folder, or undefined where there is none. */
  read(name: string): unknown;
  /** The bytes of a document of the work folder. */
  readBytes(name: string): Buffer;
  calls(): string[];
  /** The lines of a file beside host.json; none where there is no such file. */
  lines(name: string): string[];
  /** Whether a file or folder of the drive is there, by its path below it. */
  has(path: string): boolean;
  /** What host.json holds now. */
  host(): Readonly<Record<string, unknown>>;
  /** The messages of the Application log, oldest first. */
  events(): string[];
}

/** What a simulated machine is made of; what is left out is as on a healthy host of 10.0.20348.4294. */
export interface SimulatedMachineOptions {
  readonly host?: object;
  readonly documents?: Readonly<Record<string, unknown>>;
  readonly docker?: readonly DockerAnswer[];
  /** Further files of the drive, by their paths below it. */
  readonly files?: Readonly<Record<string, string>>;
  /** JSON documents beside host.json, by their names. */
  readonly beside?: Readonly<Record<string, unknown>>;
}

/** The host.json of a healthy host, with changes. */
export function hostState(changes: object = {}): object {
  return {
    currentBuild: '20348',
    ubr: 4294,
    productName: 'Windows Server 2022 Datacenter',
    installationType: 'Server Core',
    pendingReboot: false,
    services: { docker: 'Running' },
    freeBytes: 60_000_000_000,
    instanceId: 'i-0123456789abcdef0',
    ...changes,
  };
}

/** Makes a simulated machine; a document that is a string is written as it is, anything else as JSON. */
export function makeMachine(options: SimulatedMachineOptions = {}): SimulatedMachine {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-machine-'));
  const work = join(folder, 'c', 'ProgramData', 'Winbake');
  mkdirSync(work, { recursive: true });
  writeFileSync(join(folder, 'host.json'), JSON.stringify(options.host ?? hostState()));
  for (const [name, document] of Object.entries(options.documents ?? {})) {
    writeFileSync(join(work, name), typeof document === 'string' ? document : JSON.stringify(document));
  }
  for (const [name, document] of Object.entries(options.beside ?? {})) {
    writeFileSync(join(folder, name), JSON.stringify(document));
  }
  for (const [name, text] of Object.entries(options.files ?? {})) {
    mkdirSync(dirname(join(folder, 'c', name)), { recursive: true });
    writeFileSync(join(folder, 'c', name), text);
  }
  const lines = (name: string): string[] =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').trim().split('\n') : [];
  return {
    folder,
    env: layFakeDocker(folder, options.docker ?? []),
    read: (name) =>
      existsSync(join(work, name)) ? JSON.parse(readFileSync(join(work, name), 'utf8')) : undefined,
    readBytes: (name) => readFileSync(join(work, name)),
    calls: () => dockerCalls(folder),
    has: (path) => existsSync(join(folder, 'c', path)),
    host: () => JSON.parse(readFileSync(join(folder, 'host.json'), 'utf8')),
    lines,
    events: () => lines('events.jsonl').map((line) => (JSON.parse(line) as { message: string }).message),
  };
}
