import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { proveCommand, proveWith } from '../../bin/pipeline/prove';
import { openTrialsWith } from '../../bin/pipeline/trial';
import { openPipeline } from '../../bin/shared/pipeline-access';
import { proofClients } from '../../lib/aws/prove/proof-clients';
import { GOOD_AMI, type AmiBehaviour } from '../../sim/aws/fleet/ami-behaviour';
import { readAssembly } from '../../sim/aws/cloudformation/assembly';
import { ScenarioWorld } from '../../sim/permissions/scenario-world';
import { startEmbeddedRegistry } from '../../sim/registry/embedded-registry';
import { readHistory } from '../../sim/registry/history/read-history';
import { runRebake } from '../../sim/rehearsal/run-rebake';
import { synthesizeCheckedApp } from '../../tools/permissions/app';
import { answering, PLACE, type Answers } from './proven-deployment';

const START = new Date('2025-07-10T18:00:00Z');

/** What a command is run with besides its arguments. */
interface Tried {
  /** What AWS answers in place of the simulated account. */
  readonly answers?: Answers;
  /** What instances of an AMI of a trial do. */
  readonly behaviourOf?: (amiId: string) => AmiBehaviour;
  /** Whether the person does to the plan. */
  readonly agrees?: boolean;
  /** Called as time passes. */
  readonly onSleep?: () => void;
}

/** A pipeline without fleets in a simulated account, in which `winbake prove` is run; `end` it. */
export async function triedDeployment() {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-trial-'));
  const history = readHistory(undefined);
  const registry = await startEmbeddedRegistry({ history, asOf: START, faults: [] });
  synthesizeCheckedApp(folder);
  const asked = new Set<string>();
  const world = new ScenarioWorld({
    ...{ history, registry, release: '2022', start: START, assembly: readAssembly(folder) },
    decided: ({ caller, need }) => {
      if (caller.arn.endsWith('/rehearsal')) {
        asked.add(need.action);
      }
    },
  });
  const { account, context } = world;
  const { clock } = context;
  await world.deploy();
  await runRebake({ context, fleets: [] }, 'deploy');
  let trials = 0;
  let reported = '';
  const run = async (
    args: readonly string[],
    { answers = {}, behaviourOf, onSleep, agrees = true }: Tried = {},
  ) => {
    let stdout = '';
    let stderr = '';
    let exitCode = 0;
    const terminal = {
      out: (text: string) => {
        stdout += text;
      },
      err: (text: string) => {
        stderr += text;
        reported = stderr;
      },
    };
    const clientsOf = (region: string) => answering(proofClients(region), answers);
    const now = () => clock.now();
    const open = openTrialsWith({
      ...{ now, clientsOf, open: (options) => openPipeline(terminal, options) },
      newId: () => {
        trials += 1;
        return String(trials).padStart(8, '0');
      },
      sleep: async (seconds, signal) => {
        signal?.throwIfAborted();
        onSleep?.();
        if (account.world.states.all.some(({ status }) => status === 'RUNNING')) {
          await runRebake({ context, fleets: [] }, 'by hand').catch(() => undefined);
        }
        account.fleets.groupsAt(account.environment).forEach((group) => {
          group.behave(behaviourOf ?? (() => GOOD_AMI));
        });
        await clock.waitUntil(new Date(clock.now().getTime() + seconds * 1000));
        signal?.throwIfAborted();
      },
    });
    const command = proveCommand(
      terminal,
      (code) => {
        exitCode = code;
      },
      proveWith(now, clientsOf),
      { open, ask: () => Promise.resolve(agrees) },
    );
    const given = ['web', '--region', PLACE.region, ...args];
    await account.as(account.administrator, () => command.parseAsync(given, { from: 'user' }), PLACE);
    return { stdout, stderr, exitCode };
  };
  return {
    world,
    run,
    /** What the last command wrote to stderr, also where it failed. */
    reported: () => reported,
    /** The actions that whoever runs the command was asked for. */
    asked,
    /** What is there of trials. */
    left: () => [
      ...account.cloudFormation.namesAt(account.environment).filter((name) => name.includes('prove')),
      ...account.fleets.groupsAt(account.environment).map(({ name }) => name),
      ...account.fleets.templatesAt(account.environment).keys(),
    ],
    end: async () => {
      world.end();
      await registry.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** That deployment. */
export type TriedDeployment = Awaited<ReturnType<typeof triedDeployment>>;
