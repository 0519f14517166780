// Which test file runs where: by its folder and by the ending of its name, never by a list of files.
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join, relative, resolve, sep } = require('node:path');

const root = join(__dirname, '..', '..');

/** Folders of `test` whose files need no bundle, no synthesis and no process, but for those that end otherwise. */
const RULES = [
  'aws',
  'contract',
  'core',
  'handlers',
  'registry',
  'sim/account',
  'sim/aws',
  'sim/clock',
  'sim/permissions',
  'sim/registry',
  'tools',
];

/** The Jest projects. `rules` and `whole` make `npm test`; `check` and `nightly` are named after their tier. */
const PROJECTS = ['rules', 'whole', 'check', 'nightly'];

/** The project of a test file: `x.check.test.ts` and the like name it, and otherwise its folder does. */
function projectOf(path) {
  const [, named] = /\.(whole|check|nightly)\.test\.ts$/.exec(path) ?? [];
  return named ?? (RULES.some((folder) => path.startsWith(`test/${folder}/`)) ? 'rules' : 'whole');
}

/** Every test file, as a path from the root with forward slashes. */
function testFiles() {
  return readdirSync(join(root, 'test'), { recursive: true })
    .map((file) => `test/${file.split(sep).join('/')}`)
    .filter((file) => file.endsWith('.test.ts'))
    .sort();
}

/** The test files that a person means by a path, a folder or a part of a path. */
function filesNamed(text) {
  const path = relative(root, resolve(text)).split(sep).join('/');
  const files = testFiles();
  const exact = existsSync(text) ? files.filter((file) => file === path || file.startsWith(`${path}/`)) : [];
  return exact.length > 0 ? exact : files.filter((file) => file.includes(text));
}

/** The test files with properties, whose number of runs grows with WINBAKE_PROPERTY_RUNS. */
function propertyFiles() {
  return testFiles().filter((file) => readFileSync(join(root, file), 'utf8').includes("from 'fast-check'"));
}

module.exports = { PROJECTS, RULES, filesNamed, projectOf, propertyFiles, root, testFiles };
