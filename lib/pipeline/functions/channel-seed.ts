import { CustomResource, Duration } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct, type IDependable } from 'constructs';
import type { WindowsOs } from '../../ami/windows-os';
import { scriptsKey } from '../../contract/names/bucket-keys';
import type { SeededPipeline, SeedEnvironment, StoredScripts } from '../../contract/names/environment';
import { allow } from '../../internal/allow';
import { HandlerFunction } from '../../internal/handler-function';
import { allowKeyUse } from '../../internal/keys';
import { ResourceProvider } from '../../internal/resource-provider';
import type { InstanceScripts, StoredScriptsArchive } from '../image/bake-recipe';
import type { BaseAmiSource } from '../props/base-ami';
import { allowChannelWrites } from './permissions';

/** The channels of one pipeline, and what they point to until something was published. */
export interface SeededChannels {
  /** The id of its resource. */
  readonly id: string;
  readonly os: WindowsOs;
  readonly parameterPath: string;
  readonly baseAmi: Pick<BaseAmiSource, 'parameterArn' | 'parameterName'>;
}

/** Which channels are seeded. */
export interface ChannelSeedProps {
  /** Whose channels they are, as a person reads it. */
  readonly of: string;
  readonly seeded: readonly SeededChannels[];
  readonly logRetention: RetentionDays;
  readonly encryptionKey: IKey | undefined;
  /** The ARN of what a deployment starts; left out where nothing is baked. */
  readonly stateMachineArn?: string;
}

/**
 * Points channels to the plain base AMI where nothing was published yet, so that fleets can be deployed before the first bake
 * has ended, and starts a rebake. What is there already stays.
 */
export class ChannelSeed extends Construct {
  private readonly serviceToken: string;
  private readonly role: Role;
  private readonly seeds: readonly CustomResource[];

  constructor(
    scope: Construct,
    id: string,
    { encryptionKey, logRetention, of, seeded, stateMachineArn }: ChannelSeedProps,
  ) {
    super(scope, id);
    const handler = new HandlerFunction<SeedEnvironment>(this, 'Handler', {
      handler: 'seed',
      description: `Winbake ${of}: seeds the channels with the base AMI`,
      timeout: Duration.minutes(5),
      logRetention,
      encryptionKey,
      environment: { WINBAKE_STATE_MACHINE_ARN: stateMachineArn ?? '' },
    });
    if (stateMachineArn !== undefined) {
      allow(handler.role, { actions: ['states:StartExecution'], resources: [stateMachineArn] });
    }
    allow(handler.role, {
      actions: ['ssm:GetParameter'],
      resources: [...new Set(seeded.map(({ baseAmi }) => baseAmi.parameterArn))],
    });
    allowChannelWrites(
      handler.role,
      seeded.map(({ parameterPath }) => parameterPath),
    );
    const { serviceToken } = new ResourceProvider(this, 'Provider', {
      handler: handler.function,
      logRetention,
      encryptionKey,
    });
    this.serviceToken = serviceToken;
    this.role = handler.role;
    this.seeds = seeded.map(({ baseAmi, id: seedId, os, parameterPath }) => {
      const properties: SeededPipeline = {
        os: os.name,
        parameterPath,
        baseAmiParameter: baseAmi.parameterName,
      };
      return new CustomResource(this, seedId, {
        serviceToken,
        resourceType: 'Custom::WinbakeSeed',
        properties: { ...properties },
      });
    });
  }

  /** Seeds, and so starts the first rebake, once that is there with all that it may do and call. */
  public seedAfter(rebake: IDependable): void {
    this.seeds.forEach((seed) => {
      seed.node.addDependency(rebake);
    });
  }

  /**
   * Stores the instance scripts in the pipeline's bucket at each deployment that brings others. The role of
   * the instances may read those of the earlier ones too, which a bake that began before asks for until its end.
   */
  public storeScripts(
    { bucket: source, s3ObjectKey, sha256 }: InstanceScripts,
    bucket: IBucket,
  ): StoredScriptsArchive {
    const key = scriptsKey(sha256);
    allow(this.role, { actions: ['s3:GetObject'], resources: [source.arnForObjects(s3ObjectKey)] });
    allow(this.role, { actions: ['s3:PutObject'], resources: [bucket.arnForObjects(key)] });
    // It writes the archive, and reads nothing of the bucket.
    allowKeyUse(this.role, bucket.encryptionKey, 's3', ['kms:GenerateDataKey']);
    const properties: StoredScripts = {
      archiveBucket: source.bucketName,
      archiveKey: s3ObjectKey,
      bucket: bucket.bucketName,
      key,
    };
    const stored = new CustomResource(this, 'Scripts', {
      serviceToken: this.serviceToken,
      resourceType: 'Custom::WinbakeScripts',
      properties: { ...properties },
    });
    // What the function may do is a resource of its own.
    stored.node.addDependency(this.role);
    return { uri: bucket.s3UrlForObject(key), sha256, stored };
  }
}
