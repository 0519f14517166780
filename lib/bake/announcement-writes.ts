import { Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { EVENT_SOURCE } from '../core/ports/notices';
import { allow } from '../internal/allow';

/** Lets a role send events to the default bus of its account and region, as Winbake and as nothing else. */
export function allowAnnouncements(role: Role): void {
  const { account, partition, region } = Stack.of(role);
  allow(role, {
    actions: ['events:PutEvents'],
    resources: [`arn:${partition}:events:${region}:${account}:event-bus/default`],
    conditions: { StringEquals: { 'events:source': EVENT_SOURCE } },
  });
}
