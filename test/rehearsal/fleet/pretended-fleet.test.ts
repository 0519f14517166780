import { VirtualClock } from '../../../lib/rehearsal/clock/virtual-clock';
import { PretendedFleet } from '../../../lib/rehearsal/fleet/pretended-fleet';
import { allowing, callerWith, OMNIPOTENT } from '../../support/stack-models';

const OLD = 'ami-00000000000000001';
const NEW = 'ami-00000000000000002';
const START = new Date('2025-10-14T21:46:00Z');

function fleetOf(instanceCount = 2) {
  const clock = new VirtualClock(START);
  const fleet = new PretendedFleet({
    groupName: 'group',
    launchTemplateId: 'lt-1',
    amiId: OLD,
    instanceCount,
    clock,
  });
  return { fleet, clock, control: fleet.control(OMNIPOTENT) };
}

test('a group begins with instances of its first version', async () => {
  const { control, fleet } = fleetOf();
  expect(await control.newestRefresh()).toBeUndefined();
  const group = await control.describeGroup();
  expect(group).toMatchObject({ launchTemplateVersion: '1', amiId: OLD, desiredCapacity: 2 });
  expect(new Set(group.instances.map(({ id }) => id)).size).toBe(2);
  expect(fleet.refreshEndsAt).toBeUndefined();
});

test('a refresh replaces the instances when its time has passed', async () => {
  const { clock, control, fleet } = fleetOf();
  const version = await control.createLaunchTemplateVersion('1', NEW, 'Winbake');
  expect(version).toBe('2');
  await control.useLaunchTemplateVersion(version);
  expect(await control.describeGroup()).toMatchObject({ amiId: NEW, launchTemplateVersion: '2' });
  const id = await control.startRefresh(version);
  expect(await control.newestRefresh()).toEqual({ id, status: 'InProgress' });
  expect(fleet.report.map(({ after }) => after)).toEqual([OLD, OLD]);
  const end = fleet.refreshEndsAt!;
  expect(end.getTime() - START.getTime()).toBe(20 * 60_000);
  await clock.waitUntil(end);
  expect(await control.newestRefresh()).toEqual({ id, status: 'Successful' });
  expect(fleet.refreshEndsAt).toBeUndefined();
  expect(fleet.report.map(({ before, after }) => [before, after])).toEqual([
    [OLD, NEW],
    [OLD, NEW],
  ]);
});

test('what Auto Scaling refuses has no model', async () => {
  const { control } = fleetOf();
  const begin = async (version: string) => control.startRefresh(version);
  await control.createLaunchTemplateVersion('1', NEW, 'Winbake');
  await begin('2');
  await expect(begin('2')).rejects.toThrow('a second instance refresh beside one that is under way');
  await control.useLaunchTemplateVersion('9');
  await expect((async () => control.describeGroup())()).rejects.toThrow(
    'does not model the launch template version 9, which nothing made',
  );
});

type Control = ReturnType<PretendedFleet['control']>;

test.each<[string, (control: Control) => Promise<unknown>]>([
  ['autoscaling:DescribeAutoScalingGroups', (control) => control.describeGroup()],
  ['ec2:DescribeLaunchTemplateVersions', (control) => control.describeGroup()],
  ['ec2:DescribeInstances', (control) => control.describeGroup()],
  ['autoscaling:DescribeInstanceRefreshes', (control) => control.newestRefresh()],
  ['ec2:CreateLaunchTemplateVersion', (control) => control.createLaunchTemplateVersion('1', NEW, 'Winbake')],
  ['autoscaling:UpdateAutoScalingGroup', (control) => control.useLaunchTemplateVersion('1')],
  ['autoscaling:StartInstanceRefresh', (control) => control.startRefresh('1')],
  ['ec2:RunInstances', (control) => control.useLaunchTemplateVersion('1')],
])('%s is asked of the caller', async (action, call) => {
  const Statement = [
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: action, Resource: '*' },
  ];
  const control = fleetOf().fleet.control(callerWith({ Statement }));
  await expect((async () => call(control))()).rejects.toThrow(`is not authorized to perform ${action} on `);
});

test('the calls are about this group and this launch template', async () => {
  const resources = [
    'arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:*:autoScalingGroupName/other',
    'arn:aws:ec2:us-east-1:123456789012:launch-template/lt-2',
  ];
  const control = fleetOf().fleet.control(callerWith(allowing('*', resources)));
  await expect((async () => control.startRefresh('1'))()).rejects.toThrow('autoScalingGroupName/group');
  await expect((async () => control.createLaunchTemplateVersion('1', NEW, ''))()).rejects.toThrow(
    'launch-template/lt-1',
  );
});
