import { verbsOf } from './commands';

/** The options that stood before a name, or in place of one. */
const NAME_OPTIONS = ['-p', '--pipeline'];
/** What a word of a command line may have without quotes. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** The sentence that names the new form of a command line of before pipelines and fleets had groups, if it is one. */
export function oldForm(args: readonly string[]): string | undefined {
  const [first = '', second, ...others] = args;
  const isGroup = first === 'pipeline' || first === 'fleet';
  if (!isGroup) {
    return verbsOf('pipeline').includes(first)
      ? written(first, ['pipeline', first], args.slice(1))
      : undefined;
  }
  const verbs = verbsOf(first);
  if (second === undefined || second === 'help' || second === '-h' || second === '--help') {
    return undefined;
  }
  if (verbs.includes(second)) {
    const isNamed = others.some((override) => NAME_OPTIONS.includes(override.replace(/=.*$/, '')));
    return isNamed ? written(`${first} ${second} -p`, [first, second], others) : undefined;
  }
  const verb = others.find((override) => verbs.includes(override));
  if (second.startsWith('-') && verb !== undefined) {
    return `Write ${second} after the verb ${verb}.`;
  }
  const rest = args.slice(1);
  const isFleet = first === 'fleet' && !verbs.some((one) => isNear(one, second));
  const verbNow = rest.some((override) => override.startsWith('--month')) ? 'evidence' : 'status';
  return isFleet ? written(`fleet ${second}`, ['fleet', verbNow], rest) : undefined;
}

/** The name stands directly after the verb. */
function written(before: string, path: readonly string[], rest: readonly string[]): string {
  const others: string[] = [];
  let name: string | undefined;
  for (let at = 0; at < rest.length; at++) {
    const override = rest[at] ?? '';
    const [option = '', value] = override.split('=', 2);
    if (!NAME_OPTIONS.includes(option)) {
      others.push(override);
    } else if (value !== undefined) {
      name = value;
    } else {
      at++;
      name = rest[at];
    }
  }
  const now = [...path, ...(name === undefined ? [] : [name]), ...others];
  return `'winbake ${before}' has moved; write: winbake ${now.map(quoted).join(' ')}`;
}

function quoted(override: string): string {
  return PLAIN.test(override) ? override : JSON.stringify(override);
}

/** Whether a word is a verb with one letter wrong, missing, too many, or two of them exchanged. */
function isNear(verb: string, override: string): boolean {
  const sorted = (text: string) =>
    Array.from(text)
      .sort((one, other) => (one < other ? -1 : 1))
      .join('');
  if (sorted(verb) === sorted(override)) {
    return true;
  }
  let start = 0;
  while (start < verb.length && verb[start] === override[start]) {
    start++;
  }
  const rests = [verb.slice(start), override.slice(start)] as const;
  const [one, other] = rests;
  return one.slice(1) === other.slice(1) || one.slice(1) === other || one === other.slice(1);
}
