import { parseFaults } from '../../sim/registry/faults';
import { SILENT, type RehearsalOptions, type RehearsalReport } from '../../sim/rehearsal/rehearsal-report';
import { runRehearsal, type RehearsalResult } from '../../sim/rehearsal/run-rehearsal';
import { assembly } from './assembly';
import { runCommandLine, type CommandRun } from './run-command-line';

/** Rehearses an assembly in this process, and gives the document that must be all that stdout holds. */
export async function rehearse(cdkOut: string, ...args: readonly string[]): Promise<RehearsalReport> {
  const { exitCode, stderr, stdout } = await rehearsing(cdkOut, ...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout) as RehearsalReport;
}

/** The same, whatever comes of it; without previous revisions unless they are asked for. */
export function rehearsing(cdkOut: string, ...args: readonly string[]): Promise<CommandRun> {
  return runCommandLine('rehearse', '--cdk-out', cdkOut, '--json', '--previous-revisions', '0', ...args);
}

/** Rehearses up to the bake. */
export async function rehearseToBake(
  asOf: string,
  {
    faults = [],
    ...options
  }: Partial<Omit<RehearsalOptions, 'faults' | 'cdkOut'>> & {
    faults?: readonly string[];
    cdkOut?: string;
  } = {},
): Promise<RehearsalResult> {
  const cdkOut = options.cdkOut ?? (await assembly(options.release));
  return runRehearsal(
    {
      release: '2022',
      hostRevision: undefined,
      history: undefined,
      hosts: undefined,
      app: undefined,
      workingFolder: '.',
      untilBake: true,
      ...options,
      policy: { previousRevisions: 0, ...options.policy },
      cdkOut: [cdkOut],
      asOf,
      faults: parseFaults(faults),
    },
    SILENT,
  );
}

/** What the gate said, poll by poll, such as `18:30 wait, LATE iis`. */
export function pollsOf({ decisions }: RehearsalReport): readonly string[] {
  return decisions.map(({ at, decision, findings }) => {
    const codes = findings.map(({ code, family }) => (family === undefined ? code : `${code} ${family}`));
    return [`${at.slice(11, 16)} ${decision}`, ...codes].join(', ');
  });
}
