import type { OperatorOverride } from '../../lib/contract/documents/overrides';
import { nextPatchTuesday } from '../../lib/core/calendar/patch-tuesday';
import type { FleetPorts } from '../../lib/core/fleet/fleet-ports';
import { GOOD_AMI, type AmiBehaviour } from '../aws/fleet/ami-behaviour';
import { cutOff } from './fleet-in-memory';
import { planOf, type FLEET_RATES } from './fleet-rates';
import { FleetOracle } from './fleet-oracle';
import { Happenings } from './happenings';
import {
  Installation,
  publicationOf,
  type InstallationOptions,
  type InstalledFleet,
  type WrapPorts,
} from './installation';
import { PipelinePeople } from './pipeline-people';
import { TeamDeployments, type DeploymentPlant } from './team-deployments';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How fleets are simulated. */
export interface FleetYearsOptions {
  readonly years: number;
  readonly fleets: number;
  /** A positive whole number, from which all follows. */
  readonly seed: number;
  /** Those that are other than `FLEET_RATES`. */
  readonly rates?: Partial<typeof FLEET_RATES> | undefined;
  /** The names of what happens; absent: all that is drawn. */
  readonly only?: ReadonlySet<string> | undefined;
  /** The names of the fleets that are there; absent: all of them. */
  readonly onlyFleets?: ReadonlySet<string> | undefined;
  /** Ends with the first broken rule. */
  readonly isFirstEnough?: boolean | undefined;
  /** Ends then, in milliseconds since 1970, and asks nothing of the end. */
  readonly endsAt?: number | undefined;
  /** As in an installation. */
  readonly isSlow?: boolean | undefined;
  readonly policyOf?: InstallationOptions['policyOf'];
  /** Breaks a rule on purpose, between the reconciler and what the oracle watches. */
  readonly plant?: WrapPorts;
  /** Breaks a rule on purpose, between a deployment and its fleet. */
  readonly plantDeployment?: DeploymentPlant;
}

type OverrideChange = Parameters<Installation['setOverrides']>[1];

/** Overrides that cannot be read, and what people say meanwhile. */
interface Damage {
  readonly hold: OperatorOverride;
  readonly later: OverrideChange[];
}

/** Half a month without anything, in which all that is under way ends. */
const QUIET = 20 * DAY;
const START = new Date('2024-01-20T00:00:00Z');
const FIRST_REVISION = 4000;

/** An installation whose people, publications and accounts do what is drawn for each month. */
export class FleetScenario {
  readonly installation: Installation;
  readonly oracle: FleetOracle;
  readonly happenings: Happenings;
  private readonly deployments: TeamDeployments;
  private readonly people: PipelinePeople;
  private readonly without = new Map<string, number>();
  private readonly damaged = new Map<string, Damage>();
  private readonly holds = new Map<string, OperatorOverride>();
  private readonly floors = new Map<string, OperatorOverride & { readonly osVersion: string }>();
  private readonly accepted = new Map<string, OperatorOverride & { readonly publication: string }>();

