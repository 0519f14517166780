import { cloneWithLiveAmi, type DeploymentPorts } from '../../lib/core/fleet/clone-with-live-ami';
import type { AmiBehaviour } from '../aws/fleet/ami-behaviour';
import { cutOff, fleetInMemory } from './fleet-in-memory';
import type { FLEET_RATES } from './fleet-rates';
import type { FleetOracle } from './fleet-oracle';
import { CURRENT, type Installation, type InstalledFleet } from './installation';

const MINUTE = 60_000;

/** How long CloudFormation takes until it changes the group; an assumption. */
const GROUP_SECONDS = 15;

/** A deployment whose function died pauses the fleet for so long. */
const PAUSE = 30 * MINUTE;

/** Breaks a rule on purpose, between a deployment and its fleet. */
export type DeploymentPlant = (fleet: InstalledFleet, ports: DeploymentPorts) => DeploymentPorts;

/** What deployments are drawn with and judged by. */
export interface TeamDeploymentsOptions {
  readonly installation: Installation;
  readonly oracle: FleetOracle;
  readonly rate: (kind: keyof typeof FLEET_RATES) => number;
  readonly plant?: DeploymentPlant;
}

/** Lets simulated seconds pass. */
type Sleep = (seconds: number) => Promise<void>;

/** What one deployment works with. */
interface Means {
  readonly random: () => number;
  readonly sleep: Sleep;
}

/** Deployments by the teams whose fleets they are: each brings another launch template, at whatever phase of a rollout. */
export class TeamDeployments {
  private readonly pausedUntil = new Map<string, number>();
  private readonly deployed = new Map<string, { readonly template: string; readonly at: number }>();
  private readonly bad = new Map<string, AmiBehaviour>();
  private readonly busy = new Set<string>();
  private readonly counts = new Map<string, number>();

  constructor(private readonly options: TeamDeploymentsOptions) {
    options.installation.fleets.forEach(({ simulated: { group } }) => {
      group.behaveByVersion(({ template, version }) =>
        this.behaviourOf(template.find(version)?.userData ?? ''),
      );
    });
  }

  /** Whether a deployment pauses a fleet now. */
  isPausing(fleet: string): boolean {
    return (this.pausedUntil.get(fleet) ?? 0) > this.now;
  }

  /** The launch template that the newest deployment left. */
  newest(fleet: string): { readonly template: string; readonly at: number } {
    return this.deployed.get(fleet) ?? { template: '', at: 0 };
  }

  /** What instances of a launch template do that fails; undefined for all others. */
  behaviourOf(template: string): AmiBehaviour | undefined {
    return this.bad.get(template);
  }

  /** Begins a deployment, once the one before has ended, with numbers of its own. */
  deploy(fleet: InstalledFleet, random: () => number, isMended = false): Promise<void> {
    const { name } = fleet.plan;
    if (this.busy.has(name)) {
      this.options.installation.at(this.now + 60 * MINUTE, () => this.deploy(fleet, random, isMended));
      return Promise.resolve();
    }
    this.busy.add(name);
    return this.begin(async (sleep) => {
      await this.update(fleet, isMended, { random, sleep });
      this.busy.delete(name);
    });
  }

  private async update(fleet: InstalledFleet, isMended: boolean, { random, sleep }: Means): Promise<void> {
    const happens = (kind: keyof typeof FLEET_RATES) => random() < this.options.rate(kind);
    const { name } = fleet.plan;
    const before = this.newest(name);
    const number = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, number);
    const template = `template ${number} of ${name}`;
    if (!isMended && happens('badTemplate')) {
      const host = random() < 0.3 ? 'hangs' : 'registers';
      this.bad.set(template, { host, tasks: host === 'hangs' ? 'none' : 'fail' });
    }
    this.deployed.set(name, { template, at: this.now });
    const isTaken = await this.bring(fleet, template, { isRollingBack: false, random, sleep });
    if (isTaken && (isMended || !happens('rolledBack'))) {
      return;
    }
    // Something else of the stack fails, or CloudFormation hears nothing of the function.
    await sleep(60 + random() * 3 * 3600);
    this.deployed.set(name, before);
    await this.bring(fleet, before.template, { isRollingBack: true, random, sleep });
  }

  /** The launch template, then the custom resource, then the group, as CloudFormation has them; whether the group has it. */
  private async bring(
    fleet: InstalledFleet,
    template: string,
    { isRollingBack, random, sleep }: Means & { readonly isRollingBack: boolean },
  ): Promise<boolean> {
    const { installation, oracle, plant = (_fleet, given) => given, rate } = this.options;
    const { names, plan, simulated } = fleet;
    const base = simulated.group.template.add(
      { amiId: undefined, userData: template },
      installation.clock.now(),
    );
    const isCut = !isRollingBack && random() < rate('cut');
    const { control, parameters } = isCut
      ? cutOff(this.portsOf(fleet), 1 + Math.floor(random() * 12), random() < 0.5)
      : this.portsOf(fleet);
    const ports = plant(fleet, {
      control,
      parameters,
      live: () => {
        const { group } = simulated;
        return Promise.resolve({ version: group.version, amiId: group.amiOf(group.version) });
      },
      isRollingBack: () => Promise.resolve(isRollingBack),
      now: () => installation.clock.now(),
      sleep,
    });
    const request = { fleet: plan.name, baseVersion: String(base.number), channel: CURRENT, ...names };
    try {
      const { version } = await cloneWithLiveAmi(ports, request);
      await sleep(GROUP_SECONDS);
      oracle.deployed(fleet, version);
      await fleetInMemory(simulated).control.useLaunchTemplateVersion(version);
      this.pausedUntil.delete(plan.name);
      return true;
    } catch (error) {
      if (isRollingBack) {
        oracle.stuck(fleet, String(error));
      }
      return false;
    } finally {
      installation.wake(fleet);
    }
  }

  /** The fleet's own, and a note of each pause. */
  private portsOf(fleet: InstalledFleet) {
    const { plan, simulated, store } = fleet;
    return {
      ...fleetInMemory(simulated),
      notifier: { notify: () => Promise.resolve() },
      now: () => this.options.installation.clock.now(),
      parameters: {
        get: (name: string) => store.get(name),
        below: (path: string) => store.below(path),
        put: async (name: string, value: string) => {
          this.options.oracle.wrote(fleet, name);
          await store.put(name, value);
          this.pausedUntil.set(plan.name, this.now + PAUSE);
          this.options.installation.wake(fleet);
        },
      },
    };
  }

  /** Does work that sleeps; what it does between two sleeps is done before anything else happens. */
  private begin(work: (sleep: Sleep) => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      let pause = resolve;
      const sleep: Sleep = (seconds) =>
        new Promise((goOn) => {
          this.options.installation.at(
            this.now + seconds * 1000,
            () =>
              new Promise<void>((next) => {
                pause = next;
                goOn();
              }),
          );
          pause();
        });
      work(sleep).then(() => {
        pause();
      }, reject);
    });
  }

  private get now(): number {
    return this.options.installation.clock.now().getTime();
  }
}
