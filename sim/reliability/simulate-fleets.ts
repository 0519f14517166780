import type { Violation } from './fleet-truth';
import { type Happening, nameOf } from './happenings';
import { FleetScenario, type FleetYearsOptions } from './fleet-scenario';

/** What a simulation came to. */
export interface FleetYears {
  readonly fleetYears: number;
  readonly polls: number;
  readonly rollouts: number;
  /** What each fleet's instances run at the end. */
  readonly ends: Readonly<Record<string, readonly string[]>>;
  /** Notices that went to people. */
  readonly notices: number;
  readonly violations: readonly Violation[];
  /** All that happened, in that order. */
  readonly happenings: readonly Happening[];
}

/** Lets an installation live for years with what goes wrong drawn by `FLEET_RATES`, and judges all that its fleets do. */
export async function simulateFleets(options: FleetYearsOptions): Promise<FleetYears> {
  const scenario = new FleetScenario(options);
  await scenario.live();
  const { fleetYears, happenings, installation, oracle } = scenario;
  return {
    fleetYears,
    happenings: happenings.list,
    polls: installation.polls,
    rollouts: installation.fleets.reduce((sum, { simulated }) => sum + simulated.group.refreshes.length, 0),
    notices: installation.fleets.reduce((sum, { notified }) => sum + notified.length, 0),
    violations: oracle.violations,
    ends: Object.fromEntries(
      installation.fleets.map(({ plan, simulated }) => [
        plan.name,
        simulated.instances.map(({ amiId }) => amiId).sort(),
      ]),
    ),
  };
}

/** A history that breaks a rule, with what can be left out of it. */
export interface ShortHistory {
  readonly violation: Violation;
  /** The fleets that have to be there. */
  readonly fleets: readonly string[];
  readonly happenings: readonly Happening[];
  /** Whether each was tried without; not where the time was over. */
  readonly isShortest: boolean;
}

/**
 * The part of a list that is left once nothing can be taken from it any more, by halves, quarters and so on. Once `isOver` says so it
 * gives what it has by then.
 * @see https://www.st.cs.uni-saarland.de/papers/tse2002/tse2002.pdf ddmin
 */
export async function shrinkList<T>(
  list: readonly T[],
  isEnough: (part: readonly T[]) => Promise<boolean>,
  isOver: () => boolean = () => false,
): Promise<{ readonly part: readonly T[]; readonly isShortest: boolean }> {
  let part = list;
  let pieces = 2;
  while (part.length > 0) {
    const size = Math.ceil(part.length / pieces);
    let found: readonly T[] | undefined;
    for (let from = 0; from < part.length && found === undefined; from += size) {
      if (isOver()) {
        return { part, isShortest: false };
      }
      const rest = [...part.slice(0, from), ...part.slice(from + size)];
      found = (await isEnough(rest)) ? rest : undefined;
    }
    if (found === undefined && size === 1) {
      break;
    }
    part = found ?? part;
    pieces = found === undefined ? Math.min(part.length, pieces * 2) : Math.max(2, pieces - 1);
  }
  return { part, isShortest: true };
}

/** A shorter history may break the rule so much later. */
const LATER = 24 * 3_600_000;

/** The shortest history by which an installation still breaks the rule that it breaks first; undefined where it breaks none. */
export async function shrinkHistory(
  given: FleetYearsOptions,
  isOver: () => boolean = () => false,
): Promise<ShortHistory | undefined> {
  const options: FleetYearsOptions = { ...given, isFirstEnough: true };
  const whole = await simulateFleets(options);
  const [first] = whole.violations;
  if (first === undefined) {
    return undefined;
  }
  let last: Violation = first;
  const isEnough = async (fleets: readonly string[], happenings: readonly Happening[]) => {
    const { violations } = await simulateFleets({
      ...options,
      endsAt: Date.parse(first.at) + LATER,
      onlyFleets: new Set(fleets),
      only: new Set(happenings.map(nameOf)),
    });
    const same = violations.find(({ rule }) => rule === first.rule);
    last = same ?? last;
    return same !== undefined;
  };
  const all = Object.keys(whole.ends);
  const before = whole.happenings.filter(({ at }) => at <= Date.parse(first.at));
  const fleets = await shrinkList(all, (part) => isEnough(part, before), isOver);
  const ofFleets = before.filter(({ of }) => !all.includes(of) || fleets.part.includes(of));
  const happenings = await shrinkList(ofFleets, (part) => isEnough(fleets.part, part), isOver);
  return {
    violation: last,
    fleets: fleets.part,
    happenings: happenings.part,
    isShortest: fleets.isShortest && happenings.isShortest,
  };
}
