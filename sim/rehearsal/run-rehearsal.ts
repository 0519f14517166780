import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { PUBLICATION_TAG } from '../../lib/contract/names/resources';
import { UsageError, WinbakeError } from '../../lib/contract/values/errors';
import { isJsonObject, type JsonObject } from '../../lib/contract/values/json';
import { osOf } from '../../lib/contract/values/release';
import { withHost } from '../../lib/core/catalog/catalog';
import { changeCatalog } from '../../lib/core/catalog/catalog-store';
import {
  type AssemblyStack,
  readAssemblies,
  readAssembly,
  readJsonObject,
} from '../aws/cloudformation/assembly';
import { type AmiBehaviour, type AmiFault, GOOD_AMI } from '../aws/fleet/ami-behaviour';
import { type BakeOptions, runBake } from '../aws/image-builder/run-bake';
import { VirtualClock } from '../clock/virtual-clock';
import { startEmbeddedRegistry } from '../registry/embedded-registry';
import { parseAsOf } from '../registry/history/history';
import { hostRevisions } from '../registry/history/host-revisions';
import { readHistory } from '../registry/history/read-history';
import { writeDockerShim } from '../windows/docker/docker-host';
import { struckHost } from '../windows/host/host-faults';
import { findPowerShell } from '../windows/powershell/find-powershell';
import { PowerShellSession } from '../windows/powershell/powershell-session';
import { runProcess } from '../windows/powershell/run-process';
import { baseHostAt, deployPipeline, findPipeline, publishBaseAmi } from './deploy-pipeline';
import { instanceAccess } from './instance-access';
import { reportOf, reportPublications } from './make-report';
import { OwnRegistries } from './own-registries';
import { feedCatalog, monthsFrom, passMonths, reportMonth, scheduleHousekeeping } from './pass-time';
import { rebake } from './rebake';
import {
  familiesOf,
  ownPorts,
  registryOpener,
  type RehearsalContext,
  withRegistry,
} from './rehearsal-context';
import type { Progress, RehearsalOptions, RehearsalReport, SecondPass } from './rehearsal-report';
import { deployFleets } from './roll-out-fleets';
import { type RebakeSettings, runRebake } from './run-rebake';
import { SimulatedAccount } from './simulated-account';
import { StepLog } from './step-log';
import { WatchedFleet } from './watched-fleet';

/**
 * What instances of an AMI do: what they should, but for those of the AMI that faults strike. Of several months that is the
 * second publication, so that one before it is there to go back to and one after it to go on with.
 */
export function amiBehaviour(
  { account, monthEnds }: Pick<RehearsalContext, 'account' | 'monthEnds'>,
  [fault]: readonly AmiFault[],
): (amiId: string) => AmiBehaviour {
  const struck = monthEnds.length > 1 ? 1 : 0;
  return (amiId) => {
    const published = account.world.ec2.images
      .all(account.environment)
      .filter(({ tags }) => tags[PUBLICATION_TAG] !== undefined);
    return fault !== undefined && published[struck]?.id === amiId ? fault.behaviour : GOOD_AMI;
  };
}

/** What a rehearsal ends with. */
export interface RehearsalResult {
  readonly report: RehearsalReport;
}

/**
 * Rehearses a bake, its publication and its rollout: the assembly that would be deployed, in a simulated account, at a
 * moment of recorded history. Rehearsals share nothing: each has its own folder and registry, and leaves neither behind.
 * Throws a `WinbakeError` where it cannot be carried through, and the signal's reason where that ended it.
 */
