/** The short names of the hives, by their long ones. */
const HIVES: ReadonlyMap<string, string> = new Map([
  ['HKEY_CLASSES_ROOT', 'HKCR:'],
  ['HKEY_USERS', 'HKU:'],
  ['HKEY_LOCAL_MACHINE', 'HKLM:'],
  ['HKEY_CURRENT_CONFIG', 'HKCC:'],
  ['HKEY_CURRENT_USER', 'HKCU:'],
]);

/**
 * A registry key as `host.json` writes it, such as `HKLM:\SOFTWARE\Mine`; undefined where the path names no hive.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-setregistry
 */
export function registryKey(path: string): string | undefined {
  const [, hive = '', rest] = /^([^\\]+)\\(.+?)\\*$/.exec(path) ?? [];
  const name = hive.toUpperCase();
  const short = HIVES.get(name) ?? [...HIVES.values()].find((one) => one === name);
  return short === undefined || rest === undefined ? undefined : `${short}\\${rest}`;
}
