import type { OperatorOverride } from '../../lib/contract/documents/overrides';
import type { Channel } from '../../lib/contract/documents/publication';
import { nextPatchTuesday } from '../../lib/core/calendar/patch-tuesday';
import type { FleetPorts } from '../../lib/core/fleet/fleet-ports';
import { GOOD_AMI, type AmiBehaviour } from '../aws/fleet/ami-behaviour';
import { cutOff } from './fleet-in-memory';
import { FLEET_RATES, planOf } from './fleet-rates';
import { FleetOracle } from './fleet-oracle';
import {
  ACCOUNTS,
  Installation,
  publicationOf,
  type InstallationOptions,
  type InstalledFleet,
  type WrapPorts,
} from './installation';
import { TeamDeployments, type DeploymentPlant } from './team-deployments';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How fleets are simulated. */
export interface FleetYearsOptions {
  readonly years: number;
  readonly fleets: number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Those that are other than `FLEET_RATES`. */
  readonly rates?: Partial<typeof FLEET_RATES>;
  /** As in an installation. */
  readonly isSlow?: boolean;
  readonly policyOf?: InstallationOptions['policyOf'];
  /** Breaks a rule on purpose, between the reconciler and what the oracle watches. */
  readonly plant?: WrapPorts;
  /** Breaks a rule on purpose, between a deployment and its fleet. */
  readonly plantDeployment?: DeploymentPlant;
}

/** Half a month without anything, in which all that is under way ends. */
const QUIET = 20 * DAY;
const START = new Date('2024-01-20T00:00:00Z');

/** An installation whose people, publications and accounts do what is drawn for each month. */
export class FleetScenario {
  readonly installation: Installation;
  /** The start while the installation is being made. */
  private clock = () => START;
  readonly oracle: FleetOracle;
  private readonly deployments: TeamDeployments;
  private readonly publications = new Map<string, Channel>();
  private readonly movedAt = new Map<string, number>();
  /** Publications that fail, and on which fleets. */
  private readonly bad = new Map<
    string,
    { readonly behaviour: AmiBehaviour; readonly fleets: Set<string> }
  >();
  private readonly revoked = new Map<string, number>();
  private readonly without = new Map<string, number>();
  private readonly awayUntil = new Map<string, number>();
  private readonly holds = new Map<string, OperatorOverride>();
  private readonly floors = new Map<string, OperatorOverride & { readonly osVersion: string }>();
  private readonly accepted = new Map<string, OperatorOverride & { readonly publication: string }>();
  private pipelineHold: OperatorOverride | undefined;
  private history: Channel[] = [];
  private revision = 4000;

  constructor(private readonly options: FleetYearsOptions) {
    const first = this.bake(this.revision, 1, START);
    this.history.push(first);
    const active = <T extends OperatorOverride>(one: T | undefined) =>
      one !== undefined && Date.parse(one.until) > this.now ? one : undefined;
    this.oracle = new FleetOracle(
      {
        publications: this.publications,
        movedAt: this.movedAt,
        isBad: (fleet, id) => this.bad.get(id)?.fleets.has(fleet) === true,
        holdOf: (fleet) => active(this.holds.get(fleet)),
        floorOf: (fleet) => active(this.floors.get(fleet)),
        acceptedBy: (fleet) => active(this.accepted.get(fleet)),
        pipelineHold: () => active(this.pipelineHold),
        revokedAt: (id) => this.revoked.get(id),
        awayUntil: (account) => this.awayUntil.get(account),
        isPaused: (fleet) => this.deployments.isPausing(fleet),
        newestTemplate: (fleet) => this.deployments.newest(fleet),
        isBadTemplate: (template) => this.deployments.behaviourOf(template) !== undefined,
      },
      () => this.installation,
    );
    this.installation = new Installation({
      start: START,
      first,
      fleets: Array.from({ length: options.fleets }, (_, index) => planOf(index, options.random)),
      behaviourOf: (fleet, amiId) => this.behaviourOf(fleet, amiId),
      wrap: (fleet, ports) => this.wrap(fleet, ports),
      deliveries: () => (this.happens('lost') ? 0 : this.happens('doubled') ? 2 : 1),
      onNotice: (fleet, text) => {
        this.answer(fleet, text);
      },
      ...(options.isSlow === undefined ? {} : { isSlow: options.isSlow }),
      ...(options.policyOf === undefined ? {} : { policyOf: options.policyOf }),
    });
    this.clock = () => this.installation.clock.now();
    this.deployments = new TeamDeployments({
      installation: this.installation,
      oracle: this.oracle,
      happens: (rate) => this.happens(rate),
      random: options.random,
      ...(options.plantDeployment === undefined ? {} : { plant: options.plantDeployment }),
    });
  }

