import { Option } from 'commander';
import { parseRelease } from '../lib/contract/values/release';
import type { BacktestOptions } from '../sim/rehearsal/backtest/backtest-report';
import { gatePolicy, policyOptions, type PolicyOptions } from './policy-options';

/** What the commands say that run the gate over history. */
export interface SimulationOptions extends PolicyOptions {
  readonly release: string;
  readonly history?: string;
  readonly hosts?: string;
  readonly accept?: readonly string[];
}

/** The options of those commands, each made anew for its command. */
export function simulationOptions(): readonly Option[] {
  return [
    new Option(
      '--release <release>',
      'Windows Server release: 2016, 2019, 2022 or 2025',
    ).makeOptionMandatory(),
    new Option('--history <file>', 'timeline instead of the recorded one, JSON lines, plain or gzip'),
    new Option('--hosts <file>', 'table of host revisions instead of the built-in one, CSV'),
    new Option(
      '--accept <finding...>',
      'finding that an operator passed, such as "WENT_BACK servercore 10.0.20348.3328"',
    ),
    ...policyOptions(),
  ];
}

/** What the options make, without the time that is run over. Throws a `UsageError` for a release that is none. */
export function simulationOf(options: SimulationOptions): Omit<BacktestOptions, 'from' | 'to'> {
  return {
    release: parseRelease(options.release),
    history: options.history,
    hosts: options.hosts,
    hostRevision: options.hostRevision,
    extras: options.extra ?? [],
    lines: options.line ?? {},
    policy: gatePolicy(options),
    accepted: options.accept ?? [],
  };
}
