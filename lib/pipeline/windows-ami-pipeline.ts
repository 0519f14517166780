import { type RemovalPolicy, Tags, Validations } from 'aws-cdk-lib';
import { Grant, type IGrantable, type IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnRule } from 'aws-cdk-lib/aws-rbin';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { IWindowsAmiPipeline, WindowsAmiPipelineAttributes } from '../ami/i-windows-ami-pipeline';
import { defaultPipelineName, type WindowsOs } from '../ami/windows-os';
import { catalogKey as keyOfCatalog } from '../contract/names/bucket-keys';
import { ACCEPT_ALIAS, PIPELINE_TAG, resourceNameOf } from '../contract/names/resources';
import { parseRelease } from '../contract/values/release';
import { DeadLetterQueue } from '../internal/dead-letter-queue';
import { letLogsUse } from '../internal/keys';
import { checkParameterPrefix, checkPipelineName, DEFAULT_PARAMETER_PREFIX } from '../internal/names';
import { NoticeTopic } from '../internal/notice-topic';
import { holdToServiceRules } from '../internal/service-rules';
import { ChannelSeed } from './functions/channel-seed';
import { OperateFunction } from './functions/operate-function';
import {
  DecideFunction,
  describePipeline,
  HousekeepingFunction,
  PipelineRecord,
  PublishFunction,
} from './functions/pipeline-functions';
import { BakePipeline, ExecutionRole } from './image/bake-pipeline';
import { BakeRecipe, InstanceRole, InstanceScripts } from './image/bake-recipe';
import { allowOwnImages } from './image/own-images';
import { pipelineNetwork } from './image/pipeline-network';
import { amiKeyOf, keyArnsOf } from './keys/ami-keys';
import { PipelineAlarms } from './pipeline-alarms';
import { PipelineBase } from './pipeline-base';
import { baseAmiSource } from './props/base-ami';
import { functionName, stateMachineArn } from './props/fixed-names';
import { pipelineSettings, type PipelineSettings } from './props/pipeline-settings';
import type { WindowsAmiPipelineProps } from './props/windows-ami-pipeline-props';
import { Rebake, RebakeSchedules } from './rebake/rebake';

/** How the documents of bakes are kept. */
interface BakeBucketProps {
  /** Undefined: S3 encrypts with a key of its own. */
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
}

/** The bucket of catalog, orders, publications, and what instances write: image manifests, verifications, failures. */
class BakeBucket extends Bucket {
  constructor(scope: Construct, id: string, { encryptionKey, removalPolicy }: BakeBucketProps) {
    super(scope, id, {
      ...(encryptionKey === undefined
        ? { encryption: BucketEncryption.S3_MANAGED }
        : { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }),
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      versioned: true,
      removalPolicy,
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'A few handlers and one instance at a time use it, and every object keeps its versions; a trail with data events says who.',
    });
  }
}

/**
 * Keeps what a prune removed in the Recycle Bin of the pipeline's region for some days. Rules work in their own region only.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin-create-rule.html
 */
class RecycleBin extends Construct {
  constructor(scope: Construct, id: string, { pipelineName, retention }: PipelineSettings) {
    super(scope, id);
    const days = retention.recycleBinDays;
    if (days === 0) {
      return;
    }
    for (const [kind, resourceType] of Object.entries({ Amis: 'EC2_IMAGE', Snapshots: 'EBS_SNAPSHOT' })) {
      new CfnRule(this, kind, {
        resourceType,
        description: `Winbake ${pipelineName}: what a prune removed`,
        resourceTags: [{ resourceTagKey: PIPELINE_TAG, resourceTagValue: pipelineName }],
        retentionPeriod: { retentionPeriodValue: days, retentionPeriodUnit: 'DAYS' },
      });
    }
  }
}

/** Grants calling exactly one function or alias: the grants of CDK take the aliases of a function along. */
function grantInvoke(grantee: IGrantable, arn: string): Grant {
  return Grant.addToPrincipal({ grantee, actions: ['lambda:InvokeFunction'], resourceArns: [arn] });
}

/** A pipeline that another app has deployed; what it has is known by fixed names. */
class ImportedPipeline extends PipelineBase {
  public readonly os: WindowsOs;
  public readonly pipelineName: string;
  public readonly parameterPrefix: string;
  public readonly parameterPath: string;

