import { App, Stack } from 'aws-cdk-lib';
import { WindowsAmiPipeline, WindowsOs } from 'winbake';

const app = new App();
const stack = new Stack(app, 'WindowsAmis', { env: { account: '111111111111', region: 'eu-central-1' } });

const pipeline = new WindowsAmiPipeline(stack, 'Pipeline', {
  os: WindowsOs.SERVER_2022_CORE,
  // All that other repositories know of it.
  pipelineName: 'web',
  distribution: { accounts: ['222222222222'] },
  // `current` follows `latest` once the staging fleet of the shop runs it and is well.
  promotion: { canaryFleets: ['shop-staging'] },
});

export const topic = pipeline.topic;
