import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { unmodelled } from '../assembly/unmodelled';
import type { HostFacts, RegistryValue } from './host-facts';
import { layLaunchAgent } from './launch-agent';
import { cumulativeUpdate, isWanted, type OfferedUpdate, type UpdateFilter } from './windows-update';

/** Where a pretended host is reached from, and what it reaches. */
export interface HostSurroundings {
  /** The folder that holds the `docker` command. */
  readonly dockerFolder: string;
  /** The addresses of registries by the host name in image references. */
  readonly registries: Readonly<Record<string, string>>;
  /** The address of the instance metadata service. */
  readonly metadata: string;
}

/**
 * A Windows machine that is a folder: `host.json` says what it is, `c/` is its drive. Scripts see it through the
 * pretended-Windows module.
 *
 * An update raises the revision at once and the registry keys show a pending restart until it happened, as Windows'
 * servicing does.
 * @see https://learn.microsoft.com/windows/deployment/update/how-windows-update-works
 */
export class PretendedHost {
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
  ): PretendedHost {
    mkdirSync(join(folder, 'c'), { recursive: true });
    const host = new PretendedHost(folder, surroundings, offeredRevision);
    host.write(facts);
    host.offerUpdates();
    layLaunchAgent(join(folder, 'c'), Number(facts.currentBuild));
    return host;
  }

  /** Another machine that starts from this one's disk. */
  clone(folder: string, instanceId: string, surroundings: HostSurroundings): PretendedHost {
    cpSync(this.folder, folder, { recursive: true });
    const clone = new PretendedHost(folder, surroundings, this.offeredRevision);
    clone.write({ ...this.facts, instanceId });
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
      WINBAKE_PRETENDED_HOST: this.folder,
      WINBAKE_PRETENDED_REGISTRY: JSON.stringify(this.surroundings.registries),
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

  /** Where the pretended Windows Update Agent finds what is on offer. */
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
