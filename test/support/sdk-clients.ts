import * as autoScaling from '@aws-sdk/client-auto-scaling';
import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as cloudwatchLogs from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecr from '@aws-sdk/client-ecr';
import * as ecs from '@aws-sdk/client-ecs';
import * as eventbridge from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as imagebuilder from '@aws-sdk/client-imagebuilder';
import * as kms from '@aws-sdk/client-kms';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as scheduler from '@aws-sdk/client-scheduler';
import * as secretsManager from '@aws-sdk/client-secrets-manager';
import * as serviceQuotas from '@aws-sdk/client-service-quotas';
import * as sfn from '@aws-sdk/client-sfn';
import * as sns from '@aws-sdk/client-sns';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import type { ServiceId } from '../../sim/account/service-models';

/** The client packages, by service. */
export const SDK_PACKAGES: Readonly<Record<ServiceId, Readonly<Record<string, unknown>>>> = {
  'auto-scaling': autoScaling,
  cloudformation,
  'cloudwatch-logs': cloudwatchLogs,
  ec2,
  ecr,
  ecs,
  eventbridge,
  iam,
  imagebuilder,
  kms,
  lambda,
  s3,
  scheduler,
  'secrets-manager': secretsManager,
  'service-quotas': serviceQuotas,
  sfn,
  sns,
  ssm,
  sts,
};

/** A client of the SDK, as far as every client is the same. */
export interface AnyClient {
  send(command: object): Promise<object>;
  destroy(): void;
}

type Constructor<T> = new (options: object) => T;

/** The class of a command of the real SDK. */
export function commandClass(service: ServiceId, operation: string): Constructor<object> {
  return exportOf(service, `${operation}Command`) as Constructor<object>;
}

/** The class of a service's client. */
export function clientClass(service: ServiceId): Constructor<AnyClient> {
  const name = Object.keys(SDK_PACKAGES[service]).find((one) => /^[A-Z]\w*Client$/.test(one));
  return exportOf(service, name ?? '') as Constructor<AnyClient>;
}

function exportOf(service: ServiceId, name: string): unknown {
  const found = SDK_PACKAGES[service][name];
  if (found === undefined) {
    throw new Error(`The client package of ${service} exports no ${name}.`);
  }
  return found;
}
