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
      'auto-scaling.InstancesDistribution.DistributionSegments',
      'cloudformation.Stack.AliasName',
      'cloudformation.Stack.DeploymentConfig',
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
      'ecs.ResourceRequirement.sharingStrategy',
      'iam.Role.SourceRoleTemplate',
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
