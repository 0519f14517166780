import { Validations } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { CfnImagePipeline, CfnInfrastructureConfiguration } from 'aws-cdk-lib/aws-imagebuilder';
import { Construct } from 'constructs';
import { EndingLogs } from '../internal/ending-logs';
import { BakeDistribution } from './bake-distribution';
import { BakeWorkflows } from './bake-workflows';
import type { PipelineNetwork } from './pipeline-network';
import type { PipelineSettings } from './pipeline-settings';
import { PIPELINE_TAG } from './pipeline-tag';

/** What the pipeline builds, where, and as whom. */
export interface BakePipelineProps {
  readonly settings: PipelineSettings;
  readonly network: PipelineNetwork;
  readonly recipeArn: string;
  readonly instanceProfileName: string;
  readonly executionRole: IRole;
}

/** The Image Builder pipeline. It has no schedule of its own: the rebake starts it when a bake is due. */
export class BakePipeline extends Construct {
  public readonly pipelineArn: string;

  constructor(scope: Construct, id: string, props: BakePipelineProps) {
    super(scope, id);
    const { executionRole, instanceProfileName, network, recipeArn, settings } = props;
    const { pipelineName, resourceName: name } = settings;
    const infrastructure = new CfnInfrastructureConfiguration(this, 'Infrastructure', {
      name,
      instanceProfileName,
      instanceTypes: settings.instanceTypes.map((type) => type.toString()),
      ...network,
      instanceMetadataOptions: { httpTokens: 'required' },
      terminateInstanceOnFailure: true,
      resourceTags: { [PIPELINE_TAG]: pipelineName },
    });
    const imageLogs = this.logGroup('ImageLogs', `/aws/imagebuilder/${name}`, settings);
    const pipelineLogs = this.logGroup('PipelineLogs', `/aws/imagebuilder/pipeline/${name}`, settings);
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
