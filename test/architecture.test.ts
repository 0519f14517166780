import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(__dirname, '..');

const ROOTS = ['lib', 'sim', 'bin', 'tools'];

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
  expect(brokenRules(root, ROOTS)).toEqual([]);
});

/** Every rule is broken once on purpose, in a small tree of its own, so that a silent rule is noticed. */
const PLANTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'contract-imports-down': { 'lib/contract/a.ts': "import '../core/b';", 'lib/core/b.ts': 'export {};' },
  'core-imports-down': { 'lib/core/c.ts': "import '../aws/d';", 'lib/aws/d.ts': 'export {};' },
  'registry-imports-down': { 'lib/registry/e.ts': "import '../aws/d';" },
  'aws-imports-down': { 'lib/aws/f.ts': "import '../registry/g';", 'lib/registry/g.ts': 'export {};' },
  'handlers-imports-down': {
    'lib/handlers/h.ts': "import '../pipeline/i';",
    'lib/pipeline/i.ts': 'export {};',
  },
  'internal-imports-down': { 'lib/internal/j.ts': "import '../pipeline/i';" },
  'ami-imports-down': { 'lib/ami/k.ts': "import '../core/b';" },
  'fleet-imports-down': { 'lib/fleet/l.ts': "import '../aws/d';" },
  'pipeline-imports-down': { 'lib/pipeline/m.ts': "import '../fleet/n';", 'lib/fleet/n.ts': 'export {};' },
  'core-is-pure': { 'lib/core/o.ts': "import 'node:fs';" },
  'zod-in-documents-only': { 'lib/core/p.ts': "import 'zod';" },
  'constructs-never-reach-zod': {
    'lib/fleet/q.ts': "import '../core/r';",
    'lib/core/r.ts': "import '../contract/documents/s';",
    'lib/contract/documents/s.ts': "import 'zod';",
  },
  'followers-load-nothing-of-the-bake': { 'lib/fleet/t.ts': "import '../pipeline/i';" },
  'sim-never-imports-constructs': { 'sim/u.ts': "import '../lib/pipeline/i';" },
  'lib-imports-lib-only': { 'lib/index.ts': "import '../sim/v';", 'sim/v.ts': 'export {};' },
  'bin-never-imports-tools': { 'bin/w.ts': "import '../tools/x';", 'tools/x.ts': 'export {};' },
  'no-circular': { 'lib/core/y.ts': "import './z';", 'lib/core/z.ts': "import './y';" },
  // Two folders import each other though no two files do.
  'no-circular-folders': {
    'lib/core/one/a.ts': "import '../two/a';",
    'lib/core/two/a.ts': 'export {};',
    'lib/core/two/b.ts': "import '../one/b';",
    'lib/core/one/b.ts': 'export {};',
  },
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
    expect(brokenRules(planted, ROOTS)).toEqual(expect.arrayContaining(Object.keys(PLANTED)));
  } finally {
    rmSync(planted, { recursive: true });
  }
});

test('every rule of the configuration has its planted violation', () => {
  const { forbidden } = jest.requireActual<{ forbidden: { name: string }[] }>('../.dependency-cruiser.cjs');
  expect(forbidden.map((rule) => rule.name).sort()).toEqual(Object.keys(PLANTED).sort());
});