  async live(): Promise<void> {
    const { installation } = this;
    const end = START.getTime() + this.options.years * 365 * DAY;
    for (let tuesday = nextPatchTuesday(START); tuesday.getTime() < end - QUIET;) {
      const next = nextPatchTuesday(tuesday);
      this.planMonth(tuesday.getTime(), Math.min(next.getTime(), end - QUIET));
      await this.passUntil(Math.min(next.getTime(), end - QUIET));
      tuesday = next;
    }
    await this.passUntil(end);
    const [current] = this.history.slice(-1);
    installation.fleets.forEach((fleet) => {
      if (current !== undefined && fleet.simulated.instances.length > 0) {
        this.oracle.checkEnd(fleet, current);
      }
    });
  }

  /** In steps of half an hour, at each of which the oracle observes. */
  private async passUntil(end: number): Promise<void> {
    while (this.now < end) {
      await this.installation.passUntil(Math.min(end, this.now + HOUR / 2));
      this.installation.fleets.forEach((fleet) => {
        this.oracle.observe(fleet);
      });
    }
  }

  private planMonth(from: number, until: number): void {
    const { installation } = this;
    const within = () => from + this.options.random() * (until - from);
    const out = from + (4 + this.options.random() * 8) * HOUR;
    installation.at(out, () => {
      this.publish(true);
    });
    if (this.happens('equal')) {
      installation.at(within(), () => {
        this.publish(false);
      });
    }
    if (this.happens('outOfBand')) {
      installation.at(within(), () => {
        this.publish(true);
      });
    }
    if (this.happens('pipelineHold')) {
      installation.at(within(), () => {
        this.holdPipeline(this.between(1, 5) * DAY);
      });
    }
    if (this.happens('rollback')) {
      installation.at(within(), () => {
        this.rollBack();
      });
    }
    if (this.happens('revoke')) {
      installation.at(within(), () => {
        this.revoke();
      });
    }
    ACCOUNTS.slice(1)
      .filter(() => this.happens('away'))
      .forEach((account) => {
        installation.at(within(), () => {
          this.leave(account, this.between(0.2, 4) * DAY);
        });
      });
    installation.fleets.forEach((fleet) => {
      this.planFleet(fleet, within);
    });
  }

  private planFleet(fleet: InstalledFleet, within: () => number): void {
    const { installation } = this;
    const { name, instances } = fleet.plan;
    for (let times = 0; times < 4; times += 1) {
      installation.at(within(), () => {
        const before = new Set(fleet.simulated.instances.map(({ id }) => id));
        fleet.simulated.group.scaleTo(Math.max(1, Math.round(instances * this.between(0.5, 1.6))));
        this.oracle.scaled(fleet, before);
        installation.wake(fleet);
      });
    }
    if (this.happens('hold')) {
      installation.at(within(), () => {
        const hold = this.override(this.between(0.2, 8) * DAY);
        this.holds.set(name, hold);
        installation.setOverrides(fleet, { hold });
      });
    }
    if (this.happens('floor')) {
      installation.at(within(), () => {
        const osVersion = this.history.at(-1)?.osVersion ?? '';
        const floor = { ...this.override(40 * DAY), osVersion };
        this.floors.set(name, floor);
        installation.setOverrides(fleet, { floor });
      });
    }
    if (this.happens('deploy')) {
      installation.at(within(), () => this.deployments.deploy(fleet));
    }
    if (this.happens('noCapacity')) {
      installation.at(within(), () => {
        this.without.set(name, this.now + this.between(1, 30) * HOUR);
      });
    }
  }

  /** A person reads a notice, and after some hours lets the publication that it names pass, once what was wrong is mended. */
  private answer(fleet: InstalledFleet, text: string): void {
    if (text.includes('Deploy a launch template that works') && this.options.random() < 0.5) {
      const at = this.now + this.between(1, 60) * HOUR;
      this.installation.at(at, () => this.deployments.deploy(fleet, true));
    }
    const id = /winbake fleet accept \S+ (\S+)/.exec(text)?.[1] ?? this.history.at(-1)?.id ?? '';
    if (!text.includes(id) || this.options.random() > 0.5) {
      return;
    }
    this.installation.at(this.now + this.between(1, 60) * HOUR, () => {
      if (this.publications.size === 0 || this.history.at(-1)?.id !== id) {
        return;
      }
      this.bad.get(id)?.fleets.delete(fleet.plan.name);
      const accepted = { ...this.override(30 * DAY), publication: id };
      this.accepted.set(fleet.plan.name, accepted);
      this.installation.setOverrides(fleet, { accepted });
    });
  }

