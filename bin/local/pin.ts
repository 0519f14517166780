import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Command, Option } from 'commander';
import { UsageError, WinbakeError } from '../../lib/contract/values/errors';
import { printable, printableLines } from '../../lib/contract/values/printable';
import type { HostCache } from '../../lib/core/coverage/coverage';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { printAnswer, wrapText } from '../shared/layout';
import { diffOf, type KeptReference, type PinnedFile, pinDockerfile } from '../shared/pin-dockerfile';
import { readDockerfileText } from '../shared/dockerfile';
import type { Terminal } from '../shared/terminal';
import { type HostOptions, hostOptions, withCoveredHosts } from './covered-hosts';

interface PinOptions extends HostOptions {
  readonly dryRun?: boolean;
  readonly check?: boolean;
  readonly json?: boolean;
}

/** A Dockerfile with what becomes of it. */
interface PinnedPath extends PinnedFile {
  readonly file: string;
  readonly before: string;
}

/** `winbake pin`: FROM lines of the tag and digest that hosts have cached. */
export function pinCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('pin')
    .description(
      'Changes the FROM lines of Dockerfiles to the tag and digest that hosts of the channel current have cached, so that a new host pulls nothing of the base image. ' +
        'It changes references alone: comments, layout and all other lines stay, and a reference of another line or Windows does.',
    )
    .argument('<dockerfile...>', 'Dockerfiles to change')
    .addOption(new Option('--dry-run', 'print what would change as a diff, and change nothing'))
    .addOption(new Option('--check', 'change nothing, and end with 3 where something would change'));
  hostOptions().forEach((option) => command.addOption(option));
  command.option('--json', 'print one JSON document').action(async (files: string[], options: PinOptions) => {
    finish(await pin(files, options, terminal));
  });
  return addHelp(command, terminal, {
    notes:
      'An ARG before the first FROM is changed where its default is the whole reference, or the tag of one. What is put together in another way stays, and so does what hosts have not cached: each is named with its way out. ' +
      'Where one of several files cannot be read, none is changed.',
    examples: [
      ['winbake pin Dockerfile --pipeline 2022-core', 'what the hosts of a pipeline have'],
      ['winbake pin Dockerfile --pipeline 2022-core --check', 'a check for a build'],
      ['winbake pin Dockerfile --release 2022 --as-of 2025-10-20 --dry-run', 'on recorded history'],
    ],
    exitCodes:
      '0 done, or nothing to change; 1 something could not be read or written; 2 wrong usage; 3 with --check, something would change.',
  });
}

const RECORDED_DIGESTS =
  "Digests of recorded history are those of 'winbake registry serve'; Microsoft's registry does not know them, so build with them nowhere else.";

async function pin(files: readonly string[], options: PinOptions, terminal: Terminal): Promise<ExitCode> {
  const { check = false, dryRun = false, json } = options;
  const texts = new Map(files.map((file) => [file, readDockerfileText(file)]));
  return withCoveredHosts(options, ({ hosts }) => {
    const images = imagesOf(hosts);
    const pinned = [...texts].map(([file, before]): PinnedPath => ({
      file,
      before,
      ...pinDockerfile(before, file, images),
    }));
    const changed = pinned.filter(({ changes }) => changes.length > 0);
    if (!check && !dryRun) {
      writeAll(changed);
    }
    if (options.asOf !== undefined && !check && changed.length > 0) {
      terminal.err(`${wrapText(RECORDED_DIGESTS, terminal.columns)}\n`);
    }
    const kept = pinned.flatMap((file) => file.kept.map((one) => printable(`${file.file} ${keptLine(one)}`)));
    if (dryRun && json !== true) {
      printDiff(changed, terminal);
      terminal.err(wrapText(kept.map((line) => `${line}\n`).join(''), terminal.columns));
    } else {
      const isWritten = !check && !dryRun;
      printAnswer(terminal, json, {
        schema: 'winbake.pin/1',
        document: {
          files: pinned.map((file) => documentOf(file, dryRun)),
          written: isWritten && changed.length > 0,
        },
        text: () => describe(pinned, isWritten),
      });
    }
    if (check && kept.length > 0) {
      terminal.err(
        `${kept.length === 1 ? '1 FROM stays' : `${kept.length} FROMs stay`} as written, which --check does not refuse.\n`,
      );
    }
    return Promise.resolve(check && changed.length > 0 ? ExitCode.NO : ExitCode.DONE);
  });
}

