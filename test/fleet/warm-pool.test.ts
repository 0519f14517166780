import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnWarmPool } from 'aws-cdk-lib/aws-autoscaling';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import {
  WindowsAmi,
  WindowsCapacityProvider,
  WindowsOs,
  type WindowsCapacityProviderProps,
} from '../../lib/index';
import { onlyProperties } from '../support/only-resource';
import { actionsOf, policyStatements } from '../support/policy-statements';
import { resolvedText } from '../support/resolved-text';

function fleetOf(props: Partial<WindowsCapacityProviderProps> = {}) {
  const stack = new Stack(new App(), 'Shop');
  const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
  const ami = WindowsAmi.fromChannel({ os: WindowsOs.SERVER_2022_CORE });
  return new WindowsCapacityProvider(stack, 'Windows', { cluster, ami, fleetName: 'shop', ...props });
}

const templateOf = (fleet: WindowsCapacityProvider) => Template.fromStack(Stack.of(fleet));
const health = (template: Template) =>
  Object.values(policyStatements(template))
    .flat()
    .filter((one) => actionsOf([one]).includes('autoscaling:SetInstanceHealth'));

test('a pool is of stopped instances, which know of it and never come back to it', () => {
  const template = templateOf(fleetOf({ warmPool: { minSize: 2, maxGroupPreparedCapacity: 4 } }));
  const [group] = Object.keys(template.findResources('AWS::AutoScaling::AutoScalingGroup'));
  expect(onlyProperties(template, 'AWS::AutoScaling::WarmPool')).toEqual({
    AutoScalingGroupName: { Ref: group },
    MinSize: 2,
    MaxGroupPreparedCapacity: 4,
    PoolState: 'Stopped',
  });
  const { LaunchTemplateData } = onlyProperties(template, 'AWS::EC2::LaunchTemplate');
  const text = resolvedText(LaunchTemplateData.UserData['Fn::Base64']);
  expect(text).toMatch(/ -WarmPool<\/powershell><persist>true<\/persist>$/);
  expect(
    onlyProperties(template, 'AWS::AutoScaling::AutoScalingGroup').LifecycleHookSpecificationList,
  ).toEqual([expect.objectContaining({ DefaultResult: 'ABANDON' })]);
});

test('only a fleet with a pool may let instances of its own group go', () => {
  const [statement, ...more] = health(templateOf(fleetOf({ warmPool: {} })));
  expect(more).toEqual([]);
  expect(JSON.stringify(statement)).toContain('autoScalingGroupName/winbake-shop');
  const without = templateOf(fleetOf());
  expect(health(without)).toEqual([]);
  without.resourceCountIs('AWS::AutoScaling::WarmPool', 0);
});

test.each<[Partial<WindowsCapacityProviderProps>, string]>([
  [{ warmPool: { minSize: 11 } }, '"warmPool.minSize" must be 0 to 10; got: 11.'],
  [
    { warmPool: { maxGroupPreparedCapacity: 30 }, maxCapacity: 20 },
    '"warmPool.maxGroupPreparedCapacity" must be 1 to 20; got: 30. The group would never start more of them; raise "maxCapacity"',
  ],
  [
    { warmPool: { minSize: 2 }, spot: {} },
    '"warmPool" must not be said of a fleet with "spot", whose instances no pool takes; got: {"minSize":2}. Make two fleets',
  ],
])('%j ends synthesis', (props, message) => {
  expect(() => fleetOf(props)).toThrow(message);
});

test.each<[string, (fleet: WindowsCapacityProvider) => void]>([
  ['CDK adds', ({ autoScalingGroup }) => autoScalingGroup.addWarmPool()],
  [
    'has the name of the group',
    (fleet) =>
      new CfnWarmPool(Stack.of(fleet), 'Pool', {
        autoScalingGroupName: 'winbake-shop',
        poolState: 'Running',
      }),
  ],
])('a pool that %s ends synthesis, whether the fleet has one or not', (_, add) => {
  for (const props of [{}, { warmPool: {} }]) {
    const fleet = fleetOf(props);
    add(fleet);
    expect(() => templateOf(fleet)).toThrow(
      /gives the fleet's group a warm pool whose instances do not know of it: .* Say "warmPool" of the fleet\./,
    );
  }
});

test('a pool of another group is none of its business', () => {
  const fleet = fleetOf();
  new CfnWarmPool(Stack.of(fleet), 'Pool', { autoScalingGroupName: 'other' });
  expect(() => templateOf(fleet)).not.toThrow();
});
