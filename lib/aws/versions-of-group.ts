import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';

/** The launch template versions that a group starts from or that its instances came from, each once. */
export function versionsOfGroup(
  group: AutoScalingGroup,
): readonly (readonly [launchTemplateId: string, version: string])[] {
  const mixed = group.MixedInstancesPolicy?.LaunchTemplate;
  const references = [
    group.LaunchTemplate,
    mixed?.LaunchTemplateSpecification,
    ...(mixed?.Overrides ?? []).map((one) => one.LaunchTemplateSpecification),
    ...(group.Instances ?? []).map((one) => one.LaunchTemplate),
  ];
  const versions = references.flatMap((one) =>
    one?.LaunchTemplateId === undefined ? [] : [[one.LaunchTemplateId, one.Version ?? '$Default'] as const],
  );
  return [...new Map(versions.map((one) => [one.join(' '), one])).values()];
}
