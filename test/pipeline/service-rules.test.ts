import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { WindowsAmiPipeline, WindowsOs } from '../../lib/index';
import { addAllPropsFleet } from '../support/all-props-fleet';

function pipelineStack(): Stack {
  const stack = new Stack(new App(), 'Platform');
  new WindowsAmiPipeline(stack, 'Pipeline', { os: WindowsOs.SERVER_2022_CORE });
  return stack;
}

const fleetStack = () => addAllPropsFleet(new App()).stack;

test.each<[string, () => Stack, string, string, unknown, RegExp]>([
  [
    'a schedule with the five fields of crontab',
    pipelineStack,
    'AWS::Scheduler::Schedule',
    'ScheduleExpression',
    'cron(0 18 * * 2)',
    /rule schedule\//,
  ],
  [
    'a workflow step with more time than there is',
    pipelineStack,
    'AWS::ImageBuilder::Workflow',
    'Data',
    'name: a\nschemaVersion: 1.0\nsteps:\n  - name: A\n    action: TerminateInstance\n    timeoutSeconds: 90000\n    inputs: {instanceId: i}',
    /timeoutSeconds must be a whole number from 1 to 43200; got: 90000\..* \(rule workflow\//,
  ],
  [
    'a trust policy without a principal',
    pipelineStack,
    'AWS::IAM::Role',
    'AssumeRolePolicyDocument',
    { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole' }] },
    /rule role\//,
  ],
  [
    'a volume with more IOPS than its size may have',
    fleetStack,
    'AWS::EC2::LaunchTemplate',
    'LaunchTemplateData.BlockDeviceMappings',
    [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 10, VolumeType: 'gp3', Iops: 16_000 } }],
    /rule launch-template\//,
  ],
])('an escape hatch with %s ends synthesis with the rule', (_name, make, type, path, value, reported) => {
  const stack = make();
  const resource = stack.node
    .findAll()
    .filter((one) => CfnResource.isCfnResource(one))
    .find(({ cfnResourceType }) => cfnResourceType === type)!;
  resource.addPropertyOverride(path, value);
  expect(() => (stack.node.root as App).synth()).toThrow(reported);
  expect(() => (stack.node.root as App).synth()).toThrow(/The deployment would fail at \w+: /);
});

test('what is not changed is let through', () => {
  expect(() => (pipelineStack().node.root as App).synth()).not.toThrow();
  expect(() => (fleetStack().node.root as App).synth()).not.toThrow();
});
