import type { RolledFleet } from '../../lib/contract/values/rollout-policy';
import type { SimulatedFleet } from '../aws/fleet/simulated-fleet';
import type { VirtualClock } from '../clock/virtual-clock';
import type { ReportedFleet } from './rehearsal-report';
import type { SimulatedAccount } from './simulated-account';
import type { TemplateFunction } from './template-functions';

/** A fleet of the assembly that follows a channel of the pipeline. */
export interface DeployedFleet {
  /** What its stack says of it. */
  readonly settings: RolledFleet;
  /** The function of all fleets of its stack. */
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

/** A fleet that is watched, with what is worth reporting of it. */
export class WatchedFleet {
  /** The notices of a fleet without a topic, which stand in its log. */
  private readonly logged: { readonly at: Date; readonly subject: string }[] = [];
  private before: Running;
  private during: Running | undefined;
  /** Of every poll since the report began: hours that an instance was without what Microsoft released. */
  private unpatched: number[] = [];
  /** When the last of it was measured; milliseconds since 1970. */
  private measuredAt = 0;
  private since: Date;

  constructor(
    private readonly context: RolloutContext,
    readonly deployed: DeployedFleet,
  ) {
    const { account, clock } = context;
    this.since = clock.now();
    this.before = this.running();
    account.functions.onLine((functionArn, line) => {
      if (functionArn === deployed.rollout.arn) {
        this.observe(line, clock.now());
      }
    });
  }

  /** Lets the report begin with what runs now. */
  beginReport(): void {
    this.since = this.context.clock.now();
    this.before = this.running();
    this.during = undefined;
    this.unpatched = this.unpatched.slice(-1);
  }

  /** What happened since the report began. */
  report(): ReportedFleet {
    const { fleet, settings } = this.deployed;
    const { fleet: name, policy, topicArn: topic } = settings;
    const after = this.running();
    const during = this.during ?? after;
    const ids = new Set([...this.before.keys(), ...during.keys(), ...after.keys()]);
    const published = this.context.account.world.sns.messages.filter(
      ({ subject, topicArn }) => topicArn === topic && subject.startsWith(subjectStart(name)),
    );
    return {
      fleet: name,
      refreshes: fleet.group.refreshesSince(this.since),
      hoursToLastInstance: (this.unpatched.at(-1) ?? 0) > 0 ? null : Math.max(0, ...this.unpatched),
      patchWithinHours: policy.patchWithinSeconds / 3600,
      notified: [...published, ...this.logged]
        .filter(({ at }) => at >= this.since)
        .map(({ subject }) => subject),
      instances: [...ids].map((id) => ({
        id,
        before: this.before.get(id) ?? null,
        during: during.get(id) ?? null,
        after: after.get(id) ?? null,
      })),
    };
  }

  /** Keeps what ran when the first new instance was there, and notices that go to the log alone. */
  private observe(line: string, at: Date): void {
    const { fleet: name } = this.deployed.settings;
    const {
      Fleet: measured,
      HoursUnpatched: hours,
      message = '',
    } = JSON.parse(line) as {
      readonly Fleet?: string;
      readonly HoursUnpatched?: number;
      readonly message?: string;
    };
    if (hours !== undefined && measured === name) {
      const before = this.unpatched.at(-1) ?? 0;
      // Hours passed up to the poll that found all instances patched, too.
      const passed = hours === 0 && before > 0 ? (at.getTime() - this.measuredAt) / 3_600_000 : 0;
      this.unpatched.push(...(passed > 0 ? [before + passed] : []), hours);
      this.measuredAt = at.getTime();
    }
    if (message.startsWith(subjectStart(name))) {
      this.logged.push({ at, subject: message });
    }
    const running = this.running();
    if (this.during === undefined && [...running.keys()].some((id) => !this.before.has(id))) {
      this.during = running;
    }
  }

  private running(): Running {
    return new Map(this.deployed.fleet.instances.map(({ amiId, id }) => [id, amiId]));
  }
}

/** How the subjects of a fleet's notices begin. */
function subjectStart(fleet: string): string {
  return `Winbake fleet ${fleet}: `;
}
