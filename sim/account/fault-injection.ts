import { SSMServiceException, TooManyUpdates } from '@aws-sdk/client-ssm';
import { AutoScalingServiceException } from '@aws-sdk/client-auto-scaling';
import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { ECSServiceException } from '@aws-sdk/client-ecs';
import { EventBridgeServiceException } from '@aws-sdk/client-eventbridge';
import { ImagebuilderServiceException } from '@aws-sdk/client-imagebuilder';
import { LambdaServiceException } from '@aws-sdk/client-lambda';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { SFNServiceException } from '@aws-sdk/client-sfn';
import { SNSServiceException } from '@aws-sdk/client-sns';
import { STSServiceException } from '@aws-sdk/client-sts';
import type { Place } from './commands/command-row';
import { IamPropagation } from './iam-propagation';
import type { InterceptedCall } from './intercept';
import type { Principal } from './principal';
import { assumed, page, type Provenance } from './provenance';
import type { ServiceId } from './service-models';
import { declared, Refusal, type ServiceExceptionClass, undeclared } from './simulated-service';

/** What injected faults depend on. */
export interface FaultInjectionOptions {
  /** Between 0 and 1, the same for the same seed. */
  readonly random: () => number;
  readonly now: () => Date;
  /** Lets virtual time pass. */
  readonly pass: (milliseconds: number) => Promise<void>;
  /** Whether it is a bad day; absent: always. */
  readonly isOn?: (() => boolean) | undefined;
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
    if (!this.isOn) {
      return [0];
    }
    const times = this.happens(CHANCES.lost) ? 0 : this.happens(CHANCES.twice) ? 2 : 1;
    return Array.from({ length: times }, () =>
      this.upTo(this.happens(CHANCES.late) ? LONGEST.late : LONGEST.event),
    );
  };

  /** How long Parameter Store checks an AMI. */
  readonly imageCheckMilliseconds = (): number => (this.isOn ? this.upTo(LONGEST.check) : 0);

  /** Whether a conditional write to S3 meets another at that moment. */
  readonly isContended = (): boolean => this.isOn && this.happens(CHANCES.concurrent);

  /** A caller as a service sees it that has not heard of its new statements; undefined where it knows them all. */
  knownOf(caller: Principal): Principal | undefined {
    return this.isOn ? this.iam.knownOf(caller) : undefined;
  }

  /** Gives the answer of a service, later and by way of the SDK's retries; throws the `Refusal` that is left after them. */
  async answer(call: InterceptedCall, place: Place, run: () => Promise<object>): Promise<object> {
    if (!this.isOn) {
      return run();
    }
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

  private get isOn(): boolean {
    return this.options.isOn?.() ?? true;
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

/** How many calls of an account and region a service takes: so many at once, and so many a second after that. */
interface RateLimit {
  readonly operations: RegExp;
  /** Whether each of the operations has a bucket of its own. */
  readonly isEach: boolean;
  readonly burst: number;
  readonly perSecond: number;
}

/** What a service takes, and what it says beyond that. */
interface Throttling {
  readonly limits: readonly RateLimit[];
  readonly ServiceException: ServiceExceptionClass;
  readonly error: { readonly name: string; readonly status: number; readonly message: string };
  readonly provenance: Provenance;
}

const RATE_EXCEEDED = 'Rate exceeded';

/** The first limit whose operations are meant counts. Where regions differ, it is that of the region with the least. */
const SERVICES: Partial<Readonly<Record<ServiceId, Throttling>>> = {
  'auto-scaling': {
    limits: [{ operations: /./, isEach: false, burst: 20, perSecond: 10 }],
    ServiceException: AutoScalingServiceException,
    // https://github.com/kubernetes/autoscaler/issues/252
    error: { name: 'Throttling', status: 400, message: RATE_EXCEEDED },
    provenance: assumed('The rates of calls that Auto Scaling takes; what it says beyond them is reported.'),
  },
  ec2: {
    limits: [
      { operations: /^CreateLaunchTemplateVersion$/, isEach: true, burst: 100, perSecond: 5 },
      { operations: /^CreateTags$/, isEach: true, burst: 100, perSecond: 10 },
      { operations: /^Describe/, isEach: true, burst: 100, perSecond: 20 },
      { operations: /./, isEach: true, burst: 50, perSecond: 5 },
    ],
    ServiceException: EC2ServiceException,
    error: { name: 'RequestLimitExceeded', status: 503, message: 'Request limit exceeded.' },
    provenance: page('https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html'),
  },
  ecs: {
    limits: [{ operations: /./, isEach: false, burst: 100, perSecond: 20 }],
    ServiceException: ECSServiceException,
    error: { name: 'ThrottlingException', status: 400, message: RATE_EXCEEDED },
    provenance: page('https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html'),
  },
  eventbridge: {
    limits: [{ operations: /^PutEvents$/, isEach: true, burst: 400, perSecond: 400 }],
    ServiceException: EventBridgeServiceException,
    // https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html
    error: { name: 'ThrottlingException', status: 400, message: RATE_EXCEEDED },
    provenance: page('https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html'),
  },
  imagebuilder: {
    limits: [{ operations: /./, isEach: false, burst: 10, perSecond: 5 }],
    ServiceException: ImagebuilderServiceException,
    error: { name: 'CallRateLimitExceededException', status: 429, message: RATE_EXCEEDED },
    provenance: assumed('The rates of calls that Image Builder takes; its model names the error.'),
  },
  lambda: {
    limits: [
      // Ten times the concurrency, which is ten in an account that is young.
      { operations: /^Invoke$/, isEach: true, burst: 100, perSecond: 100 },
      { operations: /./, isEach: false, burst: 15, perSecond: 15 },
    ],
    ServiceException: LambdaServiceException,
    // https://github.com/HumanCellAtlas/data-store/issues/1118
    error: { name: 'TooManyRequestsException', status: 429, message: 'Rate Exceeded.' },
    provenance: page('https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html'),
  },
  s3: {
    // As if all that is asked for lay under one prefix.
    limits: [
      { operations: /^(?:Get|List)/, isEach: false, burst: 5500, perSecond: 5500 },
      { operations: /./, isEach: false, burst: 3500, perSecond: 3500 },
    ],
    ServiceException: S3ServiceException,
    // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    error: { name: 'SlowDown', status: 503, message: 'Please reduce your request rate.' },
    provenance: page('https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html'),
  },
  sfn: {
    limits: [
      { operations: /^StartExecution$/, isEach: true, burst: 800, perSecond: 150 },
      { operations: /^StopExecution$/, isEach: true, burst: 500, perSecond: 25 },
      { operations: /^DescribeExecution$/, isEach: true, burst: 250, perSecond: 10 },
      { operations: /^DescribeStateMachine$/, isEach: true, burst: 200, perSecond: 20 },
    ],
    ServiceException: SFNServiceException,
    // https://github.com/HumanCellAtlas/data-store/issues/1061
    error: { name: 'ThrottlingException', status: 400, message: RATE_EXCEEDED },
    provenance: page('https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html'),
  },
  sns: {
    limits: [{ operations: /^Publish$/, isEach: true, burst: 300, perSecond: 300 }],
    ServiceException: SNSServiceException,
    // https://repost.aws/knowledge-center/sns-throttling-exception-errors
    error: { name: 'ThrottlingException', status: 400, message: RATE_EXCEEDED },
    provenance: page('https://docs.aws.amazon.com/general/latest/gr/sns.html'),
  },
  ssm: {
    limits: [
      { operations: /^Get/, isEach: false, burst: 40, perSecond: 40 },
      { operations: /./, isEach: true, burst: 3, perSecond: 3 },
    ],
    ServiceException: SSMServiceException,
    error: { name: 'ThrottlingException', status: 400, message: RATE_EXCEEDED },
    provenance: page('https://docs.aws.amazon.com/general/latest/gr/ssm.html#parameter-store'),
  },
  sts: {
    limits: [{ operations: /./, isEach: false, burst: 600, perSecond: 600 }],
    ServiceException: STSServiceException,
    // https://github.com/aws/aws-sdk-go-v2/issues/2481
    error: { name: 'Throttling', status: 400, message: RATE_EXCEEDED },
    provenance: page('https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html'),
  },
};

/** Tokens of one limit: each call takes one, and they come back in time. */
class TokenBucket {
  private tokens: number;

  constructor(
    private readonly limit: RateLimit,
    private at: number,
  ) {
    this.tokens = limit.burst;
  }

  take(now: number): boolean {
    const { burst, perSecond } = this.limit;
    this.tokens = Math.min(burst, this.tokens + ((now - this.at) / 1000) * perSecond);
    this.at = now;
    if (this.tokens < 1) {
      return false;
    }
    this.tokens -= 1;
    return true;
  }

  /** Somebody else of the account takes what is there, and what comes for some milliseconds. */
  drain(now: number, milliseconds: number): void {
    this.tokens = -(milliseconds / 1000) * this.limit.perSecond;
    this.at = now;
  }
}

/** The buckets of all accounts and regions, from which others take as well. */
class Throttles {
  private readonly buckets = new Map<string, TokenBucket>();

  /** The refusal of a call for which there is no token; `drained`: for so long others have taken them all. */
  refusalOf(
    {
      operation,
      place,
      service,
    }: { readonly service: ServiceId; readonly operation: string; readonly place: string },
    now: number,
    drained: number | undefined,
  ): Refusal | undefined {
    const throttling = SERVICES[service];
    const limit = throttling?.limits.find(({ operations }) => operations.test(operation));
    if (throttling === undefined || limit === undefined) {
      return undefined;
    }
    const key = [service, place, limit.isEach ? operation : String(limit.operations)].join(' ');
    const bucket = this.buckets.get(key) ?? new TokenBucket(limit, now);
    this.buckets.set(key, bucket);
    if (drained !== undefined) {
      bucket.drain(now, drained);
    }
    return bucket.take(now)
      ? undefined
      : undeclared(throttling.ServiceException, throttling.error, throttling.provenance);
  }
}