export async function runRehearsal(options: RehearsalOptions, progress: Progress): Promise<RehearsalResult> {
  const history = readHistory(options.history);
  const { asOf, ends } =
    options.months === undefined
      ? { asOf: parseAsOf(options.asOf, history), ends: [] }
      : monthsFrom(options.asOf, options.months, history);
  const folder = mkdtempSync(join(tmpdir(), 'winbake-rehearsal-'));
  try {
    const registry = await startEmbeddedRegistry({ history, asOf, faults: options.faults });
    try {
      return await rehearse({ history, asOf, monthEnds: ends, registry }, options, folder, progress);
    } finally {
      await registry.close();
    }
  } catch (error) {
    // What failed because it was ended is not what a person wants to read of.
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function rehearse(
  moment: Pick<RehearsalContext, 'history' | 'asOf' | 'monthEnds' | 'registry'>,
  options: RehearsalOptions,
  folder: string,
  progress: Progress,
): Promise<RehearsalResult> {
  // Before any work: without a PowerShell nothing is baked.
  const shell = options.untilBake === true ? undefined : new PowerShellSession(findPowerShell());
  try {
    return await inAccount(moment, options, { folder, shell }, progress);
  } finally {
    await shell?.close();
  }
}

/** What a rehearsal has of this computer: a folder, and a PowerShell unless it ends before the bake. */
interface Means {
  readonly folder: string;
  readonly shell: PowerShellSession | undefined;
}

async function inAccount(
  moment: Pick<RehearsalContext, 'history' | 'asOf' | 'monthEnds' | 'registry'>,
  options: RehearsalOptions,
  means: Means,
  progress: Progress,
): Promise<RehearsalResult> {
  const { signal } = options;
  const log = new StepLog(progress, signal);
  const clock = new VirtualClock(moment.asOf);
  const own = new OwnRegistries();
  const account = new SimulatedAccount({
    folder: await assemblyOf(options, means.folder, log),
    clock,
    release: options.release,
    openRegistry: registryOpener(moment.registry, signal, own),
    transcripts: options.transcripts,
  });
  const pipeline = findPipeline(account, options.release, options.policy);
  clock.onJump((now) => {
    moment.registry.setInstant(now);
  });
  const os = osOf(pipeline.decide.environment['WINBAKE_OS'] ?? '');
  const end = account.install();
  try {
    await own.start({ account, history: moment.history, pipeline });
    const context = { ...moment, os, account, pipeline, clock, log, signal, own };
    return await carryOut(context, options, means);
  } finally {
    end();
    await own.close();
  }
}

async function carryOut(
  context: RehearsalContext & { readonly own: OwnRegistries },
  options: RehearsalOptions,
  means: Means,
): Promise<RehearsalResult> {
  const { account, log, pipeline } = context;
  const { housekeeping, fleets } = await log.phase('Deploy into a simulated account', async () => {
    await deployPipeline(account, pipeline);
    const deployed = await deployFleets(account, pipeline.parameterPath);
    const watched = deployed.map((one) => new WatchedFleet(context, one));
    watched.forEach(({ deployed: { fleet } }) => {
      fleet.group.behave(amiBehaviour(context, options.amiFaults ?? []));
    });
    return { fleets: watched, housekeeping: await scheduleHousekeeping(context) };
  });
  await log.phase('Replay the polls of the 100 days before', (announce) =>
    replayPast(context, options, announce),
  );
  await log.phase('Prepare a simulated Windows host', (announce) =>
    prepareImageBuilder(context, options, means, announce),
  );
  const settings = { context, fleets };
  const first = await runRebake(settings, 'deploy');
  const wasRun = first.result.notRun === undefined;
  const passed = wasRun ? await passMonths(settings, first, context.monthEnds) : [];
  const months = passed.map((month) => reportMonth(month, housekeeping));
  const report = await reportOf(context, {
    runs: passed.length === 0 ? [first] : passed.flatMap(({ runs }) => runs),
    fleets: months.at(-1)?.fleets ?? fleets.map((fleet) => fleet.report()),
    publications: await reportPublications(context, housekeeping),
    months: options.months === undefined ? undefined : months,
    asked: options.asOf,
  });
  const again = wasRun ? await pollAgain(settings) : null;
  return { report: { ...report, again, origins: account.world.accounts.ledger.counts } };
}

/** Asks the gate once more in the same account; what would come of its answer is not done. */
function pollAgain({ context }: RebakeSettings): Promise<SecondPass> {
  return context.log.phase('Ask the gate again', async () => {
    const at = context.clock.now().toISOString();
    const { decisions, reason } = await rebake(context, { trigger: 'poll', decideOnly: true });
    return { at, decision: decisions.at(-1)?.decision ?? 'needsOperator', reason };
  });
}

async function assemblyOf(
  options: RehearsalOptions,
  folder: string,
  log: StepLog,
): Promise<readonly AssemblyStack[]> {
  const { workingFolder, release, signal } = options;
  if (options.cdkOut !== undefined) {
    return readAssemblies(options.cdkOut.map((one) => resolve(workingFolder, one)));
  }
  const command = options.app ?? appCommandOf(workingFolder);
  const outputFolder = join(folder, 'cdk.out');
  await log.phase('Synthesize the app', (announce) => {
    announce(command);
    const temporaryFolder = join(folder, 'tmp');
    return synthesize({
      command,
      folder: workingFolder,
      outputFolder,
      temporaryFolder,
      context: { release },
      signal,
    });
  });
  return readAssembly(outputFolder);
}

async function replayPast(
  context: RehearsalContext,
  options: RehearsalOptions,
  announce: (text: string) => void,
): Promise<void> {
  const { account, asOf, history, os, pipeline, registry } = context;
  const { hostRevision } = options;
  const { arn, roleArn } = pipeline.decide;
  const caller = account.sessionOf(roleArn, arn.split(':').at(-1) ?? '', 'lambda.amazonaws.com');
  const polls = await account.as(caller, async () => {
    const { documents } = ownPorts(context);
    const made = await feedCatalog({
      history,
      release: os.release,
      families: familiesOf(context),
      lines: pipeline.policy.lines,
      asOf,
      documents,
      withRegistry: (poll) => withRegistry(context, poll),
      setInstant: (instant) => {
        registry.setInstant(instant);
      },
    });
    if (hostRevision !== undefined) {
      await changeCatalog(documents, os.release, (catalog) => withHost(catalog, asOf, hostRevision, 'given'));
    }
    return made;
  });
  announce(`${polls} polls`);
}

async function prepareImageBuilder(
  context: RehearsalContext & { readonly own: OwnRegistries },
  options: RehearsalOptions,
  { folder, shell }: Means,
  announce: (text: string) => void,
): Promise<void> {
  const { account, clock, history, log, os, own, pipeline, registry, signal } = context;
  const revisions = hostRevisions({
    history,
    userHistory: options.history !== undefined,
    ...(options.hosts === undefined ? {} : { hosts: options.hosts }),
  });
  // A host of which nothing is known is a mistake in the call, and said before any work.
  struckHost(baseHostAt(os, revisions, clock.now(), options.hostRevision, ''), options.hostFaults ?? []);
  publishBaseAmis(context, (now) => baseHostAt(os, revisions, now, options.hostRevision, '').facts.ubr);
  if (shell === undefined) {
    return;
  }
  await shell.prepare(announce, signal);
  const dockerFolder = join(folder, 'docker');
  writeDockerShim(dockerFolder);
  const bake: BakeOptions = {
    shell,
    folder,
    dockerFolder,
    registries: {
      ...own.urls,
      [new URL(pipeline.decide.environment['WINBAKE_REGISTRY'] ?? '').host]: registry.url,
    },
    baseHost: (instanceId) => {
      const host = baseHostAt(os, revisions, clock.now(), options.hostRevision, instanceId);
      return struckHost(host, options.hostFaults ?? []);
    },
    onStep: log.onStep,
    onNotRun: log.onNotRun,
    signal,
  };
  account.bake = (recipe, imageArn) =>
    runBake(bake, recipe, imageArn, (instanceId) => instanceAccess(account, recipe, instanceId));
}

/** Lets AWS publish a base AMI whenever the revision of its host changes. */
function publishBaseAmis(
  { account, clock, pipeline }: RehearsalContext,
  revisionAt: (now: Date) => number,
): void {
  let published = revisionAt(clock.now());
  clock.every(24 * 3600 * 1000, () => {
    const revision = revisionAt(clock.now());
    if (revision !== published) {
      published = revision;
      publishBaseAmi(account, pipeline, String(revision));
    }
    return Promise.resolve();
  });
}

/** An app to synthesize, and where its assembly goes. */
interface Synthesis {
  /** A line for the shell. */
  readonly command: string;
  /** The folder of the app: the command runs there, and the context of its `cdk.json` counts. */
  readonly folder: string;
  readonly outputFolder: string;
  /** For what the app leaves behind. */
  readonly temporaryFolder: string;
  /** Context values that replace the app's own. */
  readonly context: Readonly<Record<string, string>>;
  /** Ends the app. */
  readonly signal?: AbortSignal | undefined;
}

/** The app of the `cdk.json` in a folder, as `cdk synth` would run it. Throws a `UsageError` where there is none. */
export function appCommandOf(folder: string): string {
  const file = join(folder, 'cdk.json');
  if (!existsSync(file)) {
    throw new UsageError(
      `There is no cdk.json in ${folder}; name the app with --app, or an assembly with --cdk-out.`,
    );
  }
  const { app } = readJsonObject(file, 'mend it, or name the app with --app');
  if (typeof app !== 'string') {
    throw new UsageError(`${file} names no app; name one with --app, or an assembly with --cdk-out.`);
  }
  return app;
}

/**
 * Runs a CDK app the way the CDK's own command line does, without an account, and leaves its assembly in a folder. Throws a
 * `WinbakeError` with the error that the app printed where it fails.
 * @see https://docs.aws.amazon.com/cdk/v2/guide/apps.html#lifecycle
 */
export async function synthesize(synthesis: Synthesis): Promise<void> {
  const { command, folder, outputFolder, signal, temporaryFolder } = synthesis;
  mkdirSync(temporaryFolder, { recursive: true });
  const run = await runProcess({
    command,
    args: [],
    shell: true,
    cwd: folder,
    signal,
    env: {
      ...process.env,
      // An app that says `node` means the one that runs now, not an older one of the system.
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
      TMPDIR: temporaryFolder,
      TEMP: temporaryFolder,
      TMP: temporaryFolder,
      CDK_OUTDIR: outputFolder,
      CDK_CONTEXT_JSON: JSON.stringify({ ...contextOf(folder), ...synthesis.context }),
    },
  });
  if (run.exitCode !== 0 || !existsSync(join(outputFolder, 'manifest.json'))) {
    const reported = errorIn(`${run.stdout}\n${run.stderr}`);
    const ending = run.exitCode === 0 ? 'it left no assembly' : `it ended with exit code ${run.exitCode}`;
    throw new WinbakeError(
      'REHEARSAL_FAILED',
      `The app '${command}' did not synthesize: ${reported ?? `${ending} and said nothing`}`.replace(
        /\.?$/,
        '.',
      ),
    );
  }
}

/**
 * The context that a folder gives its app: what `cdk.json` says goes before what look-ups left in `cdk.context.json`.
 * @see https://docs.aws.amazon.com/cdk/v2/guide/context.html
 */
function contextOf(folder: string): JsonObject {
  const [lookups, project] = ['cdk.context.json', 'cdk.json'].map((name) => {
    const file = join(folder, name);
    return existsSync(file) ? readJsonObject(file, 'mend it') : {};
  });
  const own = project?.['context'];
  return { ...lookups, ...(isJsonObject(own) ? own : {}) };
}

/** The first line that names an error, else the last that says anything. */
function errorIn(text: string): string | undefined {
  const lines = text.split('\n').flatMap((line) => line.trim() || []);
  return (
    lines.find((line) => /^(?:Unhandled exception\. )?[\w.]*(?:Error|Exception)(?: \[\w+\])?: /.test(line)) ??
    lines.at(-1)
  );
}
