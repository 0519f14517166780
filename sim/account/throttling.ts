import { AutoScalingServiceException } from '@aws-sdk/client-auto-scaling';
import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { ECSServiceException } from '@aws-sdk/client-ecs';
import { ImagebuilderServiceException } from '@aws-sdk/client-imagebuilder';
import { SSMServiceException } from '@aws-sdk/client-ssm';
import { assumed, page, type Provenance } from './provenance';
import type { ServiceId } from './service-models';
import { undeclared, type Refusal, type ServiceExceptionClass } from './simulated-service';

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

/** The first limit whose operations are meant counts. */
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
  imagebuilder: {
    limits: [{ operations: /./, isEach: false, burst: 10, perSecond: 5 }],
    ServiceException: ImagebuilderServiceException,
    error: { name: 'CallRateLimitExceededException', status: 429, message: RATE_EXCEEDED },
    provenance: assumed('The rates of calls that Image Builder takes; its model names the error.'),
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
export class Throttles {
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
