import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerInsights } from 'aws-cdk-lib/aws-ecs';
import { WindowsAmi, WindowsAmiPipeline, WindowsCapacityProvider, WindowsOs } from '../lib/index';

const OS_OF_RELEASE: Readonly<Partial<Record<string, WindowsOs>>> = {
  '2016': WindowsOs.SERVER_2016_FULL,
  '2019': WindowsOs.SERVER_2019_CORE,
  '2022': WindowsOs.SERVER_2022_CORE,
  '2025': WindowsOs.SERVER_2025_CORE,
};

/** A pipeline, and a cluster whose fleet follows it. The context value `release` chooses the Windows, 2022 unless said. */
export function addStacks(app: App): void {
  const release = String(app.node.tryGetContext('release') ?? '2022');
  const os = OS_OF_RELEASE[release];
  if (os === undefined) {
    throw new Error(
      `The context value "release" is one of ${Object.keys(OS_OF_RELEASE).join(', ')}; got: '${release}'.`,
    );
  }

  const platform = new Stack(app, 'WinbakePipeline');
  new WindowsAmiPipeline(platform, 'Pipeline', { os });

  const shop = new Stack(app, 'WinbakeFleet');
  shop.addStackDependency(platform, 'The pipeline seeds the parameters that the fleet starts from.');
  const cluster = new Cluster(shop, 'Cluster', {
    vpc: new Vpc(shop, 'Vpc', { maxAzs: 2, flowLogs: { All: {} } }),
    containerInsightsV2: ContainerInsights.ENABLED,
  });
  new WindowsCapacityProvider(shop, 'Windows', { cluster, ami: WindowsAmi.fromChannel({ os }) });
}

if (require.main === module) {
  addStacks(new App());
}
