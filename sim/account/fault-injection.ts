import { TooManyUpdates } from '@aws-sdk/client-ssm';
import type { Place } from './commands/command-row';
import { IamPropagation } from './iam-propagation';
import type { InterceptedCall } from './intercept';
import { page } from './provenance';
import type { ServiceId } from './service-models';
import { declared, Refusal } from './simulated-service';
import { Throttles } from './throttling';

/** What injected faults depend on. */
export interface FaultInjectionOptions {
  /** Between 0 and 1, the same for the same seed. */
  readonly random: () => number;
  readonly now: () => Date;
  /** Lets virtual time pass. */
  readonly pass: (milliseconds: number) => Promise<void>;
}

/** A read that was made before, and what it gave before the last write. */
interface KnownRead {
  readonly run: () => Promise<object>;
  old?: { readonly until: number; readonly give: () => Promise<object> };
}

/**
 * Services whose reads may be old after a write. S3 is not among them, nor is anything within one call.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel
 */
const EVENTUAL: ReadonlySet<ServiceId> = new Set([
  // https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
  'ec2',
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
  'ecs',
  // https://github.com/hashicorp/terraform-provider-aws/pull/40088
  'auto-scaling',
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ssm-parameter.html
  'ssm',
]);

/** Reads that are remembered for each service, account and region. */
const MOST_READS = 40;

/** How often, of calls or events, what happens. */
const CHANCES = {
  busy: 0.004,
  stale: 0.5,
  concurrent: 0.01,
  hangs: 0.001,
  lost: 0.15,
  twice: 0.2,
  late: 0.2,
};

/** The longest that something takes, in milliseconds. */
const LONGEST = {
  call: 200,
  busy: 6000,
  stale: 5000,
  check: 20_000,
  hang: 200_000,
  event: 5000,
  late: 600_000,
};

/** Attempts of the SDK's standard retry mode, and the longest wait before its first retry of a throttled call. */
const ATTEMPTS = 3;
const THROTTLING_DELAY = 1000;

/**
 * What happens to calls and events of accounts on a bad day: they are late, lost, repeated, refused or show what was before.
 * Events of services are sent to the best of their ability, and EventBridge keeps no order.
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/event-delivery-level.html
 */
export class FaultInjection {
  readonly iam: IamPropagation;
  private readonly throttles = new Throttles();
  private readonly reads = new Map<string, Map<string, KnownRead>>();

  constructor(private readonly options: FaultInjectionOptions) {
    this.iam = new IamPropagation(options);
  }

  /** After how many milliseconds an event arrives: never, once or twice. */
  readonly deliveries = (): readonly number[] => {
    const times = this.happens(CHANCES.lost) ? 0 : this.happens(CHANCES.twice) ? 2 : 1;
    return Array.from({ length: times }, () =>
      this.upTo(this.happens(CHANCES.late) ? LONGEST.late : LONGEST.event),
    );
  };

  /** How long Parameter Store checks an AMI. */
  readonly imageCheckMilliseconds = (): number => this.upTo(LONGEST.check);

  /** Whether a conditional write to S3 meets another at that moment. */
  readonly isContended = (): boolean => this.happens(CHANCES.concurrent);

  /** Gives the answer of a service, later and by way of the SDK's retries; throws the `Refusal` that is left after them. */
  async answer(call: InterceptedCall, place: Place, run: () => Promise<object>): Promise<object> {
    await this.withRetries(call, place);
    if (!EVENTUAL.has(call.service)) {
      return run();
    }
    const key = `${call.service} ${place.account} ${place.region}`;
    const reads = this.reads.get(key) ?? new Map<string, KnownRead>();
    this.reads.set(key, reads);
    if (/^(?:Get|Describe|List)/.test(call.operation)) {
      return this.read(reads, `${call.operation} ${JSON.stringify(call.input)}`, run);
    }
    const old = await Promise.all(
      [...reads.values()].map(async (read) => ({ read, give: await kept(read.run) })),
    );
    const output = await run();
    old.forEach(({ give, read }) => {
      read.old = { until: this.now + this.upTo(LONGEST.stale), give };
    });
    return output;
  }

  private get now(): number {
    return this.options.now().getTime();
  }

  /**
   * The SDK's standard retries, which lie behind the step at which calls are taken.
   * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
   */
  private async withRetries({ operation, service }: InterceptedCall, place: Place): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      await this.options.pass(this.upTo(this.happens(CHANCES.hangs) ? LONGEST.hang : LONGEST.call));
      if (`${service}.${operation}` === 'ssm.PutParameter' && this.happens(CHANCES.concurrent)) {
        // No error that the SDK tries again.
        throw declared(
          TooManyUpdates,
          'There are concurrent updates for a resource that supports one update at a time.',
          page('https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html'),
        );
      }
      const drained = this.happens(CHANCES.busy) ? this.upTo(LONGEST.busy) : undefined;
      const where = { service, operation, place: `${place.account} ${place.region}` };
      const refusal = this.throttles.refusalOf(where, this.now, drained);
      if (refusal === undefined) {
        return;
      }
      if (attempt === ATTEMPTS) {
        throw refusal;
      }
      await this.options.pass(this.upTo(THROTTLING_DELAY * 2 ** (attempt - 1)));
    }
  }

  private async read(
    reads: Map<string, KnownRead>,
    key: string,
    run: () => Promise<object>,
  ): Promise<object> {
    const { old } = reads.get(key) ?? {};
    const isOld = old !== undefined && this.now < old.until;
    reads.delete(key);
    reads.set(key, isOld ? { run, old } : { run });
    const [first = key] = reads.keys();
    if (reads.size > MOST_READS) {
      reads.delete(first);
    }
    return isOld && this.happens(CHANCES.stale) ? old.give() : run();
  }

  private happens(chance: number): boolean {
    return this.options.random() < chance;
  }

  private upTo(most: number): number {
    return Math.floor(this.options.random() * most);
  }
}

/** What a read gives now, to be given once more later. */
async function kept(run: () => Promise<object>): Promise<() => Promise<object>> {
  try {
    const output = await run();
    return () => Promise.resolve(output);
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    return () => Promise.reject(error);
  }
}
