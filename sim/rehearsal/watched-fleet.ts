import { createRollout, type RolloutAnswer } from '../../lib/handlers/rollout';
import type { SimulatedFleet } from '../aws/fleet/simulated-fleet';
import { callerOf } from '../aws/iam/role-policies';
import type { VirtualClock } from '../clock/virtual-clock';
import type { ReportedFleet } from './rehearsal-report';
import type { SimulatedAccount } from './simulated-account';
import type { TemplateFunction } from './template-functions';

/** A fleet of the assembly that follows a channel of the pipeline. */
export interface DeployedFleet {
  readonly rollout: TemplateFunction;
  readonly fleet: SimulatedFleet;
}

/** What a rehearsal's fleets work with, besides themselves. */
export interface RolloutContext {
  readonly account: SimulatedAccount;
  readonly clock: VirtualClock;
}

/** The rollout function of a fleet on the simulated account; `tell` hears what people are notified. */
function rolloutOf(
  { account, clock }: RolloutContext,
  { fleet, rollout }: DeployedFleet,
  notify: (subject: string, text: string) => void = () => undefined,
) {
  const caller = callerOf(account.stacks, rollout.roleArn);
  const rolling = createRollout(
    {
      control: fleet.control(caller),
      hosts: fleet.hosts(caller),
      parameters: account.parameters.store(caller),
      leases: account.parameters.versioned(caller),
      notifier: {
        notify: (subject, text) => {
          notify(subject, text);
          return Promise.resolve();
        },
      },
      now: () => clock.now(),
      log: { info: () => undefined, error: () => undefined },
      metrics: { record: () => undefined },
    },
    { ...rollout.environment, AWS_REGION: account.environment.region },
  );
  let requests = 0;
  return () => {
    requests += 1;
    return rolling(`request-${requests}`);
  };
}

/** The AMIs of instances by their ids. */
type Running = ReadonlyMap<string, string>;

/** A fleet that is looked at, with what is worth telling of it. */
export class WatchedFleet {
  private readonly notified: { readonly at: Date; readonly subject: string }[] = [];
  private readonly rollout: () => Promise<RolloutAnswer>;
  private before: Running;
  private during: Running | undefined;
  private since: Date;

  constructor(
    private readonly context: RolloutContext,
    readonly deployed: DeployedFleet,
  ) {
    this.since = context.clock.now();
    this.before = this.running();
    this.rollout = rolloutOf(context, deployed, (subject) => {
      this.notified.push({ at: context.clock.now(), subject });
    });
  }

  /** Lets the rollout function look, and keeps what ran when the first new instance was there. */
  async poll(): Promise<RolloutAnswer> {
    const answer = await this.rollout();
    const running = this.running();
    if (this.during === undefined && [...running.keys()].some((id) => !this.before.has(id))) {
      this.during = running;
    }
    return answer;
  }

  /** Lets the report begin with what runs now. */
  beginReport(): void {
    this.since = this.context.clock.now();
    this.before = this.running();
    this.during = undefined;
  }

  /** What happened since the report began. */
  report(): ReportedFleet {
    const { fleet, rollout } = this.deployed;
    const after = this.running();
    const during = this.during ?? after;
    const ids = new Set([...this.before.keys(), ...during.keys(), ...after.keys()]);
    return {
      fleet: rollout.environment['WINBAKE_FLEET'] ?? '',
      refreshes: fleet.group.refreshesSince(this.since),
      notified: this.notified.filter(({ at }) => at >= this.since).map(({ subject }) => subject),
      instances: [...ids].map((id) => ({
        id,
        before: this.before.get(id) ?? null,
        during: during.get(id) ?? null,
        after: after.get(id) ?? null,
      })),
    };
  }

  private running(): Running {
    return new Map(this.deployed.fleet.instances.map(({ amiId, id }) => [id, amiId]));
  }
}
