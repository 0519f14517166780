import { Stack, Validations } from 'aws-cdk-lib';
import type { ILaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import { type IRole, ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  CfnDistributionConfiguration,
  CfnImagePipeline,
  CfnInfrastructureConfiguration,
  CfnWorkflow,
} from 'aws-cdk-lib/aws-imagebuilder';
import { Construct, type IConstruct } from 'constructs';
import { PIPELINE_TAG } from '../../contract/names/resources';
import {
  BUILD_WORKFLOW,
  type BuildWorkflowDocument,
  renderWorkflow,
  TEST_WORKFLOW,
  type TestWorkflowDocument,
} from '../../core/image-builder/workflows';
import { allow, explainManagedPolicy } from '../../internal/allow';
import { EndingLogs } from '../../internal/handler-function';
import type { BaseAmiSource } from '../props/base-ami';
import type { RegionSettings } from '../props/distribution';
import { contentName, keepWhenReplaced } from '../props/fixed-names';
import type { PipelineSettings } from '../props/pipeline-settings';
import type { PipelineNetwork } from './pipeline-network';

/** The ARNs of all versions of the image that a recipe makes; an image has its recipe's name. */
export function imageArns(scope: IConstruct, recipeName: string): string {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:imagebuilder:${region}:${account}:image/${recipeName}/*`;
}

/** What Image Builder works with in this pipeline. */
interface ExecutionRoleProps {
  readonly settings: PipelineSettings;
  readonly instanceRole: IRole;
  readonly baseAmi: BaseAmiSource;
  /** The ARNs of the keys that AMIs are encrypted with, in all regions. */
  readonly keyArns: readonly string[];
}

/**
 * What Image Builder may do while it carries out the workflows. AWS's own policy allows it what it made itself, by its tag.
 *
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/EC2ImageBuilderExecutionPolicy.html
 */
export class ExecutionRole extends Role {
  constructor(scope: Construct, id: string, props: ExecutionRoleProps) {
    const { baseAmi, instanceRole, keyArns, settings } = props;
    const policies = [
      'EC2ImageBuilderExecutionPolicy',
      ...(settings.fastLaunch === undefined ? [] : ['EC2FastLaunchFullAccess']),
    ];
    super(scope, id, {
      assumedBy: new ServicePrincipal('imagebuilder.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
      }),
      managedPolicies: policies.map((policy) => ManagedPolicy.fromAwsManagedPolicyName(policy)),
    });
    for (const policy of policies) {
      explainManagedPolicy(
        this,
        policy,
        'AWS asks for it on this role, keeps it up to date, and limits it to what Image Builder made.',
      );
    }
    allow(this, {
      actions: ['iam:PassRole'],
      resources: [instanceRole.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    });
    allow(this, { actions: ['ssm:GetParameter'], resources: [baseAmi.parameterArn] });
    if (settings.scan !== undefined) {
      allowScan(this);
    }
    if (keyArns.length > 0) {
      allowVolumes(this, keyArns);
    }
  }
}

/**
 * As Image Builder's own role has it: keys are used through EC2 only.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/security-iam-awsmanpol.html
 */
function allowVolumes(role: Role, keyArns: readonly string[]): void {
  const StringLike = { 'kms:ViaService': 'ec2.*.amazonaws.com' };
  allow(role, {
    actions: [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ],
    resources: keyArns,
    conditions: { StringLike },
  });
  allow(role, {
    actions: ['kms:CreateGrant'],
    resources: keyArns,
    conditions: { StringLike, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
  });
}

/**
 * An account's first scan of an AMI makes the roles that Inspector reads snapshots with.
 *
 * @see https://docs.aws.amazon.com/inspector/latest/user/machine-image-on-demand.html
 * @see https://docs.aws.amazon.com/inspector/latest/user/slr-permissions-ami.html
 */
function allowScan(role: Role): void {
  const { account, partition } = Stack.of(role);
  allow(role, {
    actions: ['inspector2:StartOnDemandScan', 'inspector2:GetOnDemandScanStatus'],
    resources: ['*'],
    wildcardReason: 'The AMI that is scanned has an id unknown before, and Inspector has no resource for it.',
  });
  allow(role, {
    actions: ['iam:CreateServiceLinkedRole'],
    resources: [
      ['inspector2', 'AWSServiceRoleForAmazonInspector2'],
      ['ami.inspector2', 'AWSServiceRoleForAmazonInspector2Ami'],
    ].map(
      ([service = '', name = '']) =>
        `arn:${partition}:iam::${account}:role/aws-service-role/${service}.amazonaws.com/${name}`,
    ),
  });
}

/** Where Image Builder copies an AMI to, as what, and who may start instances from it. */
class BakeDistribution extends CfnDistributionConfiguration {
  constructor(scope: Construct, id: string, settings: PipelineSettings) {
    const { distribution, fastLaunch, resourceName } = settings;
    const own = { region: Stack.of(scope).region, encryptionKeyArn: undefined };
    super(scope, id, {
      name: resourceName,
      distributions: [
        {
          ...inRegion(settings, own),
          ...(fastLaunch === undefined
            ? {}
            : {
                fastLaunchConfigurations: [
                  {
                    enabled: true,
                    accountId: Stack.of(scope).account,
                    maxParallelLaunches: fastLaunch.maxParallelLaunches ?? 6,
                    snapshotConfiguration: { targetResourceCount: fastLaunch.targetResourceCount ?? 5 },
                    ...(fastLaunch.launchTemplate === undefined
                      ? {}
                      : { launchTemplate: preparedWith(fastLaunch.launchTemplate) }),
                  },
                ],
              }),
        },
        ...distribution.regions.map((region) => inRegion(settings, region)),
      ],
    });
  }
}

function preparedWith({
  launchTemplateId,
  launchTemplateName,
  versionNumber,
}: ILaunchTemplate): CfnDistributionConfiguration.FastLaunchLaunchTemplateSpecificationProperty {
  const name = launchTemplateId === undefined ? { launchTemplateName } : { launchTemplateId };
  return { ...name, launchTemplateVersion: versionNumber };
}

/** The keys of the AMI's own configuration are in capitals: CloudFormation takes it as it is. */
function inRegion(
  { distribution, pipelineName, resourceName }: PipelineSettings,
  { encryptionKeyArn, region }: RegionSettings,
): CfnDistributionConfiguration.DistributionProperty {
  const { accounts } = distribution;
  return {
    region,
    amiDistributionConfiguration: {
      Name: `${resourceName}-{{ imagebuilder:buildDate }}`,
      Description: `Winbake ${pipelineName}`,
      AmiTags: { [PIPELINE_TAG]: pipelineName },
      ...(encryptionKeyArn === undefined ? {} : { KmsKeyId: encryptionKeyArn }),
      ...(accounts.length === 0 ? {} : { LaunchPermissionConfiguration: { UserIds: [...accounts] } }),
    },
  };
}

/** A stage of Image Builder with the document that it takes. */
type Stage =
  | { readonly type: 'BUILD'; readonly document: BuildWorkflowDocument }
  | { readonly type: 'TEST'; readonly document: TestWorkflowDocument };

/** What Image Builder does around the components; where the test fails, the image fails. */
class BakeWorkflows extends Construct {
  public readonly configurations: CfnImagePipeline.WorkflowConfigurationProperty[];

  constructor(scope: Construct, id: string, { resourceName }: PipelineSettings) {
    super(scope, id);
    this.configurations = [
      this.workflow('Build', `${resourceName}-build`, { type: 'BUILD', document: BUILD_WORKFLOW }),
      this.workflow('Test', `${resourceName}-test`, { type: 'TEST', document: TEST_WORKFLOW }),
    ];
  }

  private workflow(
    id: string,
    name: string,
    { type, document }: Stage,
  ): CfnImagePipeline.WorkflowConfigurationProperty {
    const { description } = document;
    const data = renderWorkflow(document);
    const workflow = keepWhenReplaced(
      new CfnWorkflow(this, id, {
        name: contentName(this, name, [description, data]),
        type,
        version: '1.0.0',
        description,
        data,
      }),
    );
    return { workflowArn: workflow.attrArn, ...(type === 'TEST' ? { onFailure: 'ABORT' } : {}) };
  }
}

/** What the pipeline builds, where, and as whom. */
interface BakePipelineProps {
  readonly settings: PipelineSettings;
  readonly network: PipelineNetwork;
  readonly recipeArn: string;
  readonly instanceRole: IRole & { readonly instanceProfileName: string };
  readonly executionRole: IRole;
}

/** The Image Builder pipeline. It has no schedule of its own: the rebake starts it when a bake is due. */
export class BakePipeline extends Construct {
  public readonly pipelineArn: string;

  constructor(scope: Construct, id: string, props: BakePipelineProps) {
    super(scope, id);
    const { executionRole, instanceRole, network, recipeArn, settings } = props;
    const { pipelineName, resourceName: name } = settings;
    const infrastructure = new CfnInfrastructureConfiguration(this, 'Infrastructure', {
      name,
      instanceProfileName: instanceRole.instanceProfileName,
      instanceTypes: settings.instanceTypes.map((type) => type.toString()),
      ...network,
      instanceMetadataOptions: { httpTokens: 'required' },
      terminateInstanceOnFailure: true,
      resourceTags: { [PIPELINE_TAG]: pipelineName },
    });
    const imageLogs = this.logGroup('ImageLogs', `/aws/imagebuilder/${name}`, settings);
    const pipelineLogs = this.logGroup('PipelineLogs', `/aws/imagebuilder/pipeline/${name}`, settings);
    for (const role of [instanceRole, executionRole]) {
      // AWS's policies let both make the groups. A stack deletes them before the groups, so that neither makes one again.
      role.node.addDependency(imageLogs, pipelineLogs);
    }
    const pipeline = new CfnImagePipeline(this, 'Pipeline', {
      name,
      description: `Winbake ${pipelineName}`,
      imageRecipeArn: recipeArn,
      infrastructureConfigurationArn: infrastructure.attrArn,
      distributionConfigurationArn: new BakeDistribution(this, 'Distribution', settings).attrArn,
      imageTestsConfiguration: { imageTestsEnabled: true },
      ...scanning(settings),
      workflows: new BakeWorkflows(this, 'Workflows', settings).configurations,
      executionRole: executionRole.roleArn,
      imageTags: { [PIPELINE_TAG]: pipelineName },
      loggingConfiguration: {
        imageLogGroupName: imageLogs.logGroupName,
        pipelineLogGroupName: pipelineLogs.logGroupName,
      },
    });
    this.pipelineArn = pipeline.attrArn;
    if (settings.scan !== undefined) {
      Validations.of(pipeline).acknowledge({
        id: 'CloudFormation-Validate::F3002',
        reason: 'The types and the condition of a scan are newer than the rules; the L1 construct has them.',
      });
    }
    // What the role may do stands in a policy of its own, which the pipeline does not refer to.
    pipeline.node.addDependency(executionRole);
  }

  /** Image Builder would make a group that keeps its logs for ever, and may write only below `/aws/imagebuilder/`. */
  private logGroup(
    id: string,
    logGroupName: string,
    { encryptionKey, logRetention }: PipelineSettings,
  ): EndingLogs {
    return new EndingLogs(this, id, { logGroupName, logRetention, encryptionKey });
  }
}

/**
 * The scan of the AMI itself: unlike that of the test instance it needs no Inspector that is enabled in the account, without
 * which a deployment is refused, and it is the one whose result can fail the image.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/integ-inspector.html
 */
function scanning({ scan }: PipelineSettings) {
  return scan === undefined
    ? {}
    : {
        imageScanningConfiguration: {
          imageScanningEnabled: true,
          imageScanningTypes: ['ON_DEMAND_AMI_CVE'],
          scanResultCondition: {
            maximumSeverityLabel: scan.maximumSeverity,
            fixAvailable: !(scan.withoutFix ?? false),
          },
        },
      };
}
