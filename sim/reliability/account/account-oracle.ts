import {
  activeOverride,
  type FleetOverrides,
  type OperatorOverride,
} from '../../../lib/contract/documents/overrides';
import type { FleetDeployment } from '../../../lib/contract/documents/fleet-state';
import type { Channel } from '../../../lib/contract/documents/publication';
import { readOsVersion } from '../../../lib/contract/values/os-version';
import type { FleetPorts } from '../../../lib/core/fleet/fleet-ports';
import type { ObservedCall } from '../../account/simulated-accounts';
import { requestOf } from '../../account/services/auto-scaling-refreshes';
import { FleetOracle } from '../fleet-oracle';
import type { ObservedFleet, Truth, Violation } from '../fleet-truth';
import { PIPELINE, type AccountInstallation } from './account-installation';
import type { Microsoft } from '../../registry/memory-registry';
import { PipelineOracle, type AccountTruth } from './pipeline-oracle';

const MINUTE = 60_000;

/** A reconciler that read a fleet just before a deployment paused it has done what it was about to; reads are younger than this. */
const SETTLED = MINUTE;
/** How often a fleet is judged by what it runs while none of its instances moves. */
const SELDOM = 15 * MINUTE;

/** Says what of the design's rules an installation breaks, from the calls that reach the services alone. */
export class AccountOracle {
  private readonly own: Violation[] = [];
  private readonly fleets: FleetOracle;
  readonly pipeline: PipelineOracle;
  private observedAt = -Infinity;
  private readonly lastRuns = new Map<string, { readonly at: Date; readonly isWell: boolean }>();

  constructor(
    private readonly installation: AccountInstallation,
    private readonly microsoft: Microsoft,
    private readonly truth: AccountTruth,
  ) {
    this.pipeline = new PipelineOracle({
      installation,
      microsoft,
      truth,
      report: (rule, what) => {
        this.break(PIPELINE, rule, what);
      },
    });
    this.fleets = new FleetOracle(this.fleetTruth(), installation);
    const { functions } = installation.account;
    const noteRun = (arn: string, isWell: boolean) => {
      this.lastRuns.set(arn.split(':').at(-1) ?? arn, { at: new Date(this.now), isWell });
    };
    functions.onAnswer((arn) => {
      noteRun(arn, true);
    });
    functions.onFailure((arn) => {
      noteRun(arn, false);
    });
  }

  /** Each once, in the order of their instants. */
  get violations(): readonly Violation[] {
    const all = [...this.own, ...this.fleets.violations].map((one) => ({
      ...one,
      what: shortened(one.what),
    }));
    const known = new Set<string>();
    return all
      .sort((one, other) => one.at.localeCompare(other.at))
      .filter(({ fleet, rule, what }) => {
        const key = [fleet, rule, what].join(' ');
        return !known.has(key) && known.add(key);
      });
  }

  /** Judges a call that changes something, before it is answered. */
  change({ caller, input, operation, place, service }: ObservedCall, isDeployment: boolean): void {
    const given = input;
    if (service === 'auto-scaling') {
      this.changeGroup(operation, given, isDeployment);
    } else if (operation === 'PutParameter') {
      const [name, value] = [String(given['Name']), String(given['Value'])];
      const isOfPerson = !caller.arn.includes(':assumed-role/');
      const fleet = this.installation.fleets.find(({ names }) => name.startsWith(`${names.path}/`));
      if (fleet !== undefined && isDeployment) {
        this.fleets.wrote(fleet, name);
      } else if (fleet !== undefined && !isOfPerson) {
        void this.watched(fleet).parameters.put(name, value, 'text');
      }
      if (/\/(?:latest|current|previous)\/publication$|\/by-revision\/[^/]+$/.test(name)) {
        this.pipeline.show(place.account, name, value, caller.arn);
      }
    } else if (operation === 'PutObject') {
      this.pipeline.put(String(given['Key']), given['Body'], caller.arn);
    }
  }

