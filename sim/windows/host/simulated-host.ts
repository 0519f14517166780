import { mkdirSync, writeFileSync, cpSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, delimiter } from 'node:path';
import { unmodelled } from '../../aws/cloudformation/environment';
import type { HostFacts, RegistryValue } from './host-faults';
import { cumulativeUpdate, isWanted, type OfferedUpdate, type UpdateFilter } from './windows-update';

/** Windows Server 2022 and later come with EC2Launch v2, earlier ones with v1. */
const FIRST_BUILD_WITH_V2 = 20348;

const V2_PROGRAM = 'Program Files/Amazon/EC2Launch/EC2Launch.exe';
const V2_STATE = 'ProgramData/Amazon/EC2Launch/state/.run-once';
/** The script of EC2Launch v1 that schedules its next run. */
export const V1_SCRIPT = 'ProgramData/Amazon/EC2-Windows/Launch/Scripts/InitializeInstance.ps1';

/** The file that stands for the scheduled task of EC2Launch v1. */
export const V1_TASK = 'Windows/System32/Tasks/Amazon Ec2 Launch - Instance Initialization';

/**
 * Answers `reset`, by deleting the file that keeps the tasks of the first boot from running again, and refuses a flag that it does
 * not know.
 */
const v2Text = (flag: string): string => `#!/bin/sh
case "$*" in
  reset | 'reset ${flag}') ;;
  'reset '*) echo "Error: unknown flag: $2" >&2; exit 1 ;;
  *) echo "the rehearsal does not model 'EC2Launch.exe $*'" >&2; exit 125 ;;
esac
rm -f "$(dirname "$0")/../../../${V2_STATE}"
`;

/** Answers `-Schedule` alone. Its variable that is not set is no error outside of strict mode, as in scripts of others. */
const V1_TEXT = `param([switch]$Schedule)
if (-not $Schedule) { throw "the rehearsal does not model InitializeInstance.ps1 without -Schedule" }
if ($neverSet) { throw 'cannot be' }
$null = New-Item -ItemType File -Force -Path "$PSScriptRoot/../../../../../${V1_TASK}"
`;

/**
 * Lays the launch agent of a release on a simulated drive, as it is after its first boot; `flag` is the one that its reset knows.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configure-launch-agents.html
 */
export function layLaunchAgent(drive: string, build: number, flag = '--block'): void {
  if (build >= FIRST_BUILD_WITH_V2) {
    write(join(drive, V2_PROGRAM), v2Text(flag), 0o755);
    write(join(drive, V2_STATE), '', 0o644);
  } else {
    write(join(drive, V1_SCRIPT), V1_TEXT, 0o644);
  }
}

function write(file: string, text: string, mode: number): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode });
}

/** The instance metadata service of one simulated instance. */
interface MetadataService {
  readonly url: string;
  /** Rejects with what the first question to AWS failed with, where it failed in another way than AWS does. */
  close(): Promise<void>;
}

const TOKEN = 'rehearsal';

/** What the AWS Tools for PowerShell on a simulated instance get from AWS: a text, or why not. */
export type AskAws = (
  what: 'ecr' | 'secrets',
  name: string,
) => Promise<{ readonly value: string } | { readonly error: string }>;

const NO_AWS: AskAws = () => Promise.resolve({ error: 'The rehearsal has no AWS here.' });

/**
 * Starts the instance metadata service, version 2: a token first, then the instance's id. It also stands for what the tools on the instance
 * ask AWS for.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 */
export async function startMetadataService(
  instanceId: string,
  ask: AskAws = NO_AWS,
): Promise<MetadataService> {
  let failure: Error | undefined;
  const server = createServer((request, response) => {
    if (request.method === 'PUT' && request.url === '/latest/api/token') {
      response.end(TOKEN);
    } else if (request.url?.startsWith('/simulated-aws/') === true) {
      const [, , what = '', name = ''] = request.url.split('/').map(decodeURIComponent);
      ask(what === 'ecr' ? what : 'secrets', name).then(
        (found) => response.end(JSON.stringify(found)),
        (error: unknown) => {
          failure ??= error instanceof Error ? error : new Error(String(error));
          response.writeHead(500).end();
        },
      );
    } else if (request.headers['x-aws-ec2-metadata-token'] !== TOKEN) {
      response.writeHead(401).end();
    } else if (request.method === 'GET' && request.url === '/latest/meta-data/instance-id') {
      response.end(instanceId);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve, reject) => {
        server.close(() => {
          if (failure === undefined) {
            resolve();
          } else {
            reject(failure);
          }
        });
      });
    },
  };
}

/** Where a simulated host is reached from, and what it reaches. */
interface HostSurroundings {
  /** The folder that holds the `docker` command. */
  readonly dockerFolder: string;
  /** The addresses of registries by the host name in image references. */
  readonly registries: Readonly<Record<string, string>>;
  /** The address of the instance metadata service. */
  readonly metadata: string;
}

/**
 * A network that HNS kept through sysprep has no adapter on the next machine; where it kept none Docker makes its own anew. That
 * every network that is kept is lost so is the worst of what people report.
 * @see https://github.com/aws/amazon-ecs-agent/issues/4445
 */
function networkAfterSysprep({
  hnsNetworks = ['nat'],
  losesNat,
  natNetwork,
}: HostFacts): Pick<HostFacts, 'natNetwork' | 'hnsNetworks'> {
  if (natNetwork === false) {
    return {};
  }
  if (losesNat === true) {
    return { natNetwork: 'lost' };
  }
  return hnsNetworks.includes('nat')
    ? { natNetwork: 'detached' }
    : { natNetwork: true, hnsNetworks: ['nat'] };
}