  private publish(isNew: boolean): void {
    const held = this.pipelineHold === undefined ? 0 : Date.parse(this.pipelineHold.until);
    if (held > this.now) {
      this.installation.at(held, () => {
        this.publish(isNew);
      });
      return;
    }
    this.revision += isNew ? 1 + Math.floor(this.options.random() * 200) : 0;
    const number = [...this.publications.values()].filter(({ osVersion }) =>
      osVersion.endsWith(`.${this.revision}`),
    ).length;
    const publication = this.bake(this.revision, number + 1, new Date(this.now));
    this.history.push(publication);
    this.drawFaults(publication);
    this.move(publication);
  }

  private drawFaults({ id }: Channel): void {
    const isEverywhere = this.happens('badEverywhere');
    if (!isEverywhere && !this.happens('badSomewhere')) {
      return;
    }
    const fleets = this.installation.fleets
      .filter(() => isEverywhere || this.options.random() < 0.25)
      .map(({ plan }) => plan.name);
    const behaviour: AmiBehaviour =
      this.options.random() < 0.3 ? { host: 'hangs', tasks: 'none' } : { host: 'registers', tasks: 'fail' };
    this.bad.set(id, { behaviour, fleets: new Set(fleets) });
  }

  private rollBack(): void {
    const [before] = this.history.slice(-2);
    if (this.history.length < 2 || before === undefined) {
      return;
    }
    this.history = [...this.history.slice(0, -2), before];
    this.holdPipeline(this.between(1, 5) * DAY);
    this.move(before);
  }

  private revoke(): void {
    const candidates = this.history.filter(({ id }) => !this.revoked.has(id)).slice(-2);
    const [older, newer] = candidates;
    if (older === undefined || newer === undefined) {
      return;
    }
    const isCurrent = this.options.random() < 0.7;
    const one = isCurrent ? newer : older;
    this.revoked.set(one.id, this.now);
    this.installation.revoke(one);
    this.history = this.history.filter(({ id }) => id !== one.id);
    const current = this.history.at(-1);
    if (isCurrent && current !== undefined) {
      this.move(current);
    }
    if (this.options.random() < 0.5) {
      this.installation.at(this.now + this.between(0.5, 10) * DAY, () => {
        this.revoked.delete(one.id);
        this.installation.restore(one.id);
      });
    }
  }

  private move(publication: Channel): void {
    this.movedAt.set(publication.id, this.now);
    this.installation.publish(publication);
  }

  private holdPipeline(milliseconds: number): void {
    this.pipelineHold = this.override(milliseconds);
    this.installation.setPipelineHold(this.pipelineHold);
    // Housekeeping notes its end as it noted its beginning.
    this.installation.at(Date.parse(this.pipelineHold.until), () => {
      this.installation.setPipelineHold(null);
    });
  }

  private leave(account: string, milliseconds: number): void {
    const until = this.now + milliseconds;
    this.awayUntil.set(account, until);
    this.installation.away.add(account);
    this.installation.at(until, () => {
      this.installation.away.delete(account);
      this.installation.fleets.forEach((fleet) => {
        this.installation.wake(fleet);
      });
    });
  }

  private wrap(fleet: InstalledFleet, ports: FleetPorts): FleetPorts {
    const { plant = (_fleet: InstalledFleet, given: FleetPorts) => given } = this.options;
    const watched = plant(fleet, this.oracle.watch(fleet, ports));
    return this.happens('crash')
      ? cutOff(watched, 1 + Math.floor(this.options.random() * 25), this.options.random() < 0.5)
      : watched;
  }

  private behaviourOf(fleet: string, amiId: string): AmiBehaviour {
    const bad = this.bad.get(this.publications.get(amiId)?.id ?? '');
    const behaviour = bad?.fleets.has(fleet) === true ? bad.behaviour : GOOD_AMI;
    return (this.without.get(fleet) ?? 0) > this.now ? { ...behaviour, host: 'hangs' } : behaviour;
  }

  private bake(revision: number, number: number, at: Date): Channel {
    const channel = publicationOf(`10.0.20348.${revision}`, number, at);
    this.publications.set(channel.amiId, channel);
    return channel;
  }

  private override(milliseconds: number): OperatorOverride {
    const at = new Date(this.now);
    return {
      by: 'ops',
      reason: 'by hand',
      at: at.toISOString(),
      until: new Date(this.now + milliseconds).toISOString(),
    };
  }

  private happens(rate: keyof typeof FLEET_RATES): boolean {
    const share = { ...FLEET_RATES, ...this.options.rates }[rate];
    return share > 0 && this.options.random() < share;
  }

  private between(least: number, most: number): number {
    return least + this.options.random() * (most - least);
  }

  private get now(): number {
    return this.clock().getTime();
  }
}