  /** Judges what runs, now and then. */
  observe(): void {
    const { fleets } = this.installation;
    const isMoving = fleets.some(({ simulated }) => simulated.group.refresh?.isUnderWay === true);
    if (isMoving || this.now >= this.observedAt + SELDOM) {
      this.observedAt = this.now;
      fleets.forEach((fleet) => {
        this.fleets.observe(fleet);
      });
      this.pipeline.observe();
    }
  }

  /** Where all must be once nothing has happened for long. */
  checkEnd(): void {
    const { installation, microsoft } = this;
    const current = installation.channel('current');
    if (current !== undefined) {
      installation.fleets.forEach((fleet) => {
        this.fleets.checkEnd(fleet, current);
      });
    }
    const latest = readOsVersion(installation.channel('latest')?.osVersion ?? '')?.revision ?? 0;
    const isKnown = installation.account.world.sns.messages.some(
      ({ at, subject }) => at.getTime() >= microsoft.since && subject.startsWith(`Winbake ${PIPELINE}:`),
    );
    if (latest < microsoft.revision && !isKnown) {
      this.break(
        PIPELINE,
        'end',
        `latest is at ${latest}, not at ${microsoft.revision}, and nobody was notified`,
      );
    }
    // What a state machine or a person calls is theirs to call again.
    const called = JSON.stringify(
      ['AWS::Events::Rule', 'AWS::Scheduler::Schedule'].flatMap((type) =>
        installation.account.living(type).map(({ properties }) => properties),
      ),
    );
    this.lastRuns.forEach(({ at, isWell }, name) => {
      if (!isWell && called.includes(`:function:${name}"`)) {
        this.break(name, 'retry', `it failed at ${at.toISOString()} and was not run again`);
      }
    });
    this.checkDeadLetters();
  }

  /** What lies in a queue rings an alarm. */
  private checkDeadLetters(): void {
    const { account, deadLetters, failures } = this.installation;
    const alarms = JSON.stringify(
      account.living('AWS::CloudWatch::Alarm').map(({ properties }) => properties),
    );
    deadLetters.forEach((count, queue) => {
      const name = queue.split(':').at(-1) ?? queue;
      if (!alarms.includes(JSON.stringify(name))) {
        this.break(name, 'alarm', `${count} events lie there and no alarm rings`);
      }
    });
    const kept = [...deadLetters.values()].reduce((sum, count) => sum + count, 0);
    if (kept < failures.length) {
      this.break(
        PIPELINE,
        'alarm',
        `of ${failures.length} events that failed for good ${kept} are kept: ${failures.join('; ')}`,
      );
    }
  }

  private changeGroup(
    operation: string,
    input: Readonly<Record<string, unknown>>,
    isDeployment: boolean,
  ): void {
    const fleet = this.installation.fleets.find(
      ({ simulated }) => simulated.group.name === input['AutoScalingGroupName'],
    );
    if (fleet === undefined) {
      return;
    }
    const { control } = this.watched(fleet);
    const version = versionIn(input['DesiredConfiguration'] ?? input);
    if (isDeployment) {
      if (operation === 'UpdateAutoScalingGroup' && version !== undefined) {
        this.fleets.deployed(fleet, version);
      }
      return;
    }
    switch (operation) {
      case 'StartInstanceRefresh':
        if (this.isUnseen(fleet)) {
          return;
        }
        void control.startRefresh(
          requestOf(version ?? fleet.simulated.group.version, input['Preferences'] ?? {}),
        );
        break;
      case 'UpdateAutoScalingGroup':
        if (version !== undefined) {
          void control.useLaunchTemplateVersion(version);
        }
        break;
      case 'CancelInstanceRefresh':
        void control.cancelRefresh();
        break;
      case 'RollbackInstanceRefresh':
        void control.rollBackRefresh();
        break;
      default:
    }
  }

