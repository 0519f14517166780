import { App, Size, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import {
  WindowsAmi,
  WindowsAmiPipeline,
  WindowsCapacityProvider,
  WindowsOs,
  type WindowsCapacityProviderProps,
} from '../../lib/index';
import { onlyProperties } from '../support/only-resource';

const os = WindowsOs.SERVER_2022_CORE;

/** A fleet of a pipeline in the same app, whose `fastLaunch` is said, or of one that is not known. */
function fleetOf(props: Partial<WindowsCapacityProviderProps>, hasPipeline?: boolean): Stack {
  const app = new App();
  const stack = new Stack(app, 'Shop');
  const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
  const ami =
    hasPipeline === undefined
      ? WindowsAmi.fromChannel({ os })
      : WindowsAmi.fromPipeline(
          new WindowsAmiPipeline(new Stack(app, 'Platform'), 'Pipeline', {
            os,
            ...(hasPipeline ? { fastLaunch: {} } : {}),
          }),
        );
  new WindowsCapacityProvider(stack, 'Windows', { cluster, ami, fleetName: 'shop', ...props });
  return stack;
}

test.each([
  [{ fastLaunch: true }, undefined],
  [{}, [expect.objectContaining({ DeviceName: '/dev/sda1' })]],
])('the launch template of %j names this root device', (props, mappings) => {
  const { LaunchTemplateData } = onlyProperties(
    Template.fromStack(fleetOf(props)),
    'AWS::EC2::LaunchTemplate',
  );
  expect(LaunchTemplateData.BlockDeviceMappings).toEqual(mappings);
});

test('a volume of its own ends synthesis', () => {
  const volume = { size: Size.gibibytes(200) };
  expect(() => fleetOf({ fastLaunch: true, volume })).toThrow(
    '"volume" must be left out with "fastLaunch", which no instance uses whose launch template names a root device; got: size. Say it of the pipeline',
  );
});

test.each<[boolean, boolean | undefined, string | undefined]>([
  [false, true, 'keeps snapshots of Fast Launch, which this fleet never uses'],
  [true, false, 'has no Fast Launch, so that "fastLaunch" of the fleet only takes its volume from the AMI'],
  [true, true, undefined],
  [false, false, undefined],
  [true, undefined, undefined],
  [false, undefined, undefined],
])('fleet %s, pipeline %s: %s', (fastLaunch, pipeline, warning) => {
  const found = Annotations.fromStack(fleetOf({ fastLaunch }, pipeline)).findWarning(
    '*',
    Match.stringLikeRegexp('Fast Launch'),
  );
  expect(found.map(({ entry }) => entry.data as string)).toEqual(
    warning === undefined ? [] : [expect.stringContaining(warning)],
  );
});
