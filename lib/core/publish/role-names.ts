/** The functions of a pipeline that reach other accounts. */
export const REACHING_KINDS = ['publish', 'care', 'operate'] as const;

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
export function prefixSlug(parameterPrefix: string): string {
  return parameterPrefix.slice(1).replaceAll(/[^A-Za-z0-9-]/g, '-');
}
