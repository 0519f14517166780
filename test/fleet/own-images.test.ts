import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  CachedImage,
  WindowsAmi,
  WindowsAmiPipeline,
  WindowsCapacityProvider,
  WindowsOs,
  type WindowsCapacityProviderProps,
} from '../../lib/index';
import { onlyProperties } from '../support/only-resource';
import { policyStatements } from '../support/policy-statements';
import { resolvedText } from '../support/resolved-text';

const os = WindowsOs.SERVER_2022_CORE;

/** Props that need the stack of the fleet, or none. */
type Props =
  Partial<WindowsCapacityProviderProps> | ((stack: Stack) => Partial<WindowsCapacityProviderProps>);

/** The stack of a fleet, of a pipeline in the same app that caches this, or of one that is not known. */
function stackOf(props: Props, cached?: (stack: Stack) => CachedImage[]): Stack {
  const app = new App();
  const [stack, platform] = [new Stack(app, 'Shop'), new Stack(app, 'Platform')];
  const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
  const ami =
    cached === undefined
      ? WindowsAmi.fromChannel({ os })
      : WindowsAmi.fromPipeline(
          new WindowsAmiPipeline(platform, 'Pipeline', { os, extras: cached(platform) }),
        );
  const more = typeof props === 'function' ? props(stack) : props;
  new WindowsCapacityProvider(stack, 'Windows', { cluster, ami, fleetName: 'shop', ...more });
  return stack;
}

const fleetOf = (...fleet: Parameters<typeof stackOf>) => Template.fromStack(stackOf(...fleet));

/** The user data of such a fleet, references in angle brackets. */
function userData(props: Props = {}, cached?: (stack: Stack) => CachedImage[]): string {
  const { LaunchTemplateData } = onlyProperties(fleetOf(props, cached), 'AWS::EC2::LaunchTemplate');
  const { UserData } = LaunchTemplateData as { readonly UserData: { readonly 'Fn::Base64': unknown } };
  return resolvedText(UserData['Fn::Base64']);
}

const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:acr-AbCdEf';

/** A secret with a key of its own, in a region that the stack does not tell. */
const acr = (stack: Stack) =>
  Secret.fromSecretAttributes(stack, 'Acr', {
    secretCompleteArn: ARN,
    encryptionKey: Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/1'),
  });

const withAcr =
  (props: Partial<WindowsCapacityProviderProps> = {}): Props =>
  (stack) => ({ ownImageCredentials: { 'shop.azurecr.io': acr(stack) }, ...props });

const ecr = (stack: Stack) => [CachedImage.fromEcr(Repository.fromRepositoryName(stack, 'Shop', 'shop'))];

