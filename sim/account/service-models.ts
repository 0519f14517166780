import autoScaling from './models/auto-scaling.json';
import cloudformation from './models/cloudformation.json';
import cloudwatchLogs from './models/cloudwatch-logs.json';
import ec2 from './models/ec2.json';
import ecr from './models/ecr.json';
import ecs from './models/ecs.json';
import eventbridge from './models/eventbridge.json';
import iam from './models/iam.json';
import imagebuilder from './models/imagebuilder.json';
import kms from './models/kms.json';
import lambda from './models/lambda.json';
import s3 from './models/s3.json';
import scheduler from './models/scheduler.json';
import secretsManager from './models/secrets-manager.json';
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
} as unknown as Readonly<Record<ServiceId, ServiceModel>>;

/** A service, as the package of its client is named: `ssm` of `@aws-sdk/client-ssm`. */
export type ServiceId =
  | 'auto-scaling'
  | 'cloudformation'
  | 'cloudwatch-logs'
  | 'ec2'
  | 'ecr'
  | 'ecs'
  | 'eventbridge'
  | 'iam'
  | 'imagebuilder'
  | 'kms'
  | 'lambda'
  | 's3'
  | 'scheduler'
  | 'secrets-manager'
  | 'service-quotas'
  | 'sfn'
  | 'sns'
  | 'ssm'
  | 'sts';

/** Members that only one of the two models of a service has, as `ssm.GetParameterRequest.Name`, and why. */
export interface ModelDifference {
  readonly knownTo: 'botocore' | 'SDK';
  readonly reason: string;
  readonly members: readonly string[];
}

/**
 * Where botocore's models and the SDK's schemas differ in what Winbake sends or reads. The simulated account takes these members
 * unchecked; none of them is one that Winbake uses.
 */
export const MODEL_DIFFERENCES: readonly ModelDifference[] = [
  {
    knownTo: 'SDK',
    reason:
      'Newer than the botocore from which the models are made; goes when they are made from a newer one.',
    members: [
      'auto-scaling.AutoScalingGroup.Operator',
      'auto-scaling.AutoScalingGroupNamesType.IncludeManagedResources',
      'auto-scaling.DescribeScalingActivitiesType.IncludeManagedResources',
      'auto-scaling.InstancesDistribution.DistributionSegments',
      'cloudformation.CreateStackInput.DeploymentConfig',
      'cloudformation.CreateStackInput.DisableValidation',
      'cloudformation.DeleteStackInput.DeploymentConfig',
      'cloudformation.Stack.AliasName',
      'cloudformation.Stack.DeploymentConfig',
      'cloudwatch-logs.FilterLogEventsRequest.startFromHead',
      'cloudwatch-logs.LogGroup.retentionPolicyName',
      'ec2.Image.ImageWatermarks',
      'ec2.Image.InstanceTypeSpecification',
      'ec2.Image.PublicSsmParameterName',
      'ec2.Image.ScanResults',
      'ec2.LaunchTemplatesMonitoring.MetricCategoryIds',
      'ec2.LaunchTemplatesMonitoringRequest.MetricCategoryIds',
      'ec2.Monitoring.MetricCategoryIds',
      'ec2.NetworkCardInfo.InterfaceTypes',
      'ec2.Volume.OwnerId',
      'ec2.Volume.VolumeArn',
      'ec2.VpcEndpoint.PayerResponsibilities',
      'ecs.Container.gpuSharingStrategy',
      'ecs.Container.neuronDeviceIds',
      'ecs.ContainerInstance.gpuDevices',
      'ecs.DeploymentCircuitBreaker.resetOnHealthyTask',
      'ecs.DeploymentCircuitBreaker.thresholdConfiguration',
      'ecs.DeploymentConfiguration.earlySuccessCriteria',
      'ecs.ResourceRequirement.sharingStrategy',
      'ecs.ServiceConnectConfiguration.containerConfigurations',
      'ecs.VpcLatticeConfiguration.advancedConfiguration',
      'iam.Role.SourceRoleTemplate',
      'iam.SimulatePrincipalPolicyRequest.PolicyExclusionList',
      'kms.KeyMetadata.EncapsulationAlgorithms',
      'lambda.DurableConfig.KMSKeyArn',
      'lambda.FileSystemConfig.S3FilesConfig',
      's3.GetObjectOutput.ObjectLockEventHold',
      's3.GetObjectOutput.ObjectLockEventHoldDurationDays',
      's3.GetObjectOutput.ObjectLockEventHoldDurationYears',
      's3.PutObjectRequest.ObjectLockEventHold',
      's3.PutObjectRequest.ObjectLockEventHoldDurationDays',
      's3.PutObjectRequest.ObjectLockEventHoldDurationYears',
      'service-quotas.QuotaContextInfo.AdjustableAtLevel',
      'sts.AssumeRoleRequest.MinimumSessionTokenSize',
      'sts.AssumeRoleResponse.SessionTokenSize',
      'sts.AssumeRoleResponse.SessionTokenUtilization',
    ],
  },
  {
    knownTo: 'SDK',
    reason: "The SDK's own: the header Expires as its text, where it is no date.",
    members: ['s3.GetObjectOutput.ExpiresString'],
  },
];
