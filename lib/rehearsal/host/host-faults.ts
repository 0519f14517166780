import { UsageError } from '../../contract/values/errors';
import type { HostFacts } from './host-facts';

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
 * The faults that a pretended build machine can have. What Winbake promises for each stands in docs/faults.md, and a test
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
