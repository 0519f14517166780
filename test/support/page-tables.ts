/** The rows of the tables below a heading of a page: blocks of columns that two blanks or more part, without their heads. */
export function rowsBelow(page: string, heading: string): readonly (readonly string[])[] {
  const [, rest = ''] = page.split(`\n## ${heading}\n`);
  const [section = ''] = rest.split(/\n## /);
  const blocks = [...section.matchAll(/^```(\w*)\n.+\n([^]*?)^```$/gm)];
  return blocks.flatMap(([, language, rows = '']) =>
    language === ''
      ? rows
          .trimEnd()
          .split('\n')
          .map((row) => row.split(/ {2,}/))
      : [],
  );
}
