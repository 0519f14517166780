import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';
import { checkedApp } from './support/checked-app';

const root = join(__dirname, '..');

/** Words that the glossary of `docs/design.md` replaced, as parts of a name. */
const OLD_WORDS = new Set(
  (
    'pretend pretended pretends look looks looked looking care cares cared remain remains sight sights sighting ' +
    'sightings see sees word words told tell tells telling said say says saying undelivered complaint complaints ' +
    'question questions standing bound bounds setting judge judged judges judging judgement guard guards guarded guarding'
  ).split(' '),
);

/** Names that others gave: node:readline, TypeScript and PowerShell. */
const FOREIGN = new Set(['question', 'questionToken', 'PSBoundParameters']);

/** This file is about old words. */
const OWN = 'test/words.test.ts';

/** What no page, message or comment says any more. */
const OLD_PHRASES = [
  /\bpretend(?:s|ed|ing)?\b/i,
  /\bremains are\b/i,
  /\b(?:every|each|next|last|first|one|two) looks?\b(?! (?:like|at|into|up|for|whether|again)\b)/i,
  /\b(?:people|person|nobody|anybody) (?:is|are|was|were|being) told\b(?! (?:apart|to|from)\b)/i,
  /\bcare (?:fails|failed|function|works|mends|looks)\b/i,
  /\bword in force\b/i,
  /\bLook (?:back|once more|of the gate)\b/,
  /'LOOK'/,
  /\blooked (?:once more|every|at, decided)\b/i,
  /\b(?:gate|rebake|pipeline|it|poll) looks (?:again|every|now|and waits|whether)\b/i,
  /\blook (?:now|or bake)\b/i,
  /\bNothing was looked at\b/,
  /'looks (?:for|whether)\b/,
  /\bstanding (?:publication|bake|one)\b/i,
];

const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && !file.startsWith('assets/') && file !== 'package-lock.json')
  // One that is deleted and not committed yet.
  .filter((file) => existsSync(join(root, file)));

const sources = tracked.filter((file) => file.endsWith('.ts') && file !== OWN);

/** The parts of a name that are old words, such as `care` of `careFailed`. */
function oldWordsIn(name: string): readonly string[] {
  return name
    .split(/[^A-Za-z]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/)
    .map((part) => part.toLowerCase())
    .filter((part) => OLD_WORDS.has(part));
}

function isOld(name: string): boolean {
  return !FOREIGN.has(name) && oldWordsIn(name).length > 0;
}

/** The names of a source: identifiers, and strings that are names, such as fields of logs and events. */
function namesIn(file: string, text: string): readonly string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) {
      names.push(node.text);
    } else if (ts.isStringLiteral(node) && /^[a-z]+(?:[A-Z][a-z]+)+$|^(?:[A-Z][a-z]+){2,}$/.test(node.text)) {
      names.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return names;
}

/** The variables, functions and parameters of a script. */
function namesInScript(text: string): readonly string[] {
  return [...text.matchAll(/\$(?:\w+:)?(\w+)|^\s*(?:function|class)\s+([\w-]+)/gm)].map(
    ([, variable, declared]) => variable ?? declared!,
  );
}

function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

test('an old word is found in any part of a name', () => {
  expect(
    ['careFailed', 'MOST_LOOKS', 'winbake-care', 'HTTPQuestion', 'scared', 'booked'].map(oldWordsIn),
  ).toEqual([['care'], ['looks'], ['care'], ['question'], [], []]);
  expect(namesIn('a.ts', "const x = { toldAt: 1 }; emit('lookAgain', 'a look');")).toEqual(
    expect.arrayContaining(['toldAt', 'lookAgain']),
  );
  expect(namesInScript('function Get-Look { $script:Told = $Word }')).toEqual(['Get-Look', 'Told', 'Word']);
});

test('no name in code is an old word', () => {
  const found = sources.flatMap((file) =>
    namesIn(file, textOf(file))
      .filter((name) => isOld(name))
      .map((name) => `${file}: ${name}`),
  );
  expect([...new Set(found)]).toEqual([]);
});

test('no name in a script is an old word', () => {
  const scripts = tracked.filter((file) => /\.psm?1$/.test(file));
  expect(scripts.length).toBeGreaterThan(0);
  expect(
    scripts.flatMap((file) =>
      namesInScript(textOf(file))
        .filter(isOld)
        .map((name) => `${file}: ${name}`),
    ),
  ).toEqual([]);
});

test('no file has an old word for a name', () => {
  expect(tracked.filter((file) => file !== OWN && isOld(basename(file)))).toEqual([]);
});

test('no page, message or comment says an old phrase', () => {
  const prose = tracked.filter((file) => /\.(?:ts|mjs|cjs|md|psm?1|sh)$/.test(file));
  const phrases = prose
    .filter((file) => file !== 'CHANGELOG.md' && file !== OWN)
    .flatMap((file) =>
      OLD_PHRASES.flatMap((phrase) => phrase.exec(textOf(file))?.[0] ?? []).map(
        (found) => `${file}: ${found}`,
      ),
    );
  expect(phrases).toEqual([]);
});

test('no resource, alarm or metric of a deployment has an old word in its name', () => {
  const { assembly } = checkedApp();
  const names = assembly.stacks.flatMap(({ template }) =>
    Object.entries((template as { Resources: Record<string, { Properties?: object }> }).Resources).flatMap(
      ([logicalId, { Properties = {} }]) => [
        logicalId,
        ...Object.entries(Properties).flatMap(([key, value]) =>
          /Name$/.test(key) && typeof value === 'string' ? [value] : [],
        ),
      ],
    ),
  );
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter(isOld)).toEqual([]);
});
