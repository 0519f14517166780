import { AutoScalingServiceException } from '@aws-sdk/client-auto-scaling';
import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { ECSServiceException } from '@aws-sdk/client-ecs';
import { EventBridgeServiceException } from '@aws-sdk/client-eventbridge';
import { ImagebuilderServiceException } from '@aws-sdk/client-imagebuilder';
import { LambdaServiceException } from '@aws-sdk/client-lambda';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { SFNServiceException } from '@aws-sdk/client-sfn';
import { SNSServiceException } from '@aws-sdk/client-sns';
import { SSMServiceException } from '@aws-sdk/client-ssm';
import { STSServiceException } from '@aws-sdk/client-sts';
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
