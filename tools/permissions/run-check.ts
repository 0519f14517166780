import { parseArgs } from 'node:util';
import { UsageError } from '../../lib/contract/values/errors';
import { partOf } from '../../sim/permissions/check-permissions';
import { checkedPermissions, formatPermissions, permissionsDocument } from './checked-permissions';

const USAGE = `Usage: npm run check:permissions -- [--all | --part N] [--seed TEXT] [--json]

Takes each action of each statement of Winbake's own roles and policies away,
one at a time, and runs the scenarios that ask for it in simulated accounts.

  --part N     try N of those that a scenario needs (default: 40)
  --seed TEXT  choose which ones (default: today's date)
  --all        try every one; takes about four minutes
  --json       print all verdicts as one document, winbake.permissions/1

Exit codes: 0 every one is caught, reported, redundant or unused; 1 the check
itself failed; 2 wrong usage; 3 the loss of one would go unnoticed.
`;

/** How often a line says how far it is, where there is no terminal. */
const LINE_MILLISECONDS = 15_000;

/** Runs the check and gives the exit code. */
export async function runCheck(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    const { chosen } = options;
    const checked = await checkedPermissions({ chosen, onProgress: progressTo(process.stderr) });
    const { stdout } = process;
    stdout.write(
      options.json
        ? `${JSON.stringify(permissionsDocument(checked), null, 2)}\n`
        : formatPermissions(checked),
    );
    return checked.some(({ verdict }) => verdict.kind === 'uncaught') ? 3 : 0;
  } catch (error) {
    const isUsage = error instanceof UsageError;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return isUsage ? 2 : 1;
  }
}

/** Reads the arguments; throws a `UsageError` where they are no such arguments. */
export function readOptions(args: readonly string[]) {
  const { all, help, json, part, seed } = parse(args);
  if (all && part !== undefined) {
    throw new UsageError('--all and --part exclude each other.');
  }
  if (part !== undefined && !/^[1-9]\d{0,3}$/.test(part)) {
    throw new UsageError(`--part is a number from 1 to 9999; got: '${part}'.`);
  }
  return { help, json, chosen: all ? undefined : partOf(seed, Number(part ?? 40)) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        all: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        json: { type: 'boolean', default: false },
        part: { type: 'string' },
        seed: { type: 'string', default: new Date().toISOString().slice(0, 10) },
      },
    }).values;
  } catch (error) {
    const [what = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new UsageError(`${what}. See "npm run check:permissions -- --help".`);
  }
}

function progressTo(out: NodeJS.WriteStream): (done: number, of: number, what: string) => void {
  let last = 0;
  return (done, of, what) => {
    const text = `${done + 1}/${of} ${what}`;
    if (out.isTTY) {
      out.write(`\r\x1b[K${text.slice(0, (out.columns || 80) - 1)}${done + 1 === of ? '\r\x1b[K' : ''}`);
    } else if (Date.now() - last >= LINE_MILLISECONDS) {
      last = Date.now();
      out.write(`${text}\n`);
    }
  };
}
