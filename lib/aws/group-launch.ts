import type {
  AutoScalingGroup,
  DesiredConfiguration,
  LaunchTemplateSpecification,
} from '@aws-sdk/client-auto-scaling';

/** The group and launch template of a fleet, by name and id. */
export interface FleetNames {
  readonly autoScalingGroup: string;
  readonly launchTemplateId: string;
}

/** What a group starts, or what a refresh brings it: one launch template, alone or in a policy of mixed instances. */
type Launch = Pick<DesiredConfiguration & AutoScalingGroup, 'LaunchTemplate' | 'MixedInstancesPolicy'>;

/** The version of the launch template, or undefined. */
export function versionOf(launch: Launch | undefined): string | undefined {
  return (launch?.LaunchTemplate ?? launch?.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification)
    ?.Version;
}

/**
 * What the group is to start, with another version of its launch template. A policy of mixed instances is sent as a whole,
 * since what is left out of it is taken away. An answer names a template by id and name, a request may only do by one.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateSpecification.html
 */
export function launchOf(group: Launch | undefined, template: LaunchTemplateSpecification): Launch {
  const policy = group?.MixedInstancesPolicy;
  return policy === undefined
    ? { LaunchTemplate: template }
    : {
        MixedInstancesPolicy: {
          ...policy,
          LaunchTemplate: { ...policy.LaunchTemplate, LaunchTemplateSpecification: template },
        },
      };
}
