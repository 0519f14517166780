import { Stack } from 'aws-cdk-lib';
import { CfnDistributionConfiguration } from 'aws-cdk-lib/aws-imagebuilder';
import type { Construct } from 'constructs';
import type { RegionSettings } from './distribution';
import type { PipelineSettings } from './pipeline-settings';
import { PIPELINE_TAG } from './pipeline-tag';

/** Where Image Builder copies an AMI to, as what, and who may start instances from it. */
export class BakeDistribution extends CfnDistributionConfiguration {
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
                    ...(fastLaunch.launchTemplateId === undefined
                      ? {}
                      : {
                          launchTemplate: {
                            launchTemplateId: fastLaunch.launchTemplateId,
                            launchTemplateVersion: '1',
                          },
                        }),
                  },
                ],
              }),
        },
        ...distribution.regions.map((region) => inRegion(settings, region)),
      ],
    });
  }
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