/** For how many seconds hosts fetch own images; undefined where they do not. */
function secondsIn(data: string): number | undefined {
  const [, seconds] = /Update-OwnImage\.ps1' -Seconds (\d+)/.exec(data) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}

test.each<[string, Props, ((stack: Stack) => CachedImage[]) | undefined, number | undefined]>([
  ['of a pipeline that is not known', {}, undefined, undefined],
  ['of a pipeline without own images', {}, () => [], undefined],
  ['of a pipeline with some in ECR', {}, ecr, 600],
  ['of a pipeline with some elsewhere alone', {}, () => [CachedImage.fromRegistry('a.io/x:1')], undefined],
  ['that names secrets', withAcr(), undefined, 600],
  ['that names secrets and a time', withAcr({ ownImageTimeout: Duration.minutes(5) }), ecr, 300],
  ['with the shortest launch', { launchTimeout: Duration.minutes(30) }, ecr, undefined],
  ['that says so', { ownImageTimeout: Duration.minutes(5) }, undefined, 300],
  ['that does not want it', { ownImageTimeout: Duration.minutes(0) }, ecr, undefined],
])('hosts %s fetch own images for so long', (_, props, cached, seconds) => {
  expect(secondsIn(userData(props, cached))).toBe(seconds);
});

test('they do before the agent starts, after the commands of others, and the whole fits', () => {
  const data = userData({ userDataBefore: ['Write-Host first'], warmPool: {} }, ecr);
  const at = ['Write-Host first', 'Update-OwnImage.ps1', 'Initialize-ECSAgent'].map((one) =>
    data.indexOf(one),
  );
  expect(at).toEqual([...at].sort((one, other) => one - other));
  expect(Math.min(...at)).toBeGreaterThan(-1);
});

test('more time than the launch leaves ends synthesis', () => {
  expect(() => userData({ ownImageTimeout: Duration.minutes(16) })).toThrow(
    '"ownImageTimeout" must be 0 to 15 minutes; got: 16 minutes.',
  );
});

test('secrets are named by their registries, and the role of the hosts may read them with their key, and no others', () => {
  const props: Props = (stack) => ({
    ownImageCredentials: {
      'shop.azurecr.io': acr(stack),
      'docker.io': Secret.fromSecretNameV2(stack, 'Hub', 'hub'),
      'registry.example.com:5000': Secret.fromSecretCompleteArn(stack, 'Own', ARN.replace('acr', 'own')),
    },
  });
  const [, pairs = ''] = /Update-OwnImage\.ps1' -Seconds 600 -Secrets '([^']*)'/.exec(userData(props)) ?? [];
  expect(pairs.split(',')).toEqual([
    `shop.azurecr.io=${ARN}`,
    expect.stringMatching(/^docker\.io=arn:.*:secret:hub$/),
    `registry.example.com:5000=${ARN.replace('acr', 'own')}`,
  ]);
  expect(secretRightsOf(fleetOf(props))).toEqual([
    { action: 'secretsmanager:GetSecretValue', resource: ARN },
    {
      action: 'kms:Decrypt',
      resource: 'arn:aws:kms:eu-west-1:111122223333:key/1',
      via: 'secretsmanager.eu-west-1.amazonaws.com',
    },
    { action: 'secretsmanager:GetSecretValue', resource: expect.stringMatching(/:secret:hub-\?{6}$/) },
    { action: 'secretsmanager:GetSecretValue', resource: ARN.replace('acr', 'own') },
  ]);
});

test('hosts may read no secret unless the fleet names it, whatever the pipeline reads', () => {
  const cached = (stack: Stack) => [
    CachedImage.fromRegistry('shop.azurecr.io/web:7', { credentials: acr(stack) }),
    ...ecr(stack),
  ];
  expect(secretRightsOf(fleetOf({}, cached))).toEqual([]);
  expect(userData({}, cached)).not.toContain('Secrets');
});

/** What roles of a stack may do with secrets and their keys. */
function secretRightsOf(template: Template) {
  return Object.values(policyStatements(template))
    .flat()
    .filter(({ Action }) => [Action].flat().some((one) => /^secretsmanager:|^kms:Decrypt$/.test(one)))
    .filter(({ Action }) => [Action].flat().length === 1)
    .map(({ Action, Condition, Resource }) => {
      const via = Object.values((Condition ?? {}) as Record<string, Record<string, string>>)[0];
      return {
        action: Action,
        resource: resolvedText(Resource),
        ...(via === undefined ? {} : { via: resolvedText(via['kms:ViaService']) }),
      };
    });
}

test.each(['https://shop.azurecr.io', 'shop.azurecr.io/jobs', 'index.docker.io', 'shop', "a.io';x", ''])(
  'a registry that is no host as images name it ends synthesis: %s',
  (registry) => {
    expect(() => userData((stack) => ({ ownImageCredentials: { [registry]: acr(stack) } }))).toThrow(
      `"ownImageCredentials" must name registries by their hosts as image names begin with, the Docker Hub as 'docker.io'; got: '${registry}'.`,
    );
  },
);

test.each<[string, Partial<WindowsCapacityProviderProps>]>([
  ['none is given', { ownImageTimeout: Duration.minutes(0) }],
  ['a launch leaves none', { launchTimeout: Duration.minutes(30) }],
])('secrets end synthesis where %s of time to use them', (_, props) => {
  expect(() => userData(withAcr(props))).toThrow(
    '"ownImageCredentials" must not be said where hosts have no time to fetch own images, since they would read secrets for nothing; ' +
      'got: shop.azurecr.io. Leave it out, or raise "ownImageTimeout" or "launchTimeout".',
  );
});

test('a registry of ECR ends synthesis, since the role of the hosts reads it', () => {
  const host = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
  expect(() => userData((stack) => ({ ownImageCredentials: { [host]: acr(stack) } }))).toThrow(
    `[Shop/Windows] "ownImageCredentials" must not name Amazon ECR, which hosts read by their role; got: '${host}'. ` +
      "Leave it out, and let the repository's policy have the role of the hosts pull.",
  );
});

/** What is warned of secrets of a fleet whose pipeline caches this. */
function warningsOf(cached?: (stack: Stack) => CachedImage[]): string[] {
  return Annotations.fromStack(stackOf(withAcr(), cached))
    .findWarning('*', Match.stringLikeRegexp('ownImageCredentials'))
    .map(({ entry }) => entry.data as string);
}

const jobs = () => CachedImage.fromRegistry('jobs.example.com/jobs:live');

test.each<[string, (stack: Stack) => CachedImage[], string]>([
  ['other registries alone', () => [jobs()], 'but those of jobs.example.com: '],
  ['ECR alone', ecr, 'but none of a registry other than ECR: '],
])('secrets are warned of where the pipeline caches images of %s', (_, cached, instead) => {
  expect(warningsOf(cached)).toEqual([
    `"ownImageCredentials" names shop.azurecr.io, of which pipeline 2022-core caches no image, ${instead}` +
      'hosts read the secret for nothing. Leave it out, or cache an image by CachedImage.fromRegistry. [ack: winbake:ownImageCredentials]',
  ]);
});

test.each<[string, ((stack: Stack) => CachedImage[]) | undefined]>([
  ['caches an image of its registry', () => [jobs(), CachedImage.fromRegistry('shop.azurecr.io/web:7')]],
  ['is of another app', undefined],
])('a secret is not warned of where the pipeline %s', (_, cached) => {
  expect(warningsOf(cached)).toEqual([]);
});
