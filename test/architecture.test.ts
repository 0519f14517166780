import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(__dirname, '..');

/** Runs the import rules over a folder and gives the broken rules' names. */
function brokenRules(folder: string, roots: readonly string[]): readonly string[] {
  const run = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules', '.bin', 'depcruise'),
      ...['--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', ...roots],
    ],
    { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  const report = JSON.parse(run.stdout) as {
    summary: { violations: { rule: { name: string } }[]; totalCruised: number };
  };
  expect(report.summary.totalCruised).toBeGreaterThan(0);
  return [...new Set(report.summary.violations.map((violation) => violation.rule.name))];
}

test('the tree keeps the import direction', () => {
  expect(brokenRules(root, ['lib', 'bin'])).toEqual([]);
});

/** Every rule is broken once on purpose, in a small tree of its own, so that a silent rule is noticed. */
const PLANTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'core-imports-only-core': { 'lib/core/a.ts': "import '../registry/b';", 'lib/registry/b.ts': 'export {};' },
  'core-is-pure': { 'lib/core/c.ts': "import 'node:fs';" },
  'zod-in-contracts-only': { 'lib/core/d.ts': "import 'zod';" },
  'adapters-import-only-core': { 'lib/registry/e.ts': "import '../aws/f';", 'lib/aws/f.ts': 'export {};' },
  'handlers-import-core-registry-aws': {
    'lib/handlers/g.ts': "import '../bake/h';",
    'lib/bake/h.ts': 'export {};',
  },
  'constructs-never-reach-runtime': { 'lib/ecs/i.ts': "import '../aws/f';" },
  'bake-never-imports-ecs': { 'lib/bake/j.ts': "import '../ecs/i';" },
  'rehearsal-never-imports-constructs': { 'lib/rehearsal/k.ts': "import '../bake/h';" },
  'nothing-imports-bin': { 'lib/internal/l.ts': "import '../../bin/m';", 'bin/m.ts': 'export {};' },
  'no-circular': { 'lib/core/n.ts': "import './o';", 'lib/core/o.ts': "import './n';" },
};

test('every rule bites on a planted violation', () => {
  const planted = mkdtempSync(join(tmpdir(), 'winbake-planted-'));
  try {
    symlinkSync(join(root, 'node_modules'), join(planted, 'node_modules'));
    symlinkSync(join(root, 'tsconfig.json'), join(planted, 'tsconfig.json'));
    for (const files of Object.values(PLANTED)) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(planted, path)), { recursive: true });
        writeFileSync(join(planted, path), `${text}\n`);
      }
    }
    expect(brokenRules(planted, ['lib', 'bin'])).toEqual(expect.arrayContaining(Object.keys(PLANTED)));
  } finally {
    rmSync(planted, { recursive: true });
  }
});

test('every rule of the configuration has its planted violation', () => {
  const { forbidden } = jest.requireActual<{ forbidden: { name: string }[] }>('../.dependency-cruiser.cjs');
  expect(forbidden.map((rule) => rule.name).sort()).toEqual(Object.keys(PLANTED).sort());
});
