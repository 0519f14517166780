import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError, type Command } from 'commander';
import { buildProgram } from '../../bin/program';

const ROOT = join(__dirname, '..', '..');
const CONTEXT = { terminal: { out: () => undefined, err: () => undefined }, finish: () => undefined };

/** A command line that text names, and where. */
interface Mention {
  readonly file: string;
  readonly args: readonly string[];
}

function filesBelow(folder: string, ending: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** The words that a shell makes of a line. */
function argumentsOf(line: string): readonly string[] {
  return (line.match(/"[^"]*"|[^\s"]+/g) ?? []).map((token) => token.replace(/^"(.*)"$/, '$1'));
}

/** The command lines of a page: lines of its blocks of code that begin with one, and what stands between backticks. */
function mentionsOfPage(file: string): readonly Mention[] {
  const text = read(file).replaceAll(/\\\n\s*/g, ' ');
  const lines = [...text.matchAll(/^(?:npx )?winbake +(.+)$/gm)].map(([, rest = '']) =>
    rest.replace(/ +#.*$/, ''),
  );
  const spans = [...text.matchAll(/`(?:npx )?winbake ([^`\n]+)`/g)].map(([, rest = '']) => rest);
  return [...lines, ...spans]
    .filter((rest) => rest !== '...')
    .map((rest) => ({ file, args: argumentsOf(rest) }));
}

/** The command lines of a source: of its messages and comments, each up to where the code or the clause ends. */
function mentionsOfSource(file: string): readonly Mention[] {
  const text = read(file).replaceAll(/\$\{[^}]*\}/g, 'x');
  return [...text.matchAll(/\bwinbake ((?:[a-z-]+)(?:\\"|[^`'\\,\n])*)/g)]
    .map(([, rest = '']) => ({
      file,
      args: argumentsOf(rest.replaceAll('\\"', '"').replace(/[.;:]$/, '')),
    }))
    .filter(({ args }) => args[0] !== 'x');
}

/** Prose that begins with the name of the program. */
const PROSE = [
  'winbake failed in a way',
  'winbake was not built',
  'winbake pipeline VERB',
  'winbake fleet VERB',
];

/** What is wrong with a command line, tried with the program itself; the name of a command alone is a mention of it. */
async function wrongWith({ args }: Mention): Promise<string | undefined> {
  const names = args.filter((token) => !token.startsWith('-') && token !== 'help').slice(0, 2);
  const program = await buildProgram(names, '0', CONTEXT);
  const { command, depth } = commandAt(program, args[0] === 'help' ? args.slice(1) : args);
  if (depth === 0) {
    return `there is no command ${args[0] ?? ''}`;
  }
  if (args.length === depth) {
    return undefined;
  }
  command.action(() => undefined);
  try {
    // A placeholder of a day or an instant.
    await program.parseAsync(
      args.map((token) => (/^[DT]$/.test(token) ? '2025-10-16' : token)),
      { from: 'user' },
    );
  } catch (error) {
    return error instanceof CommanderError && error.exitCode === 0 ? undefined : (error as Error).message;
  }
  const { dryRun, reason } = command.opts<{ dryRun?: boolean; reason?: string }>();
  const needsReason = command.options.some(({ long }) => long === '--reason');
  return needsReason && dryRun !== true && reason === undefined ? 'it lacks --reason' : undefined;
}

function commandAt(program: Command, args: readonly string[]) {
  let command = program;
  let depth = 0;
  for (const token of args) {
    const next = command.commands.find((child) => child.name() === token);
    if (next === undefined) {
      break;
    }
    command = next;
    depth++;
  }
  return { command, depth };
}

async function wrong(mentions: readonly Mention[]): Promise<readonly string[]> {
  const all: string[] = [];
  for (const mention of mentions) {
    const reason = await wrongWith(mention);
    const line = `winbake ${mention.args.join(' ')}`;
    if (reason !== undefined && !PROSE.some((prose) => line.startsWith(prose))) {
      all.push(`${mention.file}: ${line}: ${reason}`);
    }
  }
  return all;
}

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...filesBelow('docs', '.md'),
  ...filesBelow('examples', '.md').filter((file) => !file.includes('node_modules')),
];
const sources = ['lib', 'bin', 'sim'].flatMap((folder) => filesBelow(folder, '.ts'));

test('every command that a page names works as it is written', async () => {
  const mentions = pages.flatMap(mentionsOfPage);
  expect(mentions.length).toBeGreaterThan(50);
  expect(await wrong(mentions)).toEqual([]);
});

test('every command that a message, a help text or a comment names works as it is written', async () => {
  const mentions = sources.flatMap(mentionsOfSource);
  expect(mentions.length).toBeGreaterThan(40);
  expect(await wrong(mentions)).toEqual([]);
});

test.each([
  ['winbake status', 'there is no command status'],
  ['winbake pipeline hold -p 2022-core --reason x', "unknown option '-p'"],
  ['winbake pipeline hold 2022-core', 'it lacks --reason'],
  ['winbake pipeline hold --reason x', "missing required argument 'name'"],
  ['winbake fleet shop --all', "unknown option '--all'"],
  ['winbake explain --as-of 2025-10-16', 'Say --release'],
])('%s is noticed', async (line, reason) => {
  const [, ...args] = argumentsOf(line);
  expect(await wrongWith({ file: '', args })).toContain(reason);
});
