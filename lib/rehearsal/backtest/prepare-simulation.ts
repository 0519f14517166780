import { defaultFamilies, familyOf } from '../../core/images/family';
import { parseImageExtras } from '../../core/images/image-extra';
import type { History } from '../history/history';
import { hostRevisions } from '../history/host-revisions';
import { readHistory } from '../history/read-history';
import { RecordedLooks } from './recorded-looks';
import type { BacktestOptions } from './backtest-options';
import type { Simulation } from './simulate-gate';

/** A simulation with the history that it goes by. */
export interface PreparedSimulation {
  readonly history: History;
  readonly hostAt: Simulation['hostAt'];
  readonly simulation: Simulation;
}

/** Reads history and hosts, and puts together what the gate is run over. Throws a `WinbakeError` where a file is damaged. */
export function prepareSimulation(options: BacktestOptions): PreparedSimulation {
  const { accepted, extras: texts, from, hostRevision, hosts, lines, policy, release, to } = options;
  const history = readHistory(options.history);
  const revisions = hostRevisions({
    history,
    userHistory: options.history !== undefined,
    ...(hosts === undefined ? {} : { hosts }),
  });
  const hostAt = (instant: Date) => hostRevision ?? revisions(release.build, instant);
  const names = defaultFamilies(release);
  const families = names.map((name) => familyOf(name, release, lines[name]));
  const extras = parseImageExtras(texts, { release, families: names, lines });
  const looks = new RecordedLooks(history, families);
  return {
    history,
    hostAt,
    simulation: { looks, extras, release, policy, from, to, hostAt, givenHost: hostRevision, accepted },
  };
}
