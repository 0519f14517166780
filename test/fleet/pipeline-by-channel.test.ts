import { App, Stack, Stage, type StageProps } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  CachedImage,
  WindowsAmi,
  WindowsAmiPipeline,
  WindowsCapacityProvider,
  WindowsOs,
  type WindowsAmiChannelProps,
  type WindowsAmiPipelineProps,
  type WindowsCapacityProviderProps,
} from '../../lib/index';
import { onlyProperties } from '../support/only-resource';
import { resolvedText } from '../support/resolved-text';

const os = WindowsOs.SERVER_2022_CORE;
const HERE = { account: '111111111111', region: 'eu-west-1' };

interface Given {
  readonly pipeline?: (stack: Stack) => Partial<WindowsAmiPipelineProps>;
  readonly ami?: WindowsAmi | Partial<WindowsAmiChannelProps>;
  readonly fleet?: (stack: Stack) => Partial<WindowsCapacityProviderProps>;
  /** Where the pipeline is; where the fleet is, unless said. */
  readonly place?: StageProps['env'];
  /** Where the fleet is; open unless said. */
  readonly fleetPlace?: StageProps['env'];
  readonly isOneStack?: boolean;
}

const fastLaunch = () => ({ fastLaunch: {} });
const caches = (stack: Stack) => ({
  extras: [CachedImage.fromEcr(Repository.fromRepositoryName(stack, 'Shop', 'shop'))],
});

/** A fleet that names a channel, and then a pipeline in the same app. */
function appOf({ ami, fleet, fleetPlace, isOneStack, pipeline, place = fleetPlace }: Given): Stack {
  const app = new App();
  const shop = new Stack(app, 'Shop', { ...(fleetPlace === undefined ? {} : { env: fleetPlace }) });
  new WindowsCapacityProvider(shop, 'Windows', {
    cluster: new Cluster(shop, 'Cluster', { vpc: new Vpc(shop, 'Vpc', { maxAzs: 2 }) }),
    ami: ami instanceof WindowsAmi ? ami : WindowsAmi.fromChannel({ os, ...ami }),
    fleetName: 'shop',
    ...fleet?.(shop),
  });
  const platform = isOneStack === true ? shop : new Stack(app, 'Platform', place && { env: place });
  if (pipeline !== undefined) {
    new WindowsAmiPipeline(platform, 'Pipeline', { os, ...pipeline(platform) });
  }
  return shop;
}

/** What the fleet is warned of, but for what an app of a few lines always is. */
function warningsOf(given: Given): string[] {
  return Annotations.fromStack(appOf(given))
    .findWarning('/Shop/Windows', Match.anyValue())
    .map(({ entry }) => entry.data as string);
}

const NEVER_USED = 'The pipeline 2022-core keeps snapshots of Fast Launch, which this fleet never uses';

test.each<[string, Given, string]>([
  ['Fast Launch that it never uses', { pipeline: fastLaunch }, NEVER_USED],
  ['Fast Launch, in one place', { pipeline: fastLaunch, fleetPlace: HERE }, NEVER_USED],
  [
    'Fast Launch, at a revision',
    { pipeline: fastLaunch, ami: WindowsAmi.fromRevision({ os, revision: 4294 }) },
    NEVER_USED,
  ],
  [
    'Fast Launch, under names of its own',
    {
      pipeline: () => ({ fastLaunch: {}, pipelineName: 'web', parameterPrefix: '/base' }),
      ami: { pipelineName: 'web', parameterPrefix: '/base' },
    },
    'The pipeline web keeps snapshots of Fast Launch',
  ],
  [
    'Fast Launch that is not there',
    { pipeline: () => ({}), fleet: () => ({ fastLaunch: true }) },
    'The pipeline 2022-core has no Fast Launch',
  ],
  [
    'secrets of which nothing is cached',
    {
      pipeline: caches,
      fleet: (stack) => ({
        ownImageCredentials: { 'shop.azurecr.io': Secret.fromSecretNameV2(stack, 'Acr', 'acr') },
      }),
    },
    '"ownImageCredentials" names shop.azurecr.io, of which pipeline 2022-core caches no image, but none of a registry other than ECR',
  ],
  [
    'an os that the pipeline does not bake',
    {
      pipeline: () => ({ pipelineName: 'web' }),
      ami: { pipelineName: 'web', os: WindowsOs.SERVER_2019_CORE },
    },
    'The AMI of pipeline web is said to be of SERVER_2019_CORE, and Platform/Pipeline bakes SERVER_2022_CORE, so that no task of ' +
      'SERVER_2019_CORE is ever placed; got: os SERVER_2019_CORE. Say the os of the pipeline, or name another one.',
  ],
  [
    'one stack with the pipeline',
    { pipeline: () => ({}), isOneStack: true },
    "is used in the pipeline's own",
  ],
])('a fleet that names a channel of the app is warned of %s', (_, given, warning) => {
  expect(warningsOf(given)).toEqual([expect.stringContaining(warning)]);
});

