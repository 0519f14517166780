import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { mockClient } from 'aws-sdk-client-mock';
import { findFleetGroup } from '../../lib/aws/fleets/group-launch';

const group = (AutoScalingGroupName: string, Status?: string) => ({ AutoScalingGroupName, Status });

test.each([
  ['the group of the tag', [[group('winbake-shop')]], 'winbake-shop'],
  ['not one that is being deleted', [[group('old', 'Delete in progress'), group('new')]], 'new'],
  ['the group of a later page', [[], [group('old', 'Delete in progress')], [group('new')]], 'new'],
  ['nothing where there is none', [[]], undefined],
])('finds %s', async (_name, pages, expected) => {
  const mock = mockClient(AutoScalingClient);
  pages.forEach((AutoScalingGroups, index) => {
    const NextToken = index + 1 < pages.length ? `page-${index + 1}` : undefined;
    const asked = index === 0 ? {} : { NextToken: `page-${index}` };
    mock.on(DescribeAutoScalingGroupsCommand, asked).resolves({ AutoScalingGroups, NextToken } as never);
  });
  expect(await findFleetGroup(new AutoScalingClient({ region: 'eu-west-1' }), 'shop')).toBe(expected);
  expect(mock.commandCalls(DescribeAutoScalingGroupsCommand)[0]?.args[0].input).toMatchObject({
    Filters: [{ Name: 'tag:winbake:fleet', Values: ['shop'] }],
  });
});
