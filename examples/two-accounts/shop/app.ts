import { App, Stack } from 'aws-cdk-lib';
import { AmiChannel, WindowsAmiAccount, WindowsOs } from 'winbake';
import { ShopStack } from './shop-stack';

const env = { account: '222222222222', region: 'eu-central-1' };
const os = WindowsOs.SERVER_2022_CORE;

const app = new App();

// Once per account and region: it may stand in a repository of its own.
const account = new Stack(app, 'WindowsAmiAccount', { env });
new WindowsAmiAccount(account, 'Account', {
  pipelineAccount: '111111111111',
  pipelines: [{ os, pipelineName: 'web' }],
});

const staging = new ShopStack(app, 'ShopStaging', {
  env,
  os,
  pipelineName: 'web',
  channel: AmiChannel.LATEST,
  fleetName: 'shop-staging',
  desiredCount: 1,
});
// What the shop's own staff use goes before what customers do.
const backOffice = new ShopStack(app, 'ShopBackOffice', {
  env,
  os,
  pipelineName: 'web',
  channel: AmiChannel.CURRENT,
  fleetName: 'shop-back-office',
  desiredCount: 1,
  ring: 0,
});
const production = new ShopStack(app, 'ShopProduction', {
  env,
  os,
  pipelineName: 'web',
  channel: AmiChannel.CURRENT,
  fleetName: 'shop-production',
  desiredCount: 4,
  ring: 1,
});

for (const stage of [staging, backOffice, production]) {
  stage.addStackDependency(account, 'It seeds the parameters that the fleets start from.');
}