  constructor(scope: Construct, id: string, attributes: WindowsAmiPipelineAttributes) {
    const { account, region } = attributes;
    super(scope, id, {
      ...(account === undefined ? {} : { account }),
      ...(region === undefined ? {} : { region }),
    });
    this.os = attributes.os;
    this.pipelineName = attributes.pipelineName ?? defaultPipelineName(attributes.os);
    this.parameterPrefix = attributes.parameterPrefix ?? DEFAULT_PARAMETER_PREFIX;
    checkPipelineName(this, this.pipelineName);
    checkParameterPrefix(this, this.parameterPrefix);
    this.parameterPath = `${this.parameterPrefix}/${this.pipelineName}`;
  }

  public grantOperate(grantee: IGrantable): Grant {
    return grantInvoke(grantee, this.operateArn);
  }

  public grantAccept(grantee: IGrantable): Grant {
    return grantInvoke(grantee, `${this.operateArn}:${ACCEPT_ALIAS}`);
  }

  private get operateArn(): string {
    const { account, region } = this.env;
    const name = functionName({ resourceName: resourceNameOf(this.pipelineName) }, 'operate');
    return `arn:${this.stack.partition}:lambda:${region}:${account}:function:${name}`;
  }
}

/**
 * Turns every Windows update into an AMI with the container base images that fit it. What it publishes stands in
 * parameters below `parameterPath`, where fleets follow it; until the first bake has ended they name the plain
 * ECS-optimized AMI.
 */
export class WindowsAmiPipeline extends PipelineBase {
  /**
   * A pipeline that another app has deployed, to read its channels, watch it or grant operating it.
   *
   * @param scope - where it is known
   * @param id - its id there
   * @param attributes - the Windows that it bakes; name, prefix, account and region where they are not the defaults
   */
  public static fromPipelineAttributes(
    scope: Construct,
    id: string,
    attributes: WindowsAmiPipelineAttributes,
  ): IWindowsAmiPipeline {
    return new ImportedPipeline(scope, id, attributes);
  }

  /** The Windows that is baked. */
  public readonly os: WindowsOs;

  /** The name under which fleets find the pipeline. */
  public readonly pipelineName: string;

  /** Where the parameters of all pipelines and fleets begin. */
  public readonly parameterPrefix: string;

  /** Where the pipeline's own parameters begin, such as `/winbake/2022-core`. */
  public readonly parameterPath: string;

  /** The bucket of catalog, orders, image manifests, verifications and publications. */
  public readonly bucket: IBucket;

  /** The topic through which people are notified what needs them; subscribe to it. */
  public readonly topic: ITopic;

  /** The role of the build and test instances; grant it what your own components need. */
  public readonly instanceRole: IRole;

  /** The state machine that decides, bakes and publishes; start it with a `trigger` in its input. */
  public readonly rebake: IStateMachine;

  /**
   * Whether its stack deploys it.
   *
   * @internal
   */
  public readonly _isOfStack = true;

  /**
   * Whether its AMIs have Fast Launch.
   *
   * @internal
   */
  public readonly _hasFastLaunch: boolean;

  /**
   * Whether its AMIs hold own images that hosts bring up to date when they start.
   *
   * @internal
   */
  public readonly _hasOwnImages: boolean;

  /**
   * The hosts of registries other than ECR of which it caches own images.
   *
   * @internal
   */
  public readonly _ownImageHosts: readonly string[];

  private readonly operate: OperateFunction;

