// Packs the package as it would be published, from sources that nobody has built, and uses it with nothing but its two peers
// installed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkExamples } from './check-examples.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'winbake-package-'));
const sources = join(folder, 'sources');
const modules = join(folder, 'node_modules');

/** What a fresh clone does not have. */
const BUILT = ['node_modules', 'dist', 'coverage', 'cdk.out', '.git', '.jsii', 'tsconfig.tsbuildinfo'].map(
  (name) => join(root, name),
);

const APP = `
const { App, Stack } = require('aws-cdk-lib');
const { WindowsAmiPipeline, WindowsOs } = require('winbake');
const app = new App();
new WindowsAmiPipeline(new Stack(app, 'Platform'), 'Pipeline', { os: WindowsOs.SERVER_2022_CORE });
const { template } = app.synth().getStackByName('Platform');
const types = Object.values(template.Resources).map((resource) => resource.Type);
console.log(types.filter((type) => type === 'AWS::StepFunctions::StateMachine').length);
`;

try {
  cpSync(root, sources, { recursive: true, filter: (path) => !BUILT.includes(path) });
  symlinkSync(join(root, 'node_modules'), join(sources, 'node_modules'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: sources });
  const [archive] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const listed = execFileSync('tar', ['-tzf', join(folder, archive)], { encoding: 'utf8' }).split('\n');
  for (const file of [
    'dist/index.js',
    'dist/index.d.ts',
    'dist/cli/winbake.cjs',
    'dist/functions/decide.mjs',
    'dist/instance-scripts.zip',
    'assets/history/registry-timeline.jsonl.gz',
    'scripts/powershell/dotnet-tools.json',
    'scripts/powershell/Serve-Script.ps1',
    'scripts/simulated-windows/SimulatedWindows.psm1',
    '.jsii',
  ]) {
    assert.ok(listed.includes(`package/${file}`), `the package lacks ${file}`);
  }
  const { scripts = {} } = JSON.parse(
    execFileSync('tar', ['-xzOf', join(folder, archive), 'package/package.json'], { encoding: 'utf8' }),
  );
  const onInstall = [
    'preinstall',
    'install',
    'postinstall',
    'prepublish',
    'preprepare',
    'prepare',
    'postprepare',
  ];
  assert.deepEqual(
    onInstall.filter((name) => name in scripts),
    [],
    'the package runs scripts where it is installed',
  );
  // What help, messages and alarms name is there to be read.
  const code = listed.filter((file) => /^package\/dist\/.*\.(cjs|mjs|js)$/.test(file));
  const text = execFileSync('tar', ['-xzOf', join(folder, archive), ...code], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const pages = new Set(text.match(/\bdocs\/[a-z-]+\.md/g));
  assert.ok(pages.has('docs/faults.md'), 'the help of rehearse names no page');
  assert.deepEqual(
    [...pages].filter((page) => !listed.includes(`package/${page}`)),
    [],
    'the package lacks pages that it names',
  );
  const stray = listed.filter((file) => /^package\/(test|lib|bin)\//.test(file));
  assert.deepEqual(stray, [], 'the package holds what only the repository needs');

  mkdirSync(modules);
  execFileSync('tar', ['-xzf', join(folder, archive), '-C', modules]);
  execFileSync('mv', [join(modules, 'package'), join(modules, 'winbake')]);
  for (const peer of ['aws-cdk-lib', 'constructs']) {
    symlinkSync(join(root, 'node_modules', peer), join(modules, peer));
  }
  writeFileSync(join(folder, 'app.cjs'), APP);
  const app = execFileSync(process.execPath, [join(folder, 'app.cjs')], { cwd: folder, encoding: 'utf8' });
  assert.equal(app.trim(), '1', 'the app of the packed package has no state machine');

  const cli = join(modules, 'winbake', 'dist', 'cli', 'winbake.cjs');
  const compat = [cli, 'compat', '10.0.20348.4294', '10.0.20348.4171'];
  assert.match(execFileSync(process.execPath, compat, { cwd: folder, encoding: 'utf8' }), /^compatible/);
  const examples = checkExamples(root, folder);
  process.stdout.write(
    `The package works with its peers alone (${listed.length} files), and so do the examples (${examples}).\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