const ELSEWHERE = { account: '222222222222', region: 'eu-west-1' };

test.each<[string, Given]>([
  ['another name', { pipeline: () => ({ fastLaunch: {}, pipelineName: 'other' }) }],
  ['another prefix', { pipeline: () => ({ fastLaunch: {}, parameterPrefix: '/other' }) }],
  ['another account', { pipeline: fastLaunch, fleetPlace: HERE, place: ELSEWHERE }],
  ['another region', { pipeline: fastLaunch, fleetPlace: HERE, place: { ...HERE, region: 'eu-north-1' } }],
  [
    'an account that shares its AMIs, without its snapshots',
    {
      pipeline: fastLaunch,
      fleetPlace: HERE,
      place: ELSEWHERE,
      ami: { pipelineAccount: ELSEWHERE.account },
    },
  ],
  ['the same mind', { pipeline: fastLaunch, fleet: () => ({ fastLaunch: true }) }],
])('it is not warned of a pipeline with %s', (_, given) => {
  expect(warningsOf(given)).toEqual([]);
});

/** Whether hosts of the fleet fetch own images when they start. */
function fetches(given: Given): boolean {
  const { LaunchTemplateData } = onlyProperties(Template.fromStack(appOf(given)), 'AWS::EC2::LaunchTemplate');
  const { UserData } = LaunchTemplateData as { readonly UserData: { readonly 'Fn::Base64': unknown } };
  return resolvedText(UserData['Fn::Base64']).includes('Update-OwnImage.ps1');
}

test.each<[string, Given, boolean]>([
  ['fetch what the pipeline of the channel caches', { pipeline: caches }, true],
  [
    'fetch what a pipeline of another account caches',
    { pipeline: caches, fleetPlace: HERE, place: ELSEWHERE, ami: { pipelineAccount: ELSEWHERE.account } },
    true,
  ],
  ['fetch nothing where it caches nothing', { pipeline: () => ({}) }, false],
  ['fetch nothing of another pipeline', { pipeline: caches, ami: { pipelineName: 'other' } }, false],
])('hosts %s', (_, given, isFetched) => {
  expect(fetches(given)).toBe(isFetched);
});

test('of two pipelines with one name that of the stage counts, and none where both may be meant', () => {
  const app = new App();
  const fleetOf = (scope: App | Stage, isPrepared: boolean): Stack => {
    new WindowsAmiPipeline(new Stack(scope, 'Platform'), 'Pipeline', {
      os,
      ...(isPrepared ? { fastLaunch: {} } : {}),
    });
    const shop = new Stack(scope, 'Shop');
    const cluster = new Cluster(shop, 'Cluster', { vpc: new Vpc(shop, 'Vpc', { maxAzs: 2 }) });
    new WindowsCapacityProvider(shop, 'Windows', {
      cluster,
      ami: WindowsAmi.fromChannel({ os }),
      fleetName: scope.node.id === '' ? 'app' : scope.node.id.toLowerCase(),
    });
    return shop;
  };
  const [dev, prod] = [new Stage(app, 'Dev'), new Stage(app, 'Prod')];
  const [devShop, prodShop] = [fleetOf(dev, true), fleetOf(prod, false)];
  const other = new Stack(app, 'Other');
  const cluster = new Cluster(other, 'Cluster', { vpc: new Vpc(other, 'Vpc', { maxAzs: 2 }) });
  new WindowsCapacityProvider(other, 'Windows', {
    cluster,
    ami: WindowsAmi.fromChannel({ os }),
    fleetName: 'other',
  });
  const found = [devShop, prodShop, other].map(
    (stack) => Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('Fast Launch')).length,
  );
  expect(found).toEqual([1, 0, 0]);
});
