import { checkTemplate } from '../../../lib/core/aws-rules/check-template';

/** Templates after the form of published ones that were deployed: where those are, and what is unusual in them. */
const DEPLOYED: readonly (readonly [string, string])[] = [
  [
    'aws-samples/amazon-ec2-image-builder-samples: an AMI for Windows whose component has a phase without steps',
    `
Parameters:
  Instance: { Type: CommaDelimitedList, Default: 't3.large,t3.xlarge' }
Resources:
  Config:
    Type: AWS::ImageBuilder::Component
    Properties:
      Name: !Sub \${AWS::StackName}-config
      Platform: Windows
      Version: 1.0.0
      Data: |
        schemaVersion: 1.0
        name: config
        description: Sets the zone of time.
        phases:
          - name: build
            steps:
              - name: SetZone
                action: ExecutePowerShell
                timeoutSeconds: -1
                onFailure: Abort
                maxAttempts: 3
                inputs:
                  commands:
                    - Set-TimeZone -Id 'UTC'
          - name: validate
            steps: []
  Recipe:
    Type: AWS::ImageBuilder::ImageRecipe
    Properties:
      Name: !Ref AWS::StackName
      Version: 0.0.1
      ParentImage: !Sub arn:\${AWS::Partition}:imagebuilder:\${AWS::Region}:aws:image/windows-server-2022-english-full-base-x86/x.x.x
      Components:
        - ComponentArn: !Ref Config
        - ComponentArn: !Sub arn:\${AWS::Partition}:imagebuilder:\${AWS::Region}:aws:component/update-windows/x.x.x
  Hosts:
    Type: AWS::ImageBuilder::InfrastructureConfiguration
    Properties:
      Name: !Ref AWS::StackName
      InstanceProfileName: !Ref Profile
      InstanceTypes: !Ref Instance
      Logging: { S3Logs: { S3BucketName: !Ref Logs, S3KeyPrefix: !Sub 'bake/\${AWS::StackName}' } }
      TerminateInstanceOnFailure: 'true'
  Image:
    Type: AWS::ImageBuilder::Image
    Properties: { ImageRecipeArn: !Ref Recipe, InfrastructureConfigurationArn: !Ref Hosts }
  Latest:
    Type: AWS::SSM::Parameter
    Properties: { Name: /images/latest, Type: String, Value: !GetAtt Image.ImageId, Description: The AMI }
  Profile:
    Type: AWS::IAM::InstanceProfile
    Properties: { Roles: [!Ref Role] }
  Role:
    Type: AWS::IAM::Role
    Properties:
      Path: /executionServiceEC2Role/
      ManagedPolicyArns:
        - !Sub arn:\${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          Effect: Allow
          Action: sts:AssumeRole
          Principal: { Service: !Sub 'ec2.\${AWS::URLSuffix}' }
`,
  ],
  [
    'aws/aws-cdk, integration tests of aws-imagebuilder-alpha: a pipeline with scanning, workflows and a schedule',
    `
Resources:
  Pipeline:
    Type: AWS::ImageBuilder::ImagePipeline
    Properties:
      Name: testpipeline
      ImageRecipeArn: !GetAtt Recipe.Arn
      InfrastructureConfigurationArn: !GetAtt Hosts.Arn
      DistributionConfigurationArn: !GetAtt Distribution.Arn
      ExecutionRole: !GetAtt Execution.Arn
      EnhancedImageMetadataEnabled: true
      ImageScanningConfiguration: { ImageScanningEnabled: true }
      ImageTestsConfiguration: { ImageTestsEnabled: false }
      Schedule:
        ScheduleExpression: cron(0 12 ? * 2 *)
        PipelineExecutionStartCondition: EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE
        AutoDisablePolicy: { FailureCount: 5 }
      Status: ENABLED
      Workflows:
        - WorkflowArn: !Sub arn:\${AWS::Partition}:imagebuilder:\${AWS::Region}:aws:workflow/build/build-image/x.x.x
        - WorkflowArn: !Sub arn:\${AWS::Partition}:imagebuilder:\${AWS::Region}:aws:workflow/test/test-image/x.x.x
          OnFailure: CONTINUE
          ParallelGroup: group-1
  Recipe:
    Type: AWS::ImageBuilder::ImageRecipe
    Properties:
      Name: marketplace
      Version: 1.0.x
      ParentImage: a1b2c3d4-0011-2233-4455-66778899aabb
      BlockDeviceMappings:
        - DeviceName: /dev/sda1
          Ebs: { VolumeSize: 50, VolumeType: gp3, Iops: 1000, Throughput: 125 }
  Distribution:
    Type: AWS::ImageBuilder::DistributionConfiguration
    Properties:
      Name: testdistribution
      Distributions:
        - Region: !Ref AWS::Region
          AmiDistributionConfiguration:
            Name: imagebuilder-{{ imagebuilder:buildDate }}
            LaunchPermissionConfiguration:
              OrganizationArns: [!Sub 'arn:\${AWS::Partition}:organizations::\${AWS::AccountId}:organization/o-abc1234567']
          FastLaunchConfigurations:
            - { Enabled: true, MaxParallelLaunches: 10, SnapshotConfiguration: { TargetResourceCount: 2 } }
          SsmParameterConfigurations:
            - { ParameterName: /imagebuilder/ami, DataType: 'aws:ec2:image' }
`,
  ],
  [
    'CloudSnorkel/cdk-github-runners: a workflow for containers, a parameter of a component and a quoted schema version',
    `
Resources:
  Workflow:
    Type: AWS::ImageBuilder::Workflow
    Properties:
      Name: docker
      Version: 1.0.0
      Type: BUILD
      Data: |
        name: build-container
        schemaVersion: 1.0
        steps:
          - name: LaunchBuildInstance
            action: LaunchInstance
            onFailure: Abort
            inputs: { waitFor: ssmAgent }
          - name: BootstrapBuildInstance
            action: BootstrapInstanceForContainer
            onFailure: Abort
            if: { stringEquals: DOCKER, value: $.imagebuilder.imageType }
            inputs: { instanceId.$: $.stepOutputs.LaunchBuildInstance.instanceId }
          - name: ApplyBuildComponents
            action: ExecuteComponents
            onFailure: Abort
            inputs: { instanceId.$: $.stepOutputs.LaunchBuildInstance.instanceId }
        outputs:
          - { name: InstanceId, value: $.stepOutputs.LaunchBuildInstance.instanceId }
  Tools:
    Type: AWS::ImageBuilder::Component
    Properties:
      Name: tools
      Platform: Linux
      Version: 1.0.0
      Data: |
        schemaVersion: '1.0'
        parameters:
          - Version:
              type: string
              default: latest
              description: Of the tools
        phases:
          - name: build
            steps:
              - name: Download
                action: WebDownload
                inputs:
                  - source: 'https://example.com/{{ Version }}.tgz'
                    destination: /tmp/tools.tgz
              - name: Unpack
                action: ExecuteBash
                inputs:
                  commands:
                    - tar xf '{{ build.Download.inputs[0].destination }}' -C /opt
`,
  ],
  [
    'buildkite/elastic-ci-stack-for-aws: a launch template whose parts hang on conditions, and a rolling update',
    `
Parameters:
  VolumeType: { Type: String, Default: gp3 }
Conditions:
  HasKey: !Not [!Equals [!Ref VolumeType, '']]
Resources:
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        NetworkInterfaces:
          - DeviceIndex: 0
            AssociatePublicIpAddress: !If [HasKey, true, false]
            Groups: !If [HasKey, [!Ref Group], !Ref AWS::NoValue]
        KeyName: !If [HasKey, key, !Ref 'AWS::NoValue']
        IamInstanceProfile: { Arn: !GetAtt Profile.Arn }
        InstanceType: !Select [0, !Split [',', 't3.large,t3.xlarge']]
        MetadataOptions: { HttpTokens: required, HttpPutResponseHopLimit: 2, InstanceMetadataTags: disabled }
        ImageId: '{{resolve:ssm:/images/latest}}'
        BlockDeviceMappings:
          - DeviceName: /dev/xvda
            Ebs: { VolumeSize: '250', VolumeType: !Ref VolumeType, Encrypted: false }
        TagSpecifications:
          - ResourceType: instance
            Tags: [{ Key: Role, Value: agent }, { Key: Name, Value: !Ref AWS::StackName }]
        UserData:
          Fn::Base64: !Sub |
            #!/bin/bash
            echo \${AWS::StackName}
  Hosts:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      VPCZoneIdentifier: !Split [',', !ImportValue subnets]
      MixedInstancesPolicy:
        InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 100 }
        LaunchTemplate:
          LaunchTemplateSpecification: { LaunchTemplateId: !Ref Template, Version: !GetAtt Template.LatestVersionNumber }
          Overrides: [{ InstanceType: t3.large }]
      MinSize: 0
      MaxSize: 10
      NewInstancesProtectedFromScaleIn: true
    UpdatePolicy:
      AutoScalingReplacingUpdate: { WillReplace: true }
`,
  ],
  [
    'aws-samples/serverless-patterns: schedules with and without a window, groups, and rules of many patterns',
    `
Resources:
  Daily:
    Type: AWS::Scheduler::Schedule
    Properties:
      Name: !Sub \${AWS::StackName}-daily
      ScheduleExpression: cron(0 9 ? * MON-FRI *)
      ScheduleExpressionTimezone: America/New_York
      FlexibleTimeWindow: { Mode: FLEXIBLE, MaximumWindowInMinutes: 15 }
      GroupName: default
      State: ENABLED
      Target:
        Arn: !GetAtt Function.Arn
        RoleArn: !GetAtt Role.Arn
        Input: '{"key": "value"}'
        RetryPolicy: { MaximumRetryAttempts: 5, MaximumEventAgeInSeconds: 300 }
  Stop:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 hours)
      FlexibleTimeWindow: { Mode: 'OFF' }
      Target:
        Arn: arn:aws:scheduler:::aws-sdk:ec2:stopInstances
        RoleArn: !GetAtt Role.Arn
        Input: !Sub '{"InstanceIds": ["\${Instance}"]}'
  State:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: [aws.imagebuilder]
        detail-type: [EC2 Image Builder Image State Change]
        detail: { state: { status: [AVAILABLE, FAILED] }, previous-state: [{ exists: true }] }
        resources: [{ prefix: !Sub 'arn:\${AWS::Partition}:imagebuilder' }]
      State: ENABLED
      Targets: [{ Id: One, Arn: !GetAtt Function.Arn, RetryPolicy: { MaximumRetryAttempts: 4 } }]
`,
  ],
  [
    'widdix/aws-cf-templates: keys that services use, one of them by conditions on the service and the caller',
    `
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
      PendingWindowInDays: 30
      KeyPolicy:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { AWS: !Sub 'arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root' }
            Action: 'kms:*'
            Resource: '*'
          - Effect: Allow
            Principal: '*'
            Action: [kms:Decrypt, kms:GenerateDataKey]
            Resource: '*'
            Condition:
              StringEquals:
                kms:CallerAccount: !Ref AWS::AccountId
                kms:ViaService: !Sub 'sns.\${AWS::Region}.amazonaws.com'
          - Sid: Delivery
            Effect: Allow
            Principal: { Service: [events.amazonaws.com, !Sub 'logs.\${AWS::Region}.amazonaws.com'] }
            Action: kms:GenerateDataKey*
            Resource: '*'
`,
  ],
];

test.each(DEPLOYED)('%s is not refused', (_where, template) => {
  expect(checkTemplate(template)).toEqual([]);
});
