import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOnPath } from '../../../sim/windows/powershell/find-powershell';
import tools from '../../../tools/build/outside-tools.json';

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
  const pacmak = findOnPath('jsii-pacmak');
  if (pacmak === undefined) {
    throw new Error(`jsii-pacmak is needed; got: none. Install it: ${tools['jsii-pacmak'].install}`);
  }
  // Only the sources: packages would need the compilers of all four, and a runtime of this version.
  const targets = ['dotnet', 'go', 'java', 'python'].flatMap((name) => ['--targets', name]);
  const pack = ['--pack-command', 'npm pack --ignore-scripts --loglevel=error'];
  run(pacmak, join(folder, 'sources'), '--code-only', ...pack, ...targets, '--outdir', join(folder, 'out'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

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
