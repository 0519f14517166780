import type { Command } from 'commander';
import type { Finish } from './shared/exit-code';
import { askForTextOnTerminal, askOnTerminal, type Terminal } from './shared/terminal';

/** What every command works with. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly finish: Finish;
}

/** A command of the table: its help line is known without its code, which is loaded for the command that runs alone. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: (context: CommandContext) => Promise<Command>;
}

/** Commands under one heading of the help; below a name of their own where they have one. */
export interface CommandGroup {
  readonly heading: string;
  readonly name?: string;
  readonly summary?: string;
  readonly entries: readonly CommandEntry[];
}

const now = () => new Date();

function operateEntry(
  name:
    | 'rebake'
    | 'cancel'
    | 'hold'
    | 'unhold'
    | 'promote'
    | 'rollback'
    | 'revoke'
    | 'restore'
    | 'accept'
    | 'prune',
  summary: string,
): CommandEntry {
  return {
    name,
    summary,
    load: async ({ finish, terminal }) => {
      const { operateCommand, openPipeline } = await import('./pipeline/operate');
      const open = (options: Parameters<typeof openPipeline>[1]) => openPipeline(terminal, options);
      return operateCommand(name, terminal, finish, { open, ask: askOnTerminal, now });
    },
  };
}

function fleetEntry(
  name: 'status' | 'evidence' | 'hold' | 'unhold' | 'floor' | 'accept' | 'forget',
  summary: string,
): CommandEntry {
  return {
    name,
    summary,
    load: async ({ finish, terminal }) => {
      const { openFleets } = await import('./fleet/fleet-access');
      const tools = {
        open: (place: Parameters<typeof openFleets>[0]) => openFleets(place, now),
        ask: askOnTerminal,
        now,
      };
      if (name === 'status') {
        const { fleetStatusCommand } = await import('./fleet/fleet');
        return fleetStatusCommand(terminal, finish, tools);
      }
      if (name === 'evidence') {
        const { fleetEvidenceCommand } = await import('./fleet/evidence');
        return fleetEvidenceCommand(terminal, finish, tools);
      }
      const { fleetVerbCommand, forgetCommand } = await import('./fleet/fleet-verb');
      if (name === 'forget') {
        return forgetCommand(terminal, finish, tools);
      }
      return fleetVerbCommand(name, terminal, finish, tools);
    },
  };
}

