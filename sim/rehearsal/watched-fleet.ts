import { WinbakeError } from '../../lib/contract/values/errors';
import type { RolloutAnswer } from '../../lib/handlers/rollout';
import type { SimulatedFleet } from '../aws/fleet/simulated-fleet';
import type { VirtualClock } from '../clock/virtual-clock';
import type { ReportedFleet } from './rehearsal-report';
import { FunctionError, type SimulatedAccount } from './simulated-account';
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

/** The AMIs of instances by their ids. */
type Running = ReadonlyMap<string, string>;

/** A fleet that is looked at, with what is worth telling of it. */
export class WatchedFleet {
  private readonly notified: { readonly at: Date; readonly subject: string }[] = [];
  private before: Running;
  private during: Running | undefined;
  private since: Date;

  constructor(
    private readonly context: RolloutContext,
    readonly deployed: DeployedFleet,
  ) {
    this.since = context.clock.now();
    this.before = this.running();
  }

  /** Lets the rollout function look, and keeps what ran when the first new instance was there. */
  async poll(): Promise<RolloutAnswer> {
    const { clock } = this.context;
    const { messages } = this.context.account.world.sns;
    const before = messages.length;
    const answer = await this.rollOut();
    this.notified.push(...messages.slice(before).map(({ subject }) => ({ at: clock.now(), subject })));
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

  /** Runs the function as its rules do, which need no role: the function itself lets them in. */
  private async rollOut(): Promise<RolloutAnswer> {
    const { account } = this.context;
    const { arn, environment } = this.deployed.rollout;
    try {
      return (await account.invoke(account.administrator, arn, {})) as RolloutAnswer;
    } catch (error) {
      throw error instanceof FunctionError ? failed(environment['WINBAKE_FLEET'] ?? '', error) : error;
    }
  }

  private running(): Running {
    return new Map(this.deployed.fleet.instances.map(({ amiId, id }) => [id, amiId]));
  }
}

function failed(fleet: string, cause: FunctionError): WinbakeError {
  return new WinbakeError('REHEARSAL_FAILED', `The rollout of ${fleet} failed: ${cause.thrown}`, { cause });
}