  constructor(private readonly options: FleetYearsOptions) {
    const { onlyFleets, only, rates, seed } = options;
    this.happenings = new Happenings({ seed, rates, only });
    const first = publicationOf(`10.0.20348.${FIRST_REVISION}`, 1, START);
    this.people = new PipelinePeople({
      installation: () => this.installation,
      happenings: this.happenings,
      first,
      firstRevision: FIRST_REVISION,
    });
    this.installation = new Installation({
      start: START,
      first,
      fleets: Array.from({ length: options.fleets }, (_, index) =>
        planOf(index, this.happenings.randomOf('fleet', index)),
      ).filter(({ name }) => onlyFleets?.has(name) ?? true),
      behaviourOf: (fleet, amiId) => this.behaviourOf(fleet, amiId),
      hasCapacity: (fleet) => {
        const until = this.without.get(fleet);
        return until === undefined || until <= this.now;
      },
      wrap: (fleet, ports) => this.wrap(fleet, ports),
      deliveries: ({ plan: { name } }) =>
        this.happenings.happens('lost', name, this.now)
          ? 0
          : this.happenings.happens('doubled', name, this.now)
            ? 2
            : 1,
      onNotice: (fleet, text) => {
        this.answer(fleet, text);
      },
      ...(options.isSlow === undefined ? {} : { isSlow: options.isSlow }),
      ...(options.policyOf === undefined ? {} : { policyOf: options.policyOf }),
    });
    const active = <T extends OperatorOverride>(one: T | undefined) =>
      one !== undefined && Date.parse(one.until) > this.now ? one : undefined;
    this.oracle = new FleetOracle(
      {
        publications: this.people.publications,
        movedAt: this.people.movedAt,
        isBad: (fleet, id) => this.people.badOn(fleet, id) !== undefined,
        holdOf: (fleet) => active(this.damaged.get(fleet)?.hold) ?? active(this.holds.get(fleet)),
        floorOf: (fleet) => active(this.floors.get(fleet)),
        acceptedBy: (fleet) => active(this.accepted.get(fleet)),
        pipelineHold: () => active(this.people.hold),
        revokedAt: (id) => this.people.revoked.get(id),
        awayUntil: (account) => this.people.awayUntil.get(account),
        isPaused: (fleet) => this.deployments.isPausing(fleet),
        newestTemplate: (fleet) => this.deployments.newest(fleet),
        isBadTemplate: (template) => this.deployments.behaviourOf(template) !== undefined,
        current: () => this.people.current,
        withoutCapacityUntil: (fleet) => this.without.get(fleet) ?? -Infinity,
        wasBad: (fleet, id) => this.people.wasBadOn(fleet, id),
      },
      this.installation,
    );
    this.deployments = new TeamDeployments({
      installation: this.installation,
      oracle: this.oracle,
      rate: (kind) => this.happenings.rate(kind),
      ...(options.plantDeployment === undefined ? {} : { plant: options.plantDeployment }),
    });
  }

  /** Fleet-years so far. */
  get fleetYears(): number {
    return ((this.now - START.getTime()) / (365 * DAY)) * this.options.fleets;
  }

  async live(): Promise<void> {
    const { installation } = this;
    const end = START.getTime() + this.options.years * 365 * DAY;
    for (let tuesday = nextPatchTuesday(START); tuesday.getTime() < end - QUIET;) {
      const next = nextPatchTuesday(tuesday);
      const month = { from: tuesday.getTime(), until: Math.min(next.getTime(), end - QUIET) };
      this.people.planMonth(month.from, month.until);
      installation.fleets.forEach((fleet) => {
        this.planFleet(fleet, month.from, month.until);
      });
      await this.passUntil(month.until);
      tuesday = next;
    }
    await this.passUntil(end);
    if (this.isOver) {
      return;
    }
    installation.fleets.forEach((fleet) => {
      if (fleet.simulated.instances.length > 0) {
        this.oracle.checkEnd(fleet, this.people.current);
      }
    });
  }

  /** In steps of half an hour, at each of which the oracle observes. */
  private async passUntil(end: number): Promise<void> {
    while (this.now < end && !this.isOver) {
      await this.installation.passUntil(Math.min(end, this.now + HOUR / 2));
      this.installation.fleets.forEach((fleet) => {
        this.oracle.observe(fleet);
      });
    }
  }

  private get isOver(): boolean {
    const { endsAt = Infinity, isFirstEnough = false } = this.options;
    return this.now >= endsAt || (isFirstEnough && this.oracle.violations.length > 0);
  }

  private planFleet(fleet: InstalledFleet, from: number, until: number): void {
    const { installation } = this;
    const { name, instances } = fleet.plan;
    const month = { of: name, from, until };
    for (let times = 0; times < 4; times += 1) {
      this.people.plan({ ...month, kind: 'scale', times }, (random) => {
        this.scale(fleet, Math.max(1, Math.round(instances * (0.5 + random() * 1.1))));
      });
    }
    this.people.plan({ ...month, kind: 'hold' }, (random) => {
      const hold = this.people.override((0.2 + random() * 7.8) * DAY);
      this.holds.set(name, hold);
      this.setOverrides(fleet, { hold });
    });
    this.people.plan({ ...month, kind: 'floor' }, () => {
      const floor = { ...this.people.override(40 * DAY), osVersion: this.people.current.osVersion };
      this.floors.set(name, floor);
      this.setOverrides(fleet, { floor });
    });
    this.people.plan({ ...month, kind: 'deploy' }, (random) => this.deployments.deploy(fleet, random));
    this.people.plan({ ...month, kind: 'noCapacity' }, (random) => {
      const until = this.now + (1 + random() * 29) * HOUR;
      this.without.set(name, until);
      installation.at(until, () => {
        this.scale(fleet, fleet.simulated.group.desiredCapacity);
      });
    });
    this.people.plan({ ...month, kind: 'unreadable' }, (random) => {
      this.damage(fleet, (0.2 + random() * 3) * DAY);
    });
  }