/** Everything that `winbake` can do, in the order of its help. */
export const COMMANDS: readonly CommandGroup[] = [
  {
    heading: 'Without an account:',
    entries: [
      {
        name: 'rehearse',
        summary: 'rehearse a whole bake on this computer',
        load: async ({ finish, terminal }) =>
          (await import('./local/rehearse')).rehearseCommand(terminal, finish),
      },
      {
        name: 'backtest',
        summary: 'run the gate over recorded history',
        load: async ({ finish, terminal }) =>
          (await import('./local/backtest')).backtestCommand(terminal, finish),
      },
      {
        name: 'explain',
        summary: 'explain a gate decision at a point in time',
        load: async ({ finish, terminal }) =>
          (await import('./local/explain')).explainCommand(terminal, finish),
      },
      {
        name: 'resolve',
        summary: 'find the base images that fit a host',
        load: async ({ finish, terminal }) =>
          (await import('./local/resolve')).resolveCommand(terminal, finish),
      },
      {
        name: 'compat',
        summary: 'check whether an image is safe to run on a host',
        load: async ({ finish, terminal }) =>
          (await import('./local/compat')).compatCommand(terminal, finish),
      },
      {
        name: 'coverage',
        summary: 'show what hosts still pull of an image',
        load: async ({ finish, terminal }) =>
          (await import('./local/coverage')).coverageCommand(terminal, finish),
      },
      {
        name: 'pin',
        summary: 'pin Dockerfiles to the images that hosts have cached',
        load: async ({ finish, terminal }) => (await import('./local/pin')).pinCommand(terminal, finish),
      },
    ],
  },
  {
    heading: 'Without an account:',
    name: 'registry',
    summary: "recorded history of Microsoft's registry, on this computer",
    entries: [
      {
        name: 'serve',
        summary: "serve recorded history of Microsoft's registry on this computer",
        load: async ({ finish, terminal }) =>
          (await import('./local/registry')).serveCommand(terminal, finish),
      },
    ],
  },
  {
    heading: 'After a deployment:',
    entries: [
      {
        name: 'prove',
        summary: 'settle what is unproven by what a deployment shows',
        load: async ({ finish, terminal }) => {
          const { proveCommand, proveWith } = await import('./pipeline/prove');
          const { openTrialsWith } = await import('./pipeline/trial');
          const { openPipeline } = await import('./pipeline/operate');
          const open = openTrialsWith({ now, open: (options) => openPipeline(terminal, options) });
          return proveCommand(terminal, finish, proveWith(now), { open, ask: askOnTerminal });
        },
      },
    ],
  },
  {
    heading: 'Operate a pipeline (winbake pipeline VERB NAME):',
    name: 'pipeline',
    summary: 'inspect or change a deployed pipeline',
    entries: [
      {
        name: 'status',
        summary: "show a pipeline's status; --all for every one",
        load: async ({ finish, terminal }) => {
          const { readStatus, statusCommand } = await import('./pipeline/status');
          return statusCommand(terminal, finish, readStatus);
        },
      },
      {
        name: 'images',
        summary: 'show the digests of what hosts have cached',
        load: async ({ finish, terminal }) => {
          const { imagesCommand, readImages } = await import('./pipeline/images');
          return imagesCommand(terminal, finish, readImages);
        },
      },
      {
        name: 'diff',
        summary: 'show what differs between two publications',
        load: async ({ finish, terminal }) => {
          const { diffCommand, readManifests } = await import('./pipeline/evidence');
          return diffCommand(terminal, finish, readManifests);
        },
      },
      {
        name: 'sbom',
        summary: 'print the bill of materials of a publication',
        load: async ({ finish, terminal }) => {
          const { readManifests, sbomCommand } = await import('./pipeline/evidence');
          return sbomCommand(terminal, finish, readManifests);
        },
      },
      {
        name: 'doctor',
        summary: 'check what a pipeline needs',
        load: async ({ finish, terminal }) => {
          const { doctorCommand, examinePipeline } = await import('./pipeline/doctor');
          return doctorCommand(terminal, finish, examinePipeline);
        },
      },
      operateEntry('rebake', 'poll now, or with --force bake now'),
      operateEntry('cancel', 'end the rebake or bake that is under way'),
      operateEntry('hold', 'keep fleets from getting newer publications'),
      operateEntry('unhold', 'end a hold'),
      operateEntry('promote', 'roll fleets to the newest publication now'),
      operateEntry('rollback', 'roll fleets back to the previous publication'),
      operateEntry('revoke', 'have no fleet run a publication any more'),
      operateEntry('restore', 'take a revocation back'),
      operateEntry('accept', 'waive one finding'),
      operateEntry('prune', 'deprecate and remove AMIs that nothing needs'),
      {
        name: 'destroy',
        summary: 'delete what a deleted stack left behind',
        load: async ({ finish, terminal }) => {
          const { destroyCommand, openLeftovers } = await import('./pipeline/destroy');
          return destroyCommand(terminal, finish, { open: openLeftovers, ask: askForTextOnTerminal });
        },
      },
    ],
  },
  {
    heading: 'Operate a fleet (winbake fleet VERB NAME):',
    name: 'fleet',
    summary: 'inspect or change a deployed fleet',
    entries: [
      fleetEntry('status', 'show what a fleet runs and waits for; --all for every one'),
      {
        name: 'doctor',
        summary: 'check what the fleets of this account and region need',
        load: async ({ finish, terminal }) => {
          const { examinePlace, fleetDoctorCommand } = await import('./pipeline/doctor');
          return fleetDoctorCommand(terminal, finish, examinePlace);
        },
      },
      fleetEntry('evidence', "show when a month's publications reached a fleet"),
      fleetEntry('hold', 'keep a fleet where it is'),
      fleetEntry('unhold', "end a fleet's hold"),
      fleetEntry('floor', 'never let a fleet go below an OS version'),
      fleetEntry('accept', 'roll out a publication that failed on a fleet'),
      fleetEntry('forget', 'delete the parameters of a deleted fleet'),
    ],
  },
];

/** The verbs of a group. */
export function verbsOf(group: string): readonly string[] {
  return COMMANDS.find(({ name }) => name === group)?.entries.map(({ name }) => name) ?? [];
}