/**
 * A Windows machine that is a folder: `host.json` says what it is, `c/` is its drive. Scripts see it through the
 * simulated-Windows module.
 *
 * An update raises the revision at once and the registry keys show a pending restart until it happened, as Windows'
 * servicing does.
 * @see https://learn.microsoft.com/windows/deployment/update/how-windows-update-works
 */
export class SimulatedHost {
  private constructor(
    readonly folder: string,
    private readonly surroundings: HostSurroundings,
    /** The revision that Windows Update offers. */
    private readonly offeredRevision: number,
  ) {}

  /** Makes a machine in a new folder. */
  static create(
    folder: string,
    facts: HostFacts,
    surroundings: HostSurroundings,
    offeredRevision: number,
  ): SimulatedHost {
    mkdirSync(join(folder, 'c'), { recursive: true });
    const host = new SimulatedHost(folder, surroundings, offeredRevision);
    host.write(facts);
    host.offerUpdates();
    layLaunchAgent(join(folder, 'c'), Number(facts.currentBuild));
    return host;
  }

  /** Another machine that starts from this one's disk. */
  clone(folder: string, instanceId: string, surroundings: HostSurroundings): SimulatedHost {
    cpSync(this.folder, folder, { recursive: true });
    const clone = new SimulatedHost(folder, surroundings, this.offeredRevision);
    clone.write({ ...this.facts, ...networkAfterSysprep(this.facts), instanceId });
    clone.startServices();
    return clone;
  }

  get facts(): HostFacts {
    return JSON.parse(readFileSync(join(this.folder, 'host.json'), 'utf8')) as HostFacts;
  }

  /** The environment of programs on the machine. */
  get environment(): Readonly<Record<string, string>> {
    return {
      PATH: `${this.surroundings.dockerFolder}${delimiter}${process.env['PATH'] ?? ''}`,
      WINBAKE_SIMULATED_HOST: this.folder,
      WINBAKE_SIMULATED_REGISTRY: JSON.stringify(this.surroundings.registries),
      AWS_EC2_METADATA_SERVICE_ENDPOINT: this.surroundings.metadata,
    };
  }

  /** Installs what Windows Update offers and the lists let through; gives the reason where it cannot. */
  installUpdates(filter: UpdateFilter = {}): string | undefined {
    const { facts, offeredUpdate } = this;
    if (facts.ubr >= this.offeredRevision || !isWanted(offeredUpdate, filter)) {
      return undefined;
    }
    if (facts.updatesFail === true) {
      return `${offeredUpdate.title} could not be installed: 0x800f0922.`;
    }
    rmSync(this.offers, { force: true });
    const hotFixes = [...(facts.hotFixes ?? []), offeredUpdate.kb];
    this.write({ ...facts, ubr: this.offeredRevision, pendingReboot: true, hotFixes });
    return undefined;
  }

  /** Sets a value of the registry; a key that is missing is made. */
  setRegistryValue(key: string, name: string, value: RegistryValue): void {
    const { facts } = this;
    const values = { ...facts.registry?.[key], [name]: value };
    this.write({ ...facts, registry: { ...facts.registry, [key]: values } });
  }

  reboot(): void {
    const { facts } = this;
    this.write({ ...facts, pendingReboot: facts.staysPending === true ? facts.pendingReboot : false });
    this.startServices();
  }

  /** The path on this computer of a path on the machine's drive. */
  pathOf(windowsPath: string): string {
    const [, rest] = /^[Cc]:\\(.+)$/.exec(windowsPath) ?? [];
    if (rest === undefined) {
      throw unmodelled(`the path '${windowsPath}', which is not on the C: drive`);
    }
    const parts = rest.split(/[\\/]/);
    if (parts.includes('..')) {
      throw unmodelled(`the path '${windowsPath}', which leads upwards`);
    }
    return join(this.folder, 'c', ...parts);
  }

  private get offeredUpdate(): OfferedUpdate {
    const { currentBuild } = this.facts;
    return cumulativeUpdate(Number(currentBuild), this.offeredRevision);
  }

  /** Where the simulated Windows Update Agent finds what is on offer. */
  private get offers(): string {
    return join(this.folder, 'offered-updates.json');
  }

  /** A boot starts the services that start by themselves. */
  private startServices(): void {
    const { facts } = this;
    const services: Record<string, string> = {};
    for (const [name, status] of Object.entries(facts.services)) {
      const startType = facts.startTypes?.[name] ?? 'Automatic';
      services[name] = startType === 'Automatic' ? 'Running' : status;
    }
    const { lateDocker } = facts;
    const late = lateDocker === undefined ? {} : { lateDocker: { ...lateDocker, left: lateDocker.calls } };
    this.write({ ...facts, services, ...late });
  }

  private offerUpdates(): void {
    const { facts, offeredUpdate } = this;
    if (facts.ubr < this.offeredRevision) {
      const { kb, title } = offeredUpdate;
      const update = { kb, title, category: 'SecurityUpdates', revision: this.offeredRevision };
      const fails = facts.updatesFail === true ? { fails: 'install' } : {};
      writeFileSync(this.offers, JSON.stringify([{ ...update, ...fails }]));
    }
  }

  private write(facts: HostFacts): void {
    const file = join(this.folder, 'host.json');
    writeFileSync(`${file}.new`, JSON.stringify(facts));
    renameSync(`${file}.new`, file);
  }
}
