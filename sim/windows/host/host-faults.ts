import { UsageError } from '../../../lib/contract/values/errors';

/** A value of the registry. */
export type RegistryValue = string | number | readonly string[];

/** What a Windows machine says of itself, as `host.json` keeps it; scripts and docker read and change it there. */
export interface HostFacts {
  readonly currentBuild: string;
  readonly ubr: number;
  readonly productName: string;
  readonly installationType: string;
  /** Whether the keys of a pending restart are there, or the name of the only one that is. */
  readonly pendingReboot: boolean | string;
  /** The status of each service by its name. */
  readonly services: Readonly<Record<string, string>>;
  /** How services start; one that is not named starts automatically. */
  readonly startTypes?: Readonly<Record<string, string>>;
  readonly instanceId: string;
  /** The article numbers of the updates that are installed, such as `KB5066782`; absent: none. */
  readonly hotFixes?: readonly string[];
  readonly freeBytes?: number;
  /** How far its clock is ahead of this computer's. */
  readonly clockOffsetSeconds?: number;
  /**
   * How docker's network `nat` is: absent or true, it works; false, Docker cannot make it; `lost`, it is missing until HNS and
   * Docker are restarted; `detached`, HNS keeps it and its adapter is gone, until it is removed.
   */
  readonly natNetwork?: boolean | 'lost' | 'detached';
  /** The networks of HNS by their names; absent, Docker's own. What is left before sysprep is detached after it. */
  readonly hnsNetworks?: readonly string[];
  /** A fault: the first boot of an AMI has lost Docker's network. */
  readonly losesNat?: boolean;
  /** Values of the registry that were set, by key and name, such as `HKLM:\\SOFTWARE\\Mine`. */
  readonly registry?: Readonly<Record<string, Readonly<Record<string, RegistryValue>>>>;
  /** A fault: a restart leaves the pending one pending. */
  readonly staysPending?: boolean;
  /** A fault: what Windows Update offers cannot be installed. */
  readonly updatesFail?: boolean;
  /** A fault: so many pulls end with these words of docker's. */
  readonly failingPulls?: { readonly left: number; readonly message: string };
  /** A fault: after each boot so many calls of docker find no engine; `left` counts those of this boot. */
  readonly lateDocker?: { readonly calls: number; readonly left: number };
  /** A fault: so many calls of docker get no answer. */
  readonly hangingDocker?: { readonly left: number };
  /** Faults of Windows Update by what they strike, see scripts/simulated-windows/Updates.ps1. */
  readonly updateFaults?: readonly {
    readonly phase: 'search' | 'download' | 'install' | 'restart';
    readonly left: number;
    readonly code?: string;
    readonly resultCode?: number;
  }[];
  /** How long each installation of an update takes on the host, in seconds; no time passes here. */
  readonly updateSeconds?: number;
  /** What took time on the host so far, in seconds that did not pass here. */
  readonly spentSeconds?: number;
  /** App packages, see scripts/simulated-windows/Packages.ps1. */
  readonly appPackages?: readonly object[];
  /** A fault: what is pulled is not what its digest names. */
  readonly wrongDigests?: boolean;
  /** A fault: the revision that Windows has after the first pull. */
  readonly driftsTo?: number;
}

/** A fresh instance, and the revision to which Windows Update brings it. */
export interface FreshHost {
  readonly facts: HostFacts;
  readonly offeredRevision: number;
}

/** A way in which a build machine fails. */
export interface HostFault {
  readonly name: string;
  /** One sentence for people. */
  readonly description: string;
  /** The instance as it is with the fault. */
  readonly strike: (host: FreshHost) => FreshHost;
}

/** Calls of docker that come before the engine listens. */
const EARLY_CALLS = 2;

const GIGABYTE = 1_000_000_000;

/** As many pulls as run at once fail at their first attempt, and no others. */
const FAILING_PULLS = 2;

/**
 * The faults that a simulated build machine can have. What Winbake promises for each stands in docs/faults.md, and a test
 * holds it.
 */
