import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { SIMULATOR_CLAIMS } from '../../lib/core/claims/claims';
import { unprovenPage } from '../../tools/build/unproven-page';

const root = join(__dirname, '..', '..');

/** The sentences with which simulated services own up to a belief; what a sentence is about at run time is left out. */
function assumptions(): readonly string[] {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'sim'], {
    cwd: root,
    encoding: 'utf8',
  });
  return files
    .split('\n')
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const source = ts.createSourceFile(
        file,
        readFileSync(join(root, file), 'utf8'),
        ts.ScriptTarget.Latest,
      );
      const found: string[] = [];
      const visit = (node: ts.Node): void => {
        if (
          ts.isCallExpression(node) &&
          ts.isIdentifier(node.expression) &&
          node.expression.text === 'assumed'
        ) {
          const [sentence] = node.arguments;
          found.push(sentence === undefined ? '' : textOf(sentence));
        }
        ts.forEachChild(node, visit);
      };
      visit(source);
      return found;
    });
}

function textOf(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) {
    return node.text;
  }
  return ts.isTemplateExpression(node)
    ? `${node.head.text}…${node.templateSpans.map(({ literal }) => literal.text).join('…')}`
    : '';
}

test('what the simulated services assume is claimed, and nothing else is', () => {
  const claimed = SIMULATOR_CLAIMS.map(({ claim }) => claim);
  expect(claimed.sort()).toEqual([...new Set(assumptions())].sort());
});

test('the page is what `npm run unproven` writes', () => {
  expect(readFileSync(join(root, 'docs', 'unproven.md'), 'utf8')).toBe(unprovenPage());
});
