import { CfnRule } from 'aws-cdk-lib/aws-rbin';
import { Construct } from 'constructs';
import type { PipelineSettings } from './pipeline-settings';

/**
 * Keeps what a prune removed in the Recycle Bin of the pipeline's region for some days. Rules work in their own region only.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin-create-rule.html
 */
export class RecycleBin extends Construct {
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
        resourceTags: [{ resourceTagKey: 'winbake:pipeline', resourceTagValue: pipelineName }],
        retentionPeriod: { retentionPeriodValue: days, retentionPeriodUnit: 'DAYS' },
      });
    }
  }
}
