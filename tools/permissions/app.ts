import { App, Duration, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { CfnComponent, CfnWorkflow } from 'aws-cdk-lib/aws-imagebuilder';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnSecret, Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { BUILD_WORKFLOW } from '../../lib/core/image-builder/workflows';
import {
  AmiChannel,
  CachedImage,
  VulnerabilitySeverity,
  WindowsAmi,
  WindowsAmiAccount,
  WindowsAmiPipeline,
  WindowsCapacityProvider,
  WindowsOs,
} from '../../lib/index';

const os = WindowsOs.SERVER_2022_CORE;
const pipelineName = 'web';
const HOME = { account: '111111111111', region: 'eu-central-1' };
const OTHER_ACCOUNT = '222222222222';
const OTHER_REGION = 'eu-west-1';
const PRIVATE_REGISTRY = 'shop.example.com';

/**
 * Synthesizes an app in which every right of Winbake is asked for: two accounts and regions, own keys, a scan, and a
 * canary fleet in each account, one in the cluster of another stack.
 */
export function synthesizeCheckedApp(outdir: string): void {
  // Roles are named by the paths of their constructs.
  const app = new App({ outdir, context: { 'aws:cdk:enable-path-metadata': true } });
  const platform = new Stack(app, 'Platform', { env: HOME });
  new WindowsAmiPipeline(platform, 'Pipeline', {
    os,
    pipelineName,
    encryptionKey: new Key(platform, 'Key', { enableKeyRotation: true }),
    scan: { maximumSeverity: VulnerabilitySeverity.HIGH },
    distribution: {
      accounts: [OTHER_ACCOUNT],
      regions: [
        {
          region: OTHER_REGION,
          encryptionKey: Key.fromKeyArn(
            platform,
            'KeyElsewhere',
            `arn:aws:kms:${OTHER_REGION}:${HOME.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
          ),
        },
      ],
    },
    promotion: { canaryFleets: ['canary', 'staging'] },
    retention: { newest: 2 },
    fastLaunch: {},
    extras: [
      CachedImage.fromEcr(new Repository(platform, 'Shop', { repositoryName: 'shop/web' })),
      CachedImage.fromRegistry(`${PRIVATE_REGISTRY}/jobs:live`, {
        credentials: registryLogin(platform),
      }),
    ],
  });
  addReplacedDocuments(platform);
  for (const region of [HOME.region, OTHER_REGION]) {
    const stack = new Stack(app, `Account-${region}`, { env: { account: OTHER_ACCOUNT, region } });
    new WindowsAmiAccount(stack, 'Account', {
      pipelineAccount: HOME.account,
      pipelines: [{ os, pipelineName }],
    });
  }
  addFleet(app, 'Canary', HOME.account, new Stack(app, 'Clusters', { env: HOME }));
  addFleet(app, 'Staging', OTHER_ACCOUNT);
  app.synth();
}

/** A secret with a key of the app, whose policy has nothing of CDK's own secret: only Winbake's rights are checked. */
function registryLogin(stack: Stack): ISecret {
  const encryptionKey = new Key(stack, 'SecretKey', { enableKeyRotation: true });
  const { ref } = new CfnSecret(stack, 'RegistryLogin', { kmsKeyId: encryptionKey.keyArn });
  return Secret.fromSecretAttributes(stack, 'Login', { secretCompleteArn: ref, encryptionKey });
}

const REPLACED_COMPONENT = {
  schemaVersion: '1.0',
  phases: [
    {
      name: 'build',
      steps: [{ name: 'Nothing', action: 'ExecutePowerShell', inputs: { commands: ['exit 0'] } }],
    },
  ],
};

/** What a deployment before this one has left, for housekeeping to remove. */
function addReplacedDocuments(stack: Stack): void {
  const named = (name: string) => ({ name: `winbake-${pipelineName}-${name}-00000000`, version: '1.0.0' });
  const tags = { 'winbake:pipeline': pipelineName };
  new CfnComponent(stack, 'ReplacedComponent', {
    ...{ ...named('update'), platform: 'Windows', tags },
    data: JSON.stringify(REPLACED_COMPONENT),
  });
  new CfnWorkflow(stack, 'ReplacedWorkflow', {
    ...{ ...named('build'), type: 'BUILD', tags },
    data: JSON.stringify(BUILD_WORKFLOW),
  });
}

function addFleet(app: App, id: string, account: string, clusters?: Stack): void {
  const stack = new Stack(app, id, { env: { ...HOME, account } });
  const place = clusters ?? stack;
  const vpc = new Vpc(place, 'Vpc', { availabilityZones: ['a', 'b'].map((zone) => `${HOME.region}${zone}`) });
  new WindowsCapacityProvider(stack, 'Windows', {
    cluster: new Cluster(place, 'Cluster', { vpc }),
    ami: WindowsAmi.fromChannel({
      os,
      pipelineName,
      channel: AmiChannel.LATEST,
      pipelineAccount: HOME.account,
    }),
    fleetName: id.toLowerCase(),
    warmPool: { minSize: 1, maxGroupPreparedCapacity: 4 },
    rollout: { drainLimit: Duration.hours(2) },
    ownImageCredentials: { [PRIVATE_REGISTRY]: registryLogin(stack) },
  });
}
