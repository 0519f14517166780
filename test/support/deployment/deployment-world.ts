import type { FleetState } from '../../../lib/contract/documents/fleet-state';
import type { Channel } from '../../../lib/contract/documents/publication';
import type { ObservedCall } from '../../../sim/account/simulated-accounts';
import type { Environment } from '../../../sim/aws/cloudformation/environment';
import { RunningAccount } from '../../../sim/deployment/running-account';
import { memoryRegistry, shapeOf } from '../../../sim/registry/memory-registry';
import type { Stacks } from './releases';

const PATH = '/winbake/2022-core';
const TICK_SECONDS = 30;

/** What a test says of a world. */
export interface WorldOptions {
  readonly environment?: Environment;
  readonly start?: string;
  /** Of a seed, for faults of the services; absent: days without. */
  readonly random?: () => number;
  /** What CloudFormation comes to as early as it may, by type; absent: nothing. */
  readonly isEarly?: (type: string) => boolean;
  /** Seconds from the start of an execution to its first state; absent: so long that the second stack of an app is there. */
  readonly startSeconds?: number;
  /** Called before each call of the SDK that functions, state machines and instances make; their number begins with 1. */
  readonly onCall?: (call: ObservedCall, number: number) => unknown;
}

/** An account with the app of `release`. `run` does the work of a test. */
export class DeploymentWorld extends RunningAccount {
  /** The revision of all images that the registry shows. */
  revision = 4294;
  calls = 0;
  private isCounting = false;

  constructor({ onCall, start = '2025-10-20T00:00:00Z', ...options }: WorldOptions = {}) {
    super({
      ...options,
      start,
      openRegistry: () => ({
        ...memoryRegistry(shapeOf(this.shown)),
        traffic: {} as never,
        close: () => Promise.resolve(),
      }),
      onCall: (call, isDeployment) => {
        if (!this.isCounting || isDeployment) {
          return undefined;
        }
        this.calls += 1;
        return onCall?.(call, this.calls);
      },
    });
  }

  /** From now on calls are counted. */
  count(): void {
    this.isCounting = true;
  }

  /** Deploys both stacks, the pipeline first. */
  async deploy({ platform, shop }: Stacks): Promise<void> {
    await this.deployment(() => this.account.deploy(platform));
    await this.deployment(() => this.account.deploy(shop));
  }

  /** Deletes stacks in this order. */
  async delete(...names: readonly ('Platform' | 'Shop')[]): Promise<void> {
    for (const name of names) {
      await this.deployment(() => this.account.formation.delete(name, this.account.environment));
    }
  }

  /** Waits until something is so, for days at most. */
  async until(isSo: () => boolean, what: string, days = 4): Promise<void> {
    const end = this.clock.now().getTime() + days * 24 * 3_600_000;
    while (!isSo()) {
      if (this.clock.now().getTime() > end) {
        const { ends, failures, fleet: { rollout, last } = {}, latest, running } = this;
        const state = { at: this.clock.now(), latest, running, rollout, last, failures };
        throw new Error(`${what} has not come: ${JSON.stringify(state)}; ${ends.join('; ')}`);
      }
      await this.clock.pass(TICK_SECONDS);
    }
  }

  /** Waits until what was published last runs on the fleet, and nothing is under way. */
  settle(revision = this.revision): Promise<void> {
    return this.until(() => {
      const { fleet, latest } = this;
      return (
        latest?.osVersion === `10.0.20348.${revision}` &&
        fleet?.rollout === null &&
        fleet.amiId === latest.amiId &&
        this.running.length > 0 &&
        // Instances of an equal publication are no reason for a refresh.
        this.running.every((amiId) => amiId === latest.amiId || fleet.equalAmis.includes(amiId)) &&
        this.refreshes.every((status) => /^(Cancelled|Failed|RollbackSuccessful|Successful)$/.test(status)) &&
        !this.isBaking
      );
    }, `The rollout of ${revision}`);
  }

  private get shown() {
    const { revision } = this;
    return { servercore: revision, nanoserver: revision, iis: revision, aspnet: revision };
  }

  /** The publication that is newest, as the channel `latest` has it. */
  get latest(): Channel | undefined {
    return this.document(`${PATH}/latest/publication`) as Channel | undefined;
  }

  get fleet(): FleetState | undefined {
    return this.document('/winbake/fleets/cluster-2022-core/state') as FleetState | undefined;
  }

  /** The AMIs of the fleet's instances. */
  get running(): readonly string[] {
    return this.account.fleets
      .at(this.account.environment)
      .flatMap(({ instances }) => instances.map(({ amiId }) => amiId));
  }

  /** Whether every instance has the launch template that the group has, but for its AMI. */
  get hasOneTemplate(): boolean {
    return this.account.fleets.at(this.account.environment).every(({ group, instances }) => {
      const userDataOf = (version: string) => group.template.find(version)?.userData;
      return instances.every(({ version }) => userDataOf(version) === userDataOf(group.version));
    });
  }

  /** The refreshes of the fleet's group by their end. */
  get refreshes(): readonly string[] {
    return this.account.fleets
      .at(this.account.environment)
      .flatMap(({ group }) => group.refreshes.map(({ status }) => status));
  }

  /** Why bakes failed. */
  get failedBakes(): readonly string[] {
    return this.account.imageBuilder.all.flatMap(({ outcome }) => outcome.failure?.reason ?? []);
  }

  private document(name: string): unknown {
    const { account, clock } = this;
    const text = account.world.ssm.read(account.environment, name, clock.now());
    return text === undefined ? undefined : JSON.parse(text);
  }
}