  constructor(scope: Construct, id: string, props: WindowsAmiPipelineProps) {
    super(scope, id);
    const settings = pipelineSettings(this, props);
    const network = pipelineNetwork(this, props);
    const catalogKey = keyOfCatalog(parseRelease(settings.os.release));

    Tags.of(this).add(PIPELINE_TAG, settings.pipelineName);
    letLogsUse(this, settings.encryptionKey);
    const bucket = new BakeBucket(this, 'Bucket', settings);
    const scripts = new InstanceScripts(this, 'Scripts');
    const instanceRole = new InstanceRole(this, 'InstanceRole', { bucket, catalogKey });
    allowOwnImages(instanceRole, settings.ownImages, 'pull');
    const baseAmi = baseAmiSource(this, settings.os, settings.parameterPath, props.baseAmi);
    const amiKey = amiKeyOf(this, settings);
    const seed = new ChannelSeed(this, 'Seed', {
      of: settings.pipelineName,
      seeded: [{ id: 'Seed', os: settings.os, parameterPath: settings.parameterPath, baseAmi }],
      logRetention: settings.logRetention,
      encryptionKey: settings.encryptionKey,
      stateMachineArn: stateMachineArn(this, settings),
    });
    const { recipeArn } = new BakeRecipe(this, 'Recipe', {
      settings,
      bucketName: bucket.bucketName,
      catalogKey,
      scripts: seed.storeScripts(scripts, bucket),
      instanceRole,
      baseAmi,
      keyArn: amiKey?.keyArn,
    });
    const executionRole = new ExecutionRole(this, 'ExecutionRole', {
      settings,
      instanceRole,
      baseAmi,
      keyArns: keyArnsOf(settings, amiKey),
    });
    const { pipelineArn } = new BakePipeline(this, 'Pipeline', {
      settings,
      network,
      recipeArn,
      instanceRole,
      executionRole,
    });
    new RecycleBin(this, 'RecycleBin', settings);
    const topic = props.notificationTopic ?? new NoticeTopic(this, 'Topic', settings);
    const deadLetterQueue = new DeadLetterQueue(this, 'DeadLetterQueue', settings.encryptionKey);
    const description = describePipeline(this, settings, {
      bucketName: bucket.bucketName,
      imagePipelineArn: pipelineArn,
      baseAmiParameter: baseAmi.parameterName,
    });
    new PipelineRecord(this, 'Record', settings, description);
    const resources = { settings, bucket, topic };
    const described = { ...resources, description };
    const decide = new DecideFunction(this, 'Decide', {
      ...resources,
      baseAmi,
      recipeArn,
      scriptsSha256: scripts.sha256,
      instanceRole,
    });
    const publish = new PublishFunction(this, 'Publish', { ...described, instanceRole });
    const housekeeping = new HousekeepingFunction(this, 'Housekeeping', {
      ...described,
      deadLetterQueue,
      baseAmi,
    });
    this.operate = new OperateFunction(this, 'Operate', described);
    const { stateMachine, untoldFailures } = new Rebake(this, 'Rebake', {
      settings,
      decide: decide.function,
      publish: publish.function,
      imagePipelineArn: pipelineArn,
      baseAmi,
    });
    seed.seedAfter(stateMachine);
    const schedules = new RebakeSchedules(this, 'Schedules', { settings, stateMachine, deadLetterQueue });
    // The first poll follows at once.
    schedules.node.addDependency(seed);
    new PipelineAlarms(this, 'Alarms', {
      settings,
      topic,
      untoldFailures,
      deadLetterQueue,
      functions: {
        decide: decide.function,
        publish: publish.function,
        housekeeping: housekeeping.function,
        operate: this.operate.function,
      },
    });

    holdToServiceRules(this);

    this.os = settings.os;
    this._hasFastLaunch = settings.fastLaunch !== undefined;
    this._hasOwnImages = settings.ownImages.some(({ _own }) => _own?.repository !== undefined);
    this._ownImageHosts = settings.ownImages.flatMap(({ _own }) =>
      _own === undefined || _own.repository !== undefined ? [] : _own.registry,
    );
    this.pipelineName = settings.pipelineName;
    this.parameterPrefix = settings.parameterPrefix;
    this.parameterPath = settings.parameterPath;
    this.bucket = bucket;
    this.topic = topic;
    this.instanceRole = instanceRole;
    this.rebake = stateMachine;
  }

  /** Grants the verbs that change the pipeline, such as hold and rollback, but not accepting findings. */
  public grantOperate(grantee: IGrantable): Grant {
    return grantInvoke(grantee, this.operate.function.functionArn);
  }

  /** Grants accepting findings of the gate, and nothing else. */
  public grantAccept(grantee: IGrantable): Grant {
    return grantInvoke(grantee, this.operate.accept.functionArn);
  }

  /** Says what becomes of the bucket with catalog and publications when the pipeline is removed, as `removalPolicy` does. */
  public override applyRemovalPolicy(policy: RemovalPolicy): void {
    this.bucket.applyRemovalPolicy(policy);
  }
}
