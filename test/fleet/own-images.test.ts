import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import {
  CachedImage,
  WindowsAmi,
  WindowsAmiPipeline,
  WindowsCapacityProvider,
  WindowsOs,
  type WindowsCapacityProviderProps,
} from '../../lib/index';
import { onlyProperties } from '../support/only-resource';

const os = WindowsOs.SERVER_2022_CORE;

/** The user data of a fleet, of a pipeline in the same app that caches this, or of one that is not known. */
function userData(
  props: Partial<WindowsCapacityProviderProps> = {},
  cached?: (stack: Stack) => CachedImage[],
): string {
  const app = new App();
  const [stack, platform] = [new Stack(app, 'Shop'), new Stack(app, 'Platform')];
  const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
  const ami =
    cached === undefined
      ? WindowsAmi.fromChannel({ os })
      : WindowsAmi.fromPipeline(
          new WindowsAmiPipeline(platform, 'Pipeline', { os, extras: cached(platform) }),
        );
  new WindowsCapacityProvider(stack, 'Windows', { cluster, ami, fleetName: 'shop', ...props });
  const { LaunchTemplateData } = onlyProperties(Template.fromStack(stack), 'AWS::EC2::LaunchTemplate');
  return JSON.stringify(LaunchTemplateData.UserData);
}

const ecr = (stack: Stack) => [CachedImage.fromEcr(Repository.fromRepositoryName(stack, 'Shop', 'shop'))];

/** For how many seconds hosts fetch own images; undefined where they do not. */
function secondsIn(data: string): number | undefined {
  const [, seconds] = /Update-OwnImage\.ps1' -Seconds (\d+)/.exec(data) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}

test.each<
  [
    string,
    Partial<WindowsCapacityProviderProps>,
    ((stack: Stack) => CachedImage[]) | undefined,
    number | undefined,
  ]
>([
  ['of a pipeline that is not known', {}, undefined, undefined],
  ['of a pipeline without own images', {}, () => [], undefined],
  ['of a pipeline with some in ECR', {}, ecr, 600],
  ['of a pipeline with some elsewhere alone', {}, () => [CachedImage.fromRegistry('a.io/x:1')], undefined],
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