  /** A refresh began so lately that a list may be without it; Auto Scaling refuses a second one, and it is adopted once it is shown. */
  private isUnseen({ simulated }: ObservedFleet): boolean {
    const { refresh } = simulated.group;
    return refresh?.isUnderWay === true && this.now < refresh.describe().startedAt.getTime() + SETTLED;
  }

  private watched(fleet: ObservedFleet): FleetPorts {
    return this.fleets.watch(fleet, NO_PORTS);
  }

  private fleetTruth(): Truth {
    const amiOf = (id: string) =>
      [...this.pipeline.publications.values()].find((one) => one.id === id)?.amiId ?? '';
    const overridesOf = (fleet: string): Partial<FleetOverrides> => {
      const { names, store } = this.fleetNamed(fleet);
      return JSON.parse(store.values.get(names.overrides) ?? '{}') as Partial<FleetOverrides>;
    };
    const active = <T extends OperatorOverride>(one: T | null = null) =>
      activeOverride(one, new Date(this.now));
    return {
      publications: this.pipeline.publications,
      movedAt: this.pipeline.movedAt,
      isBad: (fleet, id) => this.truth.isBad(fleet, amiOf(id)),
      wasBad: (fleet, id) => this.truth.wasBad(fleet, amiOf(id)),
      holdOf: (fleet) => active(overridesOf(fleet).hold),
      floorOf: (fleet) => active(overridesOf(fleet).floor),
      acceptedBy: (fleet) => active(overridesOf(fleet).accepted),
      pipelineHold: () => this.pipeline.hold,
      revokedAt: (id) => this.pipeline.revoked.get(id),
      awayUntil: () => undefined,
      isPaused: (fleet) => this.isPaused(this.fleetNamed(fleet)),
      newestTemplate: (fleet) => {
        const { template } = this.fleetNamed(fleet).simulated.group;
        const newest = template.versions.findLast(({ amiId }) => amiId === undefined);
        return { template: newest?.userData ?? '', at: newest?.createdAt.getTime() ?? 0 };
      },
      isBadTemplate: this.truth.isBadTemplate,
      current: () => this.installation.channel('current') ?? NO_CHANNEL,
      withoutCapacityUntil: () => -Infinity,
    };
  }

  private isPaused({ names, simulated, store }: ObservedFleet): boolean {
    const { at, until, version } = JSON.parse(
      store.values.get(names.deployment) ?? '{}',
    ) as Partial<FleetDeployment>;
    return (
      at !== undefined &&
      this.now > Date.parse(at) + SETTLED &&
      this.now < Date.parse(until ?? '') &&
      version !== simulated.group.version
    );
  }

  private fleetNamed(name: string): ObservedFleet {
    const found = this.installation.fleets.find(({ plan }) => plan.name === name);
    if (found === undefined) {
      throw new Error(`There is no fleet ${name}.`);
    }
    return found;
  }

  private break(fleet: string, rule: string, what: string): void {
    this.own.push({ at: new Date(this.now).toISOString(), fleet, rule, what });
  }

  private get now(): number {
    return this.installation.now;
  }
}

const NO_CHANNEL: Channel = { id: '0.0-0', amiId: '', osVersion: '', mode: 'unbaked', at: '' };

/** Ports of which nothing comes: what is judged happens in the account. */
const nothing = () => Promise.resolve(undefined);
const NO_PORTS = {
  control: {
    startRefresh: nothing,
    useLaunchTemplateVersion: nothing,
    cancelRefresh: nothing,
    rollBackRefresh: nothing,
  },
  parameters: { put: nothing },
} as unknown as FleetPorts;

/** Launch templates are known by their user data, which nobody reads. */
function shortened(what: string): string {
  return what.replaceAll(/\S{200,}/g, '(its launch template)');
}

function versionIn(input: unknown): string | undefined {
  const { LaunchTemplate } = input as { readonly LaunchTemplate?: { readonly Version?: string } };
  return LaunchTemplate?.Version;
}