export const HOST_FAULTS: readonly HostFault[] = [
  {
    name: 'disk-full',
    description: 'The drive has 9 GB free, which is less than the images take.',
    strike: withFacts({ freeBytes: 9 * GIGABYTE }),
  },
  {
    name: 'docker-down',
    description: 'Docker does not run, and cannot be started.',
    strike: (host) => ({
      ...host,
      facts: {
        ...host.facts,
        services: { ...host.facts.services, docker: 'Stopped' },
        startTypes: { ...host.facts.startTypes, docker: 'Disabled' },
      },
    }),
  },
  {
    name: 'docker-late',
    description: 'Docker answers only some time after each boot.',
    strike: withFacts({ lateDocker: { calls: EARLY_CALLS, left: EARLY_CALLS } }),
  },
  {
    name: 'docker-hangs',
    description: 'The first call of docker gets no answer.',
    strike: withFacts({ hangingDocker: { left: 1 } }),
  },
  {
    name: 'nat-gone-after-sysprep',
    description: "Machines from the AMI boot without Docker's network 'nat'.",
    strike: withFacts({ losesNat: true }),
  },
  {
    name: 'reboot-pending',
    description: 'Servicing says after every restart that another one is due.',
    strike: withFacts({ pendingReboot: 'RebootPending', staysPending: true }),
  },
  {
    name: 'pull-timeout',
    description: 'The registry does not answer the first pulls.',
    strike: withFacts({
      failingPulls: {
        left: FAILING_PULLS,
        message:
          'Get "https://mcr.microsoft.com/v2/": net/http: request canceled while waiting for connection ' +
          '(Client.Timeout exceeded while awaiting headers)',
      },
    }),
  },
  {
    name: 'wrong-digest',
    description: 'What the build machine gets of the registry is not what its digest names.',
    strike: withFacts({ wrongDigests: true }),
  },
  {
    name: 'revision-moves-during-bake',
    description: 'Windows gets another revision while images are pulled.',
    strike: (host) => ({ ...host, facts: { ...host.facts, driftsTo: host.offeredRevision + 1 } }),
  },
  {
    name: 'update-fails',
    description: 'Windows Update cannot install the update that it offers.',
    strike: withFacts({ updatesFail: true }),
  },
  {
    name: 'update-search-flaky',
    description: 'Windows Update fails at the first searches, and gives an empty list at the next.',
    strike: withFacts({
      updateFaults: [
        { phase: 'search', left: 1, code: '0x8024401C' },
        { phase: 'search', left: 1, resultCode: 3 },
      ],
    }),
  },
  {
    name: 'update-wants-restart',
    description: 'Windows Update installs nothing before a restart that nothing shows.',
    strike: withFacts({ updateFaults: [{ phase: 'install', left: 1, code: '0x80240016' }] }),
  },
  {
    name: 'update-slow',
    description: 'Windows Update takes three hours.',
    strike: withFacts({ updateSeconds: 3 * 3600 }),
  },
  {
    name: 'appx-other-version',
    description: 'An app package was updated for one user, beyond the version for all.',
    strike: withFacts({
      appPackages: [
        {
          name: 'Microsoft.Example',
          installed: true,
          provisioned: true,
          version: '2.0.0.0',
          provisionedVersion: '1.0.0.0',
        },
      ],
    }),
  },
  {
    name: 'host-behind',
    description: 'Windows Update offers the build machine nothing new.',
    strike: ({ facts }) => {
      const ubr = Math.max(1, facts.ubr - 1);
      return { facts: { ...facts, ubr }, offeredRevision: ubr };
    },
  },
  {
    name: 'no-nat',
    description: "Docker has no network 'nat'.",
    strike: withFacts({ natNetwork: false }),
  },
  {
    name: 'registry-429',
    description: 'The registry tells the first pulls that there are too many requests.',
    strike: withFacts({
      failingPulls: { left: FAILING_PULLS, message: 'toomanyrequests: too many requests; ask again later' },
    }),
  },
];

/** The faults of these names that are a build machine's, and the names that are not. */
export function takeHostFaults(names: readonly string[]): {
  readonly hostFaults: readonly HostFault[];
  readonly others: readonly string[];
} {
  const isHost = (name: string) => HOST_FAULTS.some((fault) => fault.name === name);
  return {
    hostFaults: HOST_FAULTS.filter(({ name }) => names.includes(name)),
    others: names.filter((name) => !isHost(name)),
  };
}

/** A host with faults; throws a `UsageError` where two of them cannot be had together. */
export function struckHost(host: FreshHost, faults: readonly HostFault[]): FreshHost {
  const pulls = faults.filter(({ name }) => name === 'pull-timeout' || name === 'registry-429');
  if (pulls.length > 1) {
    throw new UsageError(
      `The faults ${pulls.map(({ name }) => name).join(' and ')} exclude each other; take one of them.`,
    );
  }
  return faults.reduce((struck, fault) => fault.strike(struck), host);
}

function withFacts(facts: Partial<HostFacts>): HostFault['strike'] {
  return (host) => ({ ...host, facts: { ...host.facts, ...facts } });
}
