/**
 * What a terminal or a mail would obey, hide or show out of its order: control characters (line breaks and ANSI escapes begin
 * with one), marks of direction, what has no width, line and paragraph separators, halves of surrogate pairs, and what is
 * assigned to nothing.
 * @see https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return SHORT[character] ?? units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** Text as one line of characters that show as what they are; the others are escaped as in JSON. */
export function printable(text: string): string {
  return Array.from(text, (one) => (UNPRINTABLE.test(one) ? escaped(one) : one)).join('');
}

/** Text of several lines, each of them printable. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** JSON that holds the same, and shows as what it is. */
export function printableJson(value: unknown): string {
  return printableLines(JSON.stringify(value, null, 2));
}

/** So much is shown of what somebody wrote. */
const LONGEST_EXCERPT = 80;

/** What somebody else wrote, as it stands in a sentence of ours: printable, and cut to 80 characters. */
export function excerpt(text: string, longest = LONGEST_EXCERPT): string {
  const whole = printable(text);
  if (whole.length <= longest) {
    return whole;
  }
  let cut = '';
  for (const one of text) {
    const shown = printable(one);
    if (cut.length + shown.length >= longest) {
      break;
    }
    cut += shown;
  }
  return `${cut}…`;
}

/**
 * What somebody else wrote, cut, of plain ASCII: parameters are counted in bytes, and JSON escapes quotes and backslashes. What
 * is none becomes a question mark.
 */
export function plainExcerpt(text: string, longest: number): string {
  const plain = text.replaceAll(/[^\x20-\x7e]|["\\]/g, (one) => (one === '"' ? "'" : '?'));
  return plain.length <= longest ? plain : `${plain.slice(0, longest - 3)}...`;
}

/** A number of bytes as people say it, in powers of ten as registries count. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[power] ?? ''}`;
}
