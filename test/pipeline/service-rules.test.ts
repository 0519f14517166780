import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { WindowsAmiPipeline, WindowsOs } from '../../lib/index';
import { addAllPropsFleet } from '../support/all-props-fleet';

function addPipeline(app: App): void {
  new WindowsAmiPipeline(new Stack(app, 'Platform'), 'Pipeline', { os: WindowsOs.SERVER_2022_CORE });
}

test.each<[string, (app: App) => unknown, string, string, unknown, RegExp]>([
  [
    'a schedule with the five fields of crontab',
    addPipeline,
    'AWS::Scheduler::Schedule',
    'ScheduleExpression',
    'cron(0 18 * * 2)',
    /rule schedule\//,
  ],
  [
    'a workflow step with more time than there is',
    addPipeline,
    'AWS::ImageBuilder::Workflow',
    'Data',
    'name: a\nschemaVersion: 1.0\nsteps:\n  - name: A\n    action: TerminateInstance\n    timeoutSeconds: 90000\n    inputs: {instanceId: i}',
    /timeoutSeconds must be a whole number from 1 to 43200; got: 90000\..* \(rule workflow\//,
  ],
  [
    'a trust policy without a principal',
    addPipeline,
    'AWS::IAM::Role',
    'AssumeRolePolicyDocument',
    { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole' }] },
    /rule role\//,
  ],
  [
    'a volume with more IOPS than its size may have',
    addAllPropsFleet,
    'AWS::EC2::LaunchTemplate',
    'LaunchTemplateData.BlockDeviceMappings',
    [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 10, VolumeType: 'gp3', Iops: 16_000 } }],
    /rule launch-template\//,
  ],
  [
    'a recipe without its version',
    addPipeline,
    'AWS::ImageBuilder::ImageRecipe',
    'Version',
    undefined,
    /#: required key \[Version\] not found; got: .*Name.* \(rule resource\/required\)/,
  ],
  [
    'a policy of a queue without its queue',
    addPipeline,
    'AWS::SQS::QueuePolicy',
    'Queues',
    undefined,
    /#: required key \[Queues\] not found/,
  ],
])('an escape hatch with %s ends synthesis with the rule', (_name, make, type, path, value, reported) => {
  const app = new App();
  make(app);
  const resource = app.node
    .findAll()
    .filter((one) => CfnResource.isCfnResource(one))
    .find(({ cfnResourceType }) => cfnResourceType === type)!;
  if (value === undefined) {
    resource.addPropertyDeletionOverride(path);
  } else {
    resource.addPropertyOverride(path, value);
  }
  expect(() => app.synth()).toThrow(reported);
  expect(() => app.synth()).toThrow(/The deployment would fail at \w+: /);
});

test('what is not changed is let through', () => {
  const app = new App();
  addPipeline(app);
  addAllPropsFleet(app);
  expect(() => app.synth()).not.toThrow();
});
