import type { Claim } from '../../lib/core/claims/claim';
import { DAMAGES } from '../../lib/core/claims/claim';
import { CLAIM_GROUPS } from '../../lib/core/claims/claims';
import { SIGNS } from '../../lib/core/prove/prove';
import { wrapLine } from '../../bin/shared/layout';

const WIDTH = 80;

/** The text of docs/unproven.md: the claims as the code has them. */
export function unprovenPage(): string {
  const groups = Object.entries(CLAIM_GROUPS).map(
    ([heading, claims]) => `## ${heading}\n\n${claims.map(itemOf).join('')}`,
  );
  return `${head()}\n${groups.join('\n')}`;
}

function head(): string {
  const counts = Object.values(CLAIM_GROUPS).flat();
  const settled = counts.filter(({ id }) => id in SIGNS).length;
  const text = [
    '# What is not proven yet',
    '',
    'What could not be tried without the internet, an AWS account or Windows. `lib/core/claims` holds the claims; `npm run unproven` ' +
      `writes this page. \`winbake prove NAME\` settles ${settled} of ${counts.length} by what a deployment shows (\`prove\` below), and reads only; ` +
      'how a person settles the others stands behind them. What is damaged where a claim is false:',
    '',
    ...Object.entries(DAMAGES).map(([name, meaning]) => `- ${name}: ${meaning}`),
    '',
    'Each answer of simulated AWS names its origin, and `winbake rehearse` counts them. What the last section lists is no more than ' +
      'a belief; a transcript of a real account (`winbake prove NAME --record FILE`) would settle it.',
    '',
  ];
  return text.map((line) => wrapped(line, '')).join('\n');
}

function itemOf({ claim, damage, how, id }: Claim): string {
  const isSettled = id in SIGNS;
  const lines = [
    `- \`${id}\` (${damage}${isSettled ? ', `prove`' : ''}): ${claim.replace(/\.$/, '')}.`,
    ...(isSettled ? [] : [`  How: ${how}.`]),
  ];
  return lines.map((line) => `${wrapped(line)}\n`).join('');
}

/** What stands between backticks stays on one line, since Markdown would show a break in it. */
function wrapped(line: string, indent = '  '): string {
  const whole = line.replaceAll(/`[^`]+`/g, (code) => code.replaceAll(' ', HARD_SPACE));
  return wrapLine(whole, WIDTH, indent).join('\n').replaceAll(HARD_SPACE, ' ');
}

const HARD_SPACE = '\u00A0';