function imagesOf([current]: readonly HostCache[]): HostCache['images'] {
  if (current === undefined || current.osVersion === null) {
    throw new WinbakeError(
      'NOT_FOUND',
      `What hosts have cached is not known. ${current?.unknown ?? ''}`.trim(),
    );
  }
  return current.images;
}

function documentOf({ before, changes, file, kept, text }: PinnedPath, withDiff: boolean) {
  const diff = withDiff ? { diff: diffOf(pathInDiff(file), before, text) } : {};
  return { file, changed: changes.length > 0, changes, kept, ...diff };
}

/** A diff is for programs that apply it, so that nothing of it is wrapped or escaped but for a terminal. */
function printDiff(changed: readonly PinnedPath[], terminal: Terminal): void {
  const diff = changed.map(({ before, file, text }) => diffOf(pathInDiff(file), before, text)).join('');
  terminal.out(terminal.columns === undefined ? diff : printableLines(diff.replaceAll('\r\n', '\n')));
}

function describe(files: readonly PinnedPath[], isWritten: boolean): string {
  return files
    .map(({ changes, file, kept }) => {
      const verb = isWritten ? 'changed' : 'would change';
      const lines = [
        ...changes.map(({ from, line, to }) => ({
          line,
          text: `line ${line}  ${from}\n    -> ${shortened(to)}`,
        })),
        ...kept.map((one) => ({ line: one.line, text: keptLine(one) })),
      ].sort((one, other) => one.line - other.line);
      const head = changes.length === 0 ? `${file}: nothing to change.\n` : `${file}: ${verb}\n`;
      return `${head}${lines.map(({ text }) => `  ${text}\n`).join('')}`;
    })
    .join('');
}

function keptLine({ line, message, reference }: KeptReference): string {
  return `line ${line}  ${printable(reference)} stays: ${message}.`;
}

/** What is new of a reference, for people: its tag, and the beginning of its digest. */
function shortened(reference: string): string {
  return reference.replace(/^.*\/[^/:]*:/, '').replace(/(@sha256:[0-9a-f]{12})[0-9a-f]*$/, '$1...');
}

/** A path as `git apply` takes it where this command runs. */
function pathInDiff(file: string): string {
  return relative('.', file).replaceAll('\\', '/');
}

/** Writes each file beside its place first; only where all could be written do they take their places. */
function writeAll(files: readonly PinnedPath[]): void {
  const drafts: { readonly draft: string; readonly place: string }[] = [];
  let at = '';
  try {
    for (const { file, text } of files) {
      at = file;
      const place = realpathSync(file);
      const draft = `${place}.${process.pid}.winbake`;
      if (drafts.some((one) => one.place === place)) {
        throw new UsageError(`The Dockerfile '${file}' is named twice.`);
      }
      drafts.push({ draft, place });
      writeFileSync(draft, text, { mode: statSync(place).mode, flag: 'wx' });
    }
    for (const { draft, place } of drafts) {
      at = place;
      renameSync(draft, place);
    }
  } catch (cause) {
    if (cause instanceof WinbakeError) {
      throw cause;
    }
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new WinbakeError('FILE_UNREADABLE', `The Dockerfile '${at}' could not be written (${code}).`, {
      cause,
    });
  } finally {
    drafts.forEach(({ draft }) => {
      rmSync(draft, { force: true });
    });
  }
}
