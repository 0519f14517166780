import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { UsageError } from '../lib/contract/values/errors';

/** The options of `npm run SCRIPT -- ...`; throws a `UsageError` that names its help. */
export function scriptOptions<const T extends ParseArgsOptionsConfig>(
  script: string,
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [what = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new UsageError(`${what}. See "npm run ${script} -- --help".`);
  }
}

/** The whole number from 1 on that an option has; throws a `UsageError`. */
export function wholeNumber(name: string, text: string, most: number): number {
  if (!/^[1-9]\d{0,8}$/.test(text) || Number(text) > most) {
    throw new UsageError(`--${name} is a number from 1 to ${most}; got: '${text}'.`);
  }
  return Number(text);
}