  private scale(fleet: InstalledFleet, count: number): void {
    const before = new Set(fleet.simulated.instances.map(({ id }) => id));
    fleet.simulated.group.scaleTo(count);
    this.oracle.scaled(fleet, before);
    this.installation.wake(fleet);
  }

  /** What people say of a fleet cannot be read for some time: somebody wrote it for a purpose, so that it holds. */
  private damage(fleet: InstalledFleet, milliseconds: number): void {
    const { names, plan, store } = fleet;
    if (this.damaged.has(plan.name)) {
      return;
    }
    this.damaged.set(plan.name, { hold: this.people.override(milliseconds), later: [] });
    const text = store.values.get(names.overrides);
    store.values.set(names.overrides, `${text ?? ''} {`);
    this.installation.wake(fleet);
    this.installation.at(this.now + milliseconds, () => {
      const { later = [] } = this.damaged.get(plan.name) ?? {};
      this.damaged.delete(plan.name);
      if (text === undefined) {
        store.values.delete(names.overrides);
      } else {
        store.values.set(names.overrides, text);
      }
      this.installation.wake(fleet);
      later.forEach((change) => {
        this.installation.setOverrides(fleet, change);
      });
    });
  }

  /** Nobody writes over what he cannot read. */
  private setOverrides(fleet: InstalledFleet, change: OverrideChange): void {
    const damaged = this.damaged.get(fleet.plan.name);
    if (damaged === undefined) {
      this.installation.setOverrides(fleet, change);
    } else {
      damaged.later.push(change);
    }
  }

  /** A person reads a notice, and after some hours lets the publication that it names pass, once what was wrong is mended. */
  private answer(fleet: InstalledFleet, text: string): void {
    const { name: of } = fleet.plan;
    const random = this.happenings.randomOf('answer', of, this.now);
    const isAnswered = random() < 0.5 && this.happenings.isMeant({ kind: 'answer', of, at: this.now });
    const at = this.now + (1 + random() * 59) * HOUR;
    if (!isAnswered) {
      return;
    }
    if (text.includes('Deploy a launch template that works')) {
      this.installation.at(at, () => this.deployments.deploy(fleet, random, true));
    }
    const id = /winbake fleet accept \S+ (\S+)/.exec(text)?.[1] ?? this.people.current.id;
    if (!text.includes(id)) {
      return;
    }
    this.installation.at(at, () => {
      if (this.people.current.id !== id) {
        return;
      }
      this.people.mend(of, id);
      const accepted = { ...this.people.override(30 * DAY), publication: id };
      this.accepted.set(of, accepted);
      this.setOverrides(fleet, { accepted });
    });
  }

  private wrap(fleet: InstalledFleet, ports: FleetPorts): FleetPorts {
    const { plant = (_fleet: InstalledFleet, given: FleetPorts) => given } = this.options;
    const watched = plant(fleet, this.oracle.watch(fleet, ports));
    const { name } = fleet.plan;
    if (!this.happenings.happens('crash', name, this.now)) {
      return watched;
    }
    const random = this.happenings.randomOf('crash after', name, this.now);
    return cutOff(watched, 1 + Math.floor(random() * 25), random() < 0.5);
  }

  private behaviourOf(fleet: string, amiId: string): AmiBehaviour {
    const id = this.people.publications.get(amiId)?.id ?? '';
    return this.people.badOn(fleet, id) ?? GOOD_AMI;
  }

  private get now(): number {
    return this.installation.clock.now().getTime();
  }
}
