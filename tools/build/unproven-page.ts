import { DAMAGES, type Claim } from '../../lib/core/claims/claim';
import { CLAIM_GROUPS } from '../../lib/core/claims/claims';
import { SIGNS } from '../../lib/core/prove/prove';
import { wrapLine } from '../../bin/shared/layout';

const WIDTH = 80;

/** Below so many words a clause is the beginning of a list rather than a claim. */
const SHORTEST_CLAUSE = 8;

/** The text of docs/unproven.md: the ids of the claims by what they damage, and in words those that are unsafe where false and that no deployment shows. */
export function unprovenPage(): string {
  const groups = Object.entries(CLAIM_GROUPS).map(
    ([heading, claims]) => `## ${heading}\n\n${itemsOf(claims).join('')}`,
  );
  return `${head()}\n${groups.join('\n')}`;
}

function head(): string {
  const claims = Object.values(CLAIM_GROUPS).flat();
  const settled = claims.filter(isSettled).length;
  const text = [
    '# What is not proven yet',
    '',
    `${claims.length} claims could not be tried without AWS or Windows. \`winbake prove NAME\` settles the ${settled} in bold by what a deployment shows; ` +
      '`--details` has the text of each and how a person settles it.',
    '',
    'If a claim is false:',
    '',
    ...Object.entries(DAMAGES).map(([name, meaning]) => `- ${name}: ${meaning}`),
    '',
  ];
  return text.map((line) => wrapped(line, '')).join('\n');
}

function isSettled({ id }: Claim): boolean {
  return id in SIGNS;
}

/** The id of a claim, in bold where a deployment settles it. */
function idOf(claim: Claim): string {
  const id = `\`${claim.id}\``;
  return isSettled(claim) ? `**${id}**` : id;
}

/** Those that a person must settle lest they be unsafe in a short line each, the others by their ids. */
function itemsOf(claims: readonly Claim[]): readonly string[] {
  const damages = Object.keys(DAMAGES) as Claim['damage'][];
  return damages.flatMap((damage) => {
    const own = claims.filter((claim) => claim.damage === damage);
    const [settled, others] = [own.filter(isSettled), own.filter((claim) => !isSettled(claim))];
    return damage === 'unsafe'
      ? [...idsOf(damage, settled), ...linesOf(damage, others)]
      : idsOf(damage, [...settled, ...others]);
  });
}

function linesOf(title: string, claims: readonly Claim[]): readonly string[] {
  const lines = claims.map(
    (claim) => `${wrapped(`${HARD_SPACE}${HARD_SPACE}- ${idOf(claim)}: ${shortClaim(claim)}`, '    ')}\n`,
  );
  return claims.length === 0 ? [] : [`- ${title}:\n`, ...lines];
}

function idsOf(title: string, claims: readonly Claim[]): readonly string[] {
  const ids = claims.map(idOf).join(', ');
  return claims.length === 0 ? [] : [`${wrapped(`- ${title}: ${ids}`)}\n`];
}

/** A claim up to the end of its first clause that says something. */
function shortClaim({ claim }: Claim): string {
  const clauses = claim.split(/(?=[,;:] | \()/);
  const end = clauses.findIndex(
    (_, at) =>
      clauses
        .slice(0, at + 1)
        .join('')
        .split(' ').length >= SHORTEST_CLAUSE,
  );
  return clauses.slice(0, end === -1 ? undefined : end + 1).join('');
}

/** What stands between backticks stays on one line, since Markdown would show a break in it. */
function wrapped(line: string, indent = '  '): string {
  const whole = line.replaceAll(/`[^`]+`/g, (code) => code.replaceAll(' ', HARD_SPACE));
  return wrapLine(whole, WIDTH, indent).join('\n').replaceAll(HARD_SPACE, ' ');
}

const HARD_SPACE = '\u00A0';
