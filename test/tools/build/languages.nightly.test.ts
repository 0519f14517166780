import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOnPath } from '../../../sim/windows/powershell/find-powershell';
import { type RehearsalReport } from '../../../sim/rehearsal/rehearsal-report';
import tools from '../../../tools/build/outside-tools.json';
import { runCommandLine } from '../../support/run-command-line';

const ROOT = join(__dirname, '..', '..', '..');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'winbake-languages-'));
  run(
    process.execPath,
    ROOT,
    join(ROOT, 'tools', 'build', 'compile-constructs.mjs'),
    join(folder, 'sources'),
  );
  // What the constructs read while an app is synthesized.
  for (const path of ['dist/functions', 'dist/instance-scripts.zip', 'scripts/container-host']) {
    cpSync(join(ROOT, path), join(folder, 'sources', path), { recursive: true });
  }
  bind(join(folder, 'sources'), 'dotnet', 'go', 'java', 'python');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Writes what other languages have of a package. */
function bind(source: string, ...languages: string[]): void {
  const pacmak = findOnPath('jsii-pacmak');
  if (pacmak === undefined) {
    throw new Error(`jsii-pacmak is needed; got: none. Install it: ${tools['jsii-pacmak'].install}`);
  }
  // Only the sources: packages would need the compilers of all four, and a runtime of this version.
  const targets = languages.flatMap((name) => ['--targets', name]);
  const pack = ['--pack-command', 'npm pack --ignore-scripts --loglevel=error'];
  run(pacmak, source, '--code-only', ...pack, ...targets, '--outdir', join(folder, 'out'));
}

function run(command: string, cwd: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`${command} ended with ${status}: ${error?.message ?? stderr}`);
  }
}

/** All sources of a language as one text. */
function sourcesOf(language: string, ending: string): string {
  const root = join(folder, 'out', language);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');
}

const upper = (name: string) => name.replace(/^./, (first) => first.toUpperCase());
const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** How each language writes what is public. */
const LANGUAGES = [
  {
    language: 'dotnet',
    ending: '.cs',
    packaged: 'namespace Winbake',
    type: (name: string) => `public class ${name} :`,
    prop: (name: string) => ` ${upper(name)}\n`,
    constant: (_type: string, name: string) => `${name}\n`,
  },
  {
    language: 'go',
    ending: '.go',
    packaged: 'package winbake',
    type: (name: string) => `type ${name} interface {`,
    prop: (name: string) => `\`field:"optional" json:"${name}" yaml:"${name}"\``,
    constant: (type: string, name: string) => `func ${type}_${name}() ${type} {`,
  },
  {
    language: 'java',
    ending: '.java',
    packaged: 'package io.github.winbake;',
    type: (name: string) => `public class ${name} extends`,
    prop: (name: string) => ` get${upper(name)}() {`,
    constant: (type: string, name: string) => `public final static io.github.winbake.${type} ${name};`,
  },
  {
    language: 'python',
    ending: '.py',
    packaged: 'jsii_type="winbake.WindowsAmiPipeline"',
    type: (name: string) => `class ${name}(`,
    prop: (name: string) => `def ${snake(name)}(`,
    constant: (_type: string, name: string) => `def ${name}(cls)`,
  },
] as const;

describe.each(LANGUAGES)('$language', ({ language, ending, packaged, type, prop, constant }) => {
  test('has the package, the constructs, the typed values and the props', () => {
    const sources = sourcesOf(language, ending);
    const wanted = [
      packaged,
      ...[
        'WindowsAmiPipeline',
        'WindowsAmiAccount',
        'WindowsAmi',
        'WindowsCapacityProvider',
        'WindowsTaskDefinition',
        'ImageFamily',
        'CachedImage',
      ].map(type),
      ...[
        'families',
        'extras',
        'amiKeys',
        'notificationTopic',
        'enableManagedDraining',
        'enableManagedTerminationProtection',
        'targetCapacityPercent',
      ].map(prop),
      constant('ImageFamily', 'SERVERCORE'),
    ];
    expect(wanted.filter((text) => !sources.includes(text))).toEqual([]);
  });

  test('has nothing of what only our own constructs read', () => {
    expect(sourcesOf(language, ending)).not.toMatch(/is_?of_?stack|pipeline_?base|longest_?silence_?hours/i);
  });
});

test('the example in C# is built with these bindings, and rehearsed', async () => {
  // What Amazon.CDK.Lib depends on, in the versions that npm installed beside it.
  bind(join(ROOT, 'node_modules', 'constructs'), 'dotnet');
  bind(join(ROOT, 'node_modules', '@aws-cdk', 'asset-awscli-v1'), 'dotnet');
  const project = (name: string) => join(folder, 'out', 'dotnet', name, `${name}.csproj`);
  const refer = (name: string) => `<ProjectReference Include="${project(name)}" />`;
  changeFile(project('Winbake'), [
    // Amazon.CDK.Lib brings one that is newer than the newest jsii-pacmak.
    [/<PackageReference Include="Amazon.JSII.Runtime".*/, refer('Amazon.CDK.Asset.AwsCliV1')],
    [/<PackageReference Include="Constructs".*/, refer('Constructs')],
  ]);
  const home = join(folder, 'csharp');
  cpSync(join(ROOT, 'examples', 'csharp'), home, { recursive: true });
  changeFile(join(home, 'Shop.csproj'), [[/<PackageReference Include="Winbake".*/, refer('Winbake')]]);
  run('dotnet', home, 'build', '-p:GeneratePackageOnBuild=false', '-p:SuppressTfmSupportBuildWarnings=true');

  const app = `dotnet ${join(home, 'bin', 'Debug', 'net10.0', 'Shop.dll')}`;
  const { stderr, stdout } = await runCommandLine(
    ...['rehearse', '--app', app, '--as-of', '2025-08-15', '--json'],
  );
  expect(stderr).toBe('');
  const { fleets, rollout } = JSON.parse(stdout) as RehearsalReport;
  expect(rollout.status).toBe('finished');
  expect(fleets.map(({ fleet }) => fleet)).toEqual(['csharp']);
});

function changeFile(path: string, changes: readonly (readonly [RegExp, string])[]): void {
  const text = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    changes.reduce((changed, [pattern, replacement]) => {
      expect(changed).toMatch(pattern);
      return changed.replace(pattern, replacement);
    }, text),
  );
}
