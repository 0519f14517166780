import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRelease } from '../../lib/contract/values/release';
import { formatReport, reportScenario, type BenchReport, type ScenarioReport } from './bench-report';
import { findPrograms } from './find-program';
import { startLocalRegistry } from './local-registry';
import { measureScenario } from './measure-scenario';
import { planRepositories, TAGS_PER_REPOSITORY } from './plan-repositories';
import { planScenarios } from './plan-scenarios';
import { pushRepositories } from './push-repository';
import { readOptions, type BenchOptions } from './read-options';
import { runProgram } from './run-program';
import { measureSimulatedCalls } from './simulated-calls';
import { SkopeoPolls } from './skopeo-polls';
import { startCountingProxy, type CountingProxy } from './start-counting-proxy';
import { WinbakePolls } from './winbake-polls';

const USAGE = `Usage: npm run bench -- [--rounds N] [--json]

Compares the polls of winbake at a registry with skopeo's, on a local docker-registry that it fills and removes.
It needs docker-registry and skopeo on the PATH, and asserts nothing: it prints requests, seconds and ratios.`;

const RELEASE = parseRelease('2022');

interface Settings {
  readonly root: string;
  readonly rounds: number;
  readonly signal: AbortSignal;
  /** Takes what must be put away, last first. */
  readonly later: (end: () => Promise<void>) => unknown;
}

/** Runs the benchmark and gives the exit code: 0 measured, 1 failed, 2 wrong usage, 130 interrupted. */
export async function runBench(args: readonly string[], root: string): Promise<number> {
  let options: BenchOptions;
  try {
    options = readOptions(args);
  } catch (error) {
    announce(`${messageOf(error)}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const interruption = new AbortController();
  const interrupt = (): void => {
    interruption.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const ends: (() => Promise<void>)[] = [];
  const later: Settings['later'] = (end) => ends.unshift(end);
  try {
    const report = await measure({ root, rounds: options.rounds, signal: interruption.signal, later });
    process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report));
    return 0;
  } catch (error) {
    announce(interruption.signal.aborted ? 'Interrupted.' : messageOf(error));
    return interruption.signal.aborted ? 130 : 1;
  } finally {
    await putAway(ends);
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

async function putAway(ends: readonly (() => Promise<void>)[]): Promise<void> {
  for (const end of ends) {
    try {
      await end();
    } catch (error) {
      announce(`Something of the benchmark could not be put away: ${messageOf(error)}`);
    }
  }
}

async function measure(settings: Settings): Promise<BenchReport> {
  const { root, rounds, signal } = settings;
  const [registryProgram = '', skopeoProgram = ''] = findPrograms(['docker-registry', 'skopeo']);
  const { proxy, pushSeconds } = await fillRegistry(registryProgram, settings);
  const winbake = new WinbakePolls(root, proxy.url, RELEASE, signal);
  const skopeo = new SkopeoPolls(skopeoProgram, new URL(proxy.url).host, signal);
  const scenarios: ScenarioReport[] = [];
  for (const scenario of await planScenarios(RELEASE, winbake, skopeo)) {
    announce(`Measuring: ${scenario.title}.`);
    scenarios.push(reportScenario(scenario.title, await measureScenario(scenario, rounds, proxy, signal)));
  }
  return {
    machine: { processors: cpus().length, model: cpus()[0]?.model ?? 'unknown', platform: process.platform },
    programs: {
      node: process.versions.node,
      'docker-registry': await versionOf(registryProgram),
      skopeo: await versionOf(skopeoProgram),
    },
    registry: {
      repositories: planRepositories().length,
      tagsPerRepository: TAGS_PER_REPOSITORY,
      pushSeconds,
    },
    rounds,
    scenarios,
    simulatedCallMicroseconds: await measureSimulatedCalls(rounds),
  };
}

async function fillRegistry(
  program: string,
  { root, signal, later }: Settings,
): Promise<{ readonly proxy: CountingProxy; readonly pushSeconds: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-bench-'));
  later(() => rm(folder, { recursive: true, force: true }));
  const registry = await startLocalRegistry(program, folder, signal);
  later(() => registry.close());
  const repositories = planRepositories();
  announce(`Pushing ${repositories.length} repositories of ${TAGS_PER_REPOSITORY} tags.`);
  const started = performance.now();
  await pushRepositories(registry.url, repositories, signal);
  const pushSeconds = (performance.now() - started) / 1000;
  const proxy = await startCountingProxy(join(root, 'tools', 'bench', 'counting-proxy.mjs'), registry.url);
  later(() => proxy.close());
  return { proxy, pushSeconds };
}

async function versionOf(program: string): Promise<string> {
  const { stdout } = await runProgram(program, ['--version']);
  return /\d+\.\d+\S*/.exec(stdout)?.[0] ?? 'unknown';
}

function announce(text: string): void {
  process.stderr.write(`${text}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
