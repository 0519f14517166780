import { type Command, type Help, Option } from 'commander';
import { UsageError } from '../../lib/contract/values/errors';
import { wrapLine, wrapText } from './layout';
import type { Terminal } from './terminal';

/** The width where nothing is known of the terminal, and the widest at which help is still read well. */
const USUAL_WIDTH = 80;
const WIDEST = 100;

/** An option that a command cannot do without. Commander's own would be asked for before a misspelled one is seen. */
export class RequiredOption extends Option {
  /** Whether the command's argument may stand for it. */
  orArgument = false;
}

/** What stands below a command's options. */
interface HelpText {
  readonly notes?: string;
  readonly examples: readonly (readonly [commandLine: string, reports?: string])[];
  /** Behind `Exit codes: `. */
  readonly exitCodes?: string;
}

/** Adds notes, examples and exit codes to a command's help, wrapped to the terminal. */
export function addHelp(command: Command, terminal: Terminal, help: HelpText): Command {
  return command.addHelpText('after', () => helpText(help, helpWidth(terminal)));
}

function helpText({ examples, exitCodes, notes }: HelpText, width: number): string {
  const lines = examples.map(([commandLine, reports]) => {
    const comment = reports === undefined ? '' : `${wrapText(`  # ${reports}`, width)}\n`;
    return `${comment}${wrapCommand(`  ${commandLine}`, width)}\n`;
  });
  return [
    ...(notes === undefined ? [] : [`\n${paragraphs(notes, width)}\n`]),
    `\n${lines.length > 1 ? 'Examples' : 'Example'}:\n${lines.join('')}`,
    ...(exitCodes === undefined ? [] : [`\n${wrapText(`Exit codes: ${exitCodes}`, width)}\n`]),
  ].join('');
}

/** Lines that follow each other are one paragraph, unless they are indented. */
function paragraphs(text: string, width: number): string {
  return text
    .trim()
    .split('\n\n')
    .map((part) =>
      part
        .replaceAll(/\n(?! )/g, ' ')
        .split('\n')
        .flatMap((line) => wrapLine(line, width, line.startsWith(' ') ? '    ' : ''))
        .join('\n'),
    )
    .join('\n\n');
}

/** A command line that a shell reads as one, continued with a backslash between its words. */
function wrapCommand(commandLine: string, width: number): string {
  const overrides = commandLine.trim().match(/"[^"]*"|\S+/g) ?? [];
  const lines = [' '];
  for (const override of overrides) {
    const last = lines.at(-1) ?? '';
    if (last.length + override.length + 3 > width) {
      lines[lines.length - 1] = `${last} \\`;
      lines.push(`    ${override}`);
    } else {
      lines[lines.length - 1] = `${last} ${override}`;
    }
  }
  return lines.join('\n');
}

function helpWidth({ columns }: Terminal): number {
  return Math.min(columns ?? USUAL_WIDTH, WIDEST);
}

/** How each command's help looks: required options are marked, and the program lists the verbs of its groups. */
export function configureHelp(command: Command, terminal: Terminal): void {
  command.configureHelp({
    helpWidth: helpWidth(terminal),
    optionDescription: (option) => {
      const text = plainDescription(option);
      return option instanceof RequiredOption
        ? `${text} (required${option.orArgument ? ' without a name' : ''})`
        : text;
    },
    visibleCommands: (of: Command) =>
      of.parent === null
        ? of.commands.flatMap((child) => (child.commands.length === 0 ? [child] : child.commands))
        : [...of.commands],
    subcommandTerm: (of: Command) => nameBelow(of, command),
  } satisfies Partial<Help>);
}

function plainDescription({ argChoices, defaultValue, description, hidden }: Option): string {
  const choices = argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`];
  const usual = defaultValue === undefined || hidden ? [] : [`default: ${String(defaultValue)}`];
  const more = [...choices, ...usual];
  return more.length === 0 ? description : `${description} (${more.join('; ')})`;
}

/** The name of a command as one writes it behind another. */
function nameBelow(command: Command, top: Command): string {
  const { parent } = command;
  return parent === null || parent === top ? command.name() : `${nameBelow(parent, top)} ${command.name()}`;
}

/** Throws a `UsageError` that names every required option that is not there. */
export function checkRequired(command: Command): void {
  const missing = command.options.filter(
    (option) =>
      option instanceof RequiredOption &&
      !(option.orArgument && command.args.length > 0) &&
      command.getOptionValue(option.attributeName()) === undefined,
  );
  if (missing.length > 0) {
    const names = missing.map(({ flags }) => flags).join(' and ');
    throw new UsageError(`Say ${names}; see ${commandPath(command)} --help.`);
  }
}

function commandPath(command: Command): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`;
}
