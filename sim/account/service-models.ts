import autoScaling from './models/auto-scaling.json';
import cloudformation from './models/cloudformation.json';
import cloudwatchLogs from './models/cloudwatch-logs.json';
import ec2 from './models/ec2.json';
import ecs from './models/ecs.json';
import eventbridge from './models/eventbridge.json';
import iam from './models/iam.json';
import imagebuilder from './models/imagebuilder.json';
import kms from './models/kms.json';
import lambda from './models/lambda.json';
import s3 from './models/s3.json';
import scheduler from './models/scheduler.json';
import serviceQuotas from './models/service-quotas.json';
import sfn from './models/sfn.json';
import sns from './models/sns.json';
import ssm from './models/ssm.json';
import sts from './models/sts.json';

/** A shape of a service's model: what a value may be. */
export interface Shape {
  readonly type: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  /** The names of shapes, or of types that nothing limits. */
  readonly members?: Readonly<Record<string, string>>;
  readonly required?: readonly string[];
  /** Members that the SDK fills in by itself, such as client tokens. */
  readonly filled?: readonly string[];
  /** Whether exactly one member is given. */
  readonly union?: boolean;
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
}

/** An operation of a service: the names of its shapes, and the HTTP status of the errors that it declares. */
export interface OperationModel {
  readonly input: string | null;
  readonly output: string | null;
  readonly errors: Readonly<Record<string, number>>;
}

/** What AWS's own model says of the operations that Winbake sends to a service. */
export interface ServiceModel {
  /** Which model this is, and whose. */
  readonly source: string;
  readonly protocol: string;
  readonly operations: Readonly<Record<string, OperationModel>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/**
 * The models of services, by the name of their client's package; `tools/build/aws-models.py` writes them from botocore.
 */
export const SERVICE_MODELS = {
  'auto-scaling': autoScaling,
  cloudformation,
  'cloudwatch-logs': cloudwatchLogs,
  ec2,
  ecs,
  eventbridge,
  iam,
  imagebuilder,
  kms,
  lambda,
  s3,
  scheduler,
  'service-quotas': serviceQuotas,
  sfn,
  sns,
  ssm,
  sts,
} as unknown as Readonly<Record<ServiceId, ServiceModel>>;

/** A service, as the package of its client is named: `ssm` of `@aws-sdk/client-ssm`. */
export type ServiceId =
  | 'auto-scaling'
  | 'cloudformation'
  | 'cloudwatch-logs'
  | 'ec2'
  | 'ecs'
  | 'eventbridge'
  | 'iam'
  | 'imagebuilder'
  | 'kms'
  | 'lambda'
  | 's3'
  | 'scheduler'
  | 'service-quotas'
  | 'sfn'
  | 'sns'
  | 'ssm'
  | 'sts';
