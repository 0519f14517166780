import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { projectOf, testFiles } from '../../../tools/build/test-files.cjs';

const ROOT = join(__dirname, '..', '..', '..');

/** What a file of `rules` must not load: constructs, processes, and the folder that the bundle is in. */
const FORBIDDEN = /^(aws-cdk-lib|aws-cdk|constructs|cdk-nag|tsx|(node:)?child_process)(\/|$)/;
const BUNDLE = /['"](dist['"/]|(\.\.\/)+dist\/)/;

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(?!type\s)(?:[^;'"]*?from\s*)?['"]([^'"]+)['"]|(?:import|require|requireActual)(?:<[^>]*>)?\(\s*['"]([^'"]+)['"]/g;

/** What a test file loads, by whatever way, that no file of `rules` may, such as `aws-cdk-lib by test/a.ts`. */
function forbiddenOf(file: string, root = ROOT): readonly string[] {
  const open = [join(root, file)];
  const seen = new Set(open);
  const found: string[] = [];
  for (const path of open) {
    const text = readFileSync(path, 'utf8');
    const by = `by ${relative(root, path)}`;
    if (BUNDLE.test(text) && !path.endsWith('test-files.test.ts')) {
      found.push(`the bundle ${by}`);
    }
    for (const [, named, called] of text.matchAll(IMPORT)) {
      const name = (named ?? called)!;
      if (FORBIDDEN.test(name)) {
        found.push(`${name} ${by}`);
      }
      const next = name.startsWith('.') ? sourceAt(join(dirname(path), name)) : undefined;
      if (next !== undefined && !seen.has(next)) {
        seen.add(next);
        open.push(next);
      }
    }
  }
  return found;
}

function sourceAt(path: string): string | undefined {
  return [`${path}.ts`, join(path, 'index.ts'), path].find(
    (one) => /\.(ts|mjs|cjs|js)$/.test(one) && existsSync(one),
  );
}

const rules = testFiles().filter((file) => projectOf(file) === 'rules');

test('no file of rules loads constructs, a process or the bundle', () => {
  expect(rules.length).toBeGreaterThan(100);
  const faults = rules.flatMap((file) => forbiddenOf(file).map((fault) => `${file}: ${fault}`));
  // Whoever needs one of them names the file x.whole.test.ts.
  expect(faults).toEqual([]);
});

test('what is loaded by another file is found, types alone are not loaded', () => {
  const root = mkdtempSync(join(tmpdir(), 'winbake-planted-'));
  const files = {
    'test/core/a.test.ts': "import { b } from '../support/b';\nimport type { Stack } from 'aws-cdk-lib';\n",
    'test/support/b.ts': "import {\n  spawn,\n} from 'node:child_process';\nexport * from './c';\n",
    'test/support/c.ts':
      "import 'aws-cdk-lib/aws-s3';\nconst cli = join('dist', 'cli');\nexport const b = 1;\n",
    'test/core/d.test.ts': "import type { b } from '../support/b';\n",
  };
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    expect(forbiddenOf('test/core/a.test.ts', root)).toEqual([
      'node:child_process by test/support/b.ts',
      'the bundle by test/support/c.ts',
      'aws-cdk-lib/aws-s3 by test/support/c.ts',
    ]);
    expect(forbiddenOf('test/core/d.test.ts', root)).toEqual([]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test.each([
  ['test/core/gate/decide.test.ts', 'rules'],
  ['test/sim/aws/iam/policy-statement.test.ts', 'rules'],
  ['test/sim/aws/states/template-agreement.whole.test.ts', 'whole'],
  ['test/sim/windows/host/host.test.ts', 'whole'],
  ['test/architecture.test.ts', 'whole'],
  ['test/aws/stores.check.test.ts', 'check'],
  ['test/sim/rehearsal/long.nightly.test.ts', 'nightly'],
])('%s is in the project %s', (file, project) => {
  expect(projectOf(file)).toBe(project);
});

test('what needs Python is in no file of npm test', () => {
  const daily = testFiles().filter((file) => ['rules', 'whole'].includes(projectOf(file)));
  const needing = daily.filter((file) =>
    /from '[^']*support\/(moto|cfn-lint)'/.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  expect(needing).toEqual([]);
});
