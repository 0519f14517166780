/** The name that a pipeline's resources in AWS have or begin with. */
export function resourceNameOf(pipeline: string): string {
  return `winbake-${pipeline}`;
}

/** The fixed name of a fleet's Auto Scaling group, by which its instances complete their launch. */
export function fleetGroupName(fleet: string): string {
  return `winbake-${fleet}`;
}

/** The tag that says to which pipeline something belongs; activate it for cost allocation to see what each costs. */
export const PIPELINE_TAG = 'winbake:pipeline';

/** The tag that says to which fleet something belongs. */
export const FLEET_TAG = 'winbake:fleet';

/** The tag of a fleet's group that names what deletes it. */
export const DELETION_TAG = 'winbake:deletion';

/** The tag of a fleet's group that names what ends its stopping tasks before the capacity provider goes. */
export const DRAIN_TAG = 'winbake:drain';

/** The tag of a fleet's capacity provider that names what associates it with its cluster. */
export const ASSOCIATION_TAG = 'winbake:association';

/** The tag of an AMI that names its publication. */
export const PUBLICATION_TAG = 'winbake:publication';

/** The tag of an AMI that came out equal to a publication, and names it. */
export const EQUAL_TO_TAG = 'winbake:equal-to';

/** The alias of `operate` by which findings are accepted and nothing else is done. */
export const ACCEPT_ALIAS = 'accept';

/** The description of the key that a pipeline makes for AMIs of other accounts; the key's name goes with the stack. */
export function amiKeyDescription(pipeline: string): string {
  return `Winbake ${pipeline}: AMIs that other accounts use`;
}

/** The names of the log groups that Image Builder may make anew after the stack has gone. */
export function logGroupsOf(pipeline: string): readonly string[] {
  const name = resourceNameOf(pipeline);
  return [`/aws/imagebuilder/${name}`, `/aws/imagebuilder/pipeline/${name}`];
}

/** The alias of the key that a pipeline makes for AMIs of other accounts; accounts find the key by it. */
export function amiKeyAlias(pipeline: string): string {
  return `alias/${resourceNameOf(pipeline)}-amis`;
}

/**
 * What Auto Scaling's own role needs of a key of another account.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html#policy-example-cmk-cross-account-access
 */
export const AUTO_SCALING_GRANT = [
  'CreateGrant',
  'Decrypt',
  'DescribeKey',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
] as const;

/** The role that Auto Scaling has in an account unless a group names another one. */
export function autoScalingRoleArn(partition: string, account: string): string {
  return `arn:${partition}:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
}

/** The functions of a pipeline that reach other accounts. */
const REACHING_KINDS = ['publish', 'housekeeping', 'operate'] as const;

/**
 * The name of the role through which a pipeline's functions reach an account's parameters in a region. It derives from the
 * parameters' prefix alone, so that both sides synthesize on their own: `/winbake` is `winbake-account-eu-central-1`.
 */
export function accountRoleName(parameterPrefix: string, region: string): string {
  return `${prefixSlug(parameterPrefix)}-account-${region}`;
}

/** The name of the role of a pipeline's function, such as `winbake-2022-core-publish-eu-central-1`. */
export function functionRoleName(
  parameterPrefix: string,
  pipeline: string,
  kind: string,
  region: string,
): string {
  return `${prefixSlug(parameterPrefix)}-${pipeline}-${kind}-${region}`;
}

/** The patterns of the names of all roles that reach other accounts, of any pipeline below a prefix and of any region. */
export function reachingRoleNames(parameterPrefix: string): readonly string[] {
  return REACHING_KINDS.map((kind) => functionRoleName(parameterPrefix, '*', kind, '*'));
}

/** The prefix of parameters as a part of names: `/winbake` is `winbake`, `/corp/winbake` is `corp-winbake`. */
function prefixSlug(parameterPrefix: string): string {
  return parameterPrefix.slice(1).replaceAll(/[^A-Za-z0-9-]/g, '-');
}

/** Where the runbook says more of an alarm or a notice; its headings are their names. */
export function runbookLink(heading: string): string {
  return `docs/runbook.md#${heading.toLowerCase()}`;
}
