/**
 * The name of the role through which a pipeline's functions reach an account's parameters in a region. It derives from the
 * parameters' prefix alone, so that both sides synthesize on their own: `/winbake` is `winbake-account-eu-central-1`.
 */
export function accountRoleName(parameterPrefix: string, region: string): string {
  return `${prefixSlug(parameterPrefix)}-account-${region}`;
}

/** The prefix of parameters as a part of names: `/winbake` is `winbake`, `/corp/winbake` is `corp-winbake`. */
export function prefixSlug(parameterPrefix: string): string {
  return parameterPrefix.slice(1).replaceAll(/[^A-Za-z0-9-]/g, '-');
}
