import type { Catalog, ImageSet } from '../../../lib/contract/documents/catalog';
import { WinbakeError } from '../../../lib/contract/values/errors';
import { type GatePolicy, POLL_INTERVAL_SECONDS } from '../../../lib/contract/values/gate-policy';
import type { Mode } from '../../../lib/contract/values/mode';
import { readOsVersion } from '../../../lib/contract/values/os-version';
import type { Release } from '../../../lib/contract/values/release';
import { patchTuesday } from '../../../lib/core/calendar/patch-tuesday';
import {
  emptyCatalog,
  withAccepted,
  withHost,
  withImageSet,
  withObservations,
} from '../../../lib/core/catalog/catalog';
import { decide } from '../../../lib/core/gate/decide';
import {
  type FailedOrder,
  type GateDecision,
  noteOutage,
  type PublishedBake,
  type UnreadSince,
} from '../../../lib/core/gate/gate-input';
import { observationsOf } from '../../../lib/core/gate/observe';
import { isOrderOf } from '../../../lib/core/gate/why-bake';
import { chooseImageSet } from '../../../lib/core/images/choose-image-set';
import { defaultFamilies, type ImageFamily } from '../../../lib/core/images/family';
import { checkLines, type ImageExtra, parseImageExtras } from '../../../lib/core/images/image-extra';
import type { History } from '../../registry/history/history';
import { hostRevisions } from '../../registry/history/host-revisions';
import { readHistory } from '../../registry/history/read-history';
import type { BacktestOptions } from './backtest-report';
import { followedPeriods, RecordedPolls } from './recorded-observations';

/** What a simulation of the gate goes by. */
interface Simulation {
  readonly polls: RecordedPolls;
  /** What is cached beside the families; a previous revision is known from earlier polls only. */
  readonly extras?: readonly ImageExtra[];
  readonly release: Release;
  readonly policy: GatePolicy;
  readonly from: Date;
  readonly to: Date;
  /** The revision of a fully updated host at an instant. */
  readonly hostAt: (instant: Date) => number | undefined;
  /** A host revision that the gate knows from the beginning. */
  readonly givenHost: number | undefined;
  /** Findings that an operator passed before it begins. */
  readonly accepted: readonly string[];
  /** Evaluates quiet ticks too; the result is the same, only slower. */
  readonly everyTick?: boolean;
}

/** A bake that was ordered, and what came of it. */
export interface SimulatedBake {
  readonly at: Date;
  readonly set: ImageSet;
  readonly hostRevision: number;
  /** Undefined where the host took no set. */
  readonly mode: Mode | undefined;
  readonly outcome: 'published' | 'equal' | 'failed';
}

/** A bake whose host took a set. */
export type DoneBake = SimulatedBake & { readonly mode: Mode };

/** Whether a bake ended in an AMI, new or equal to the one before. */
export function isDone(bake: SimulatedBake): bake is DoneBake {
  return bake.mode !== undefined;
}

/** One evaluated tick. */
export interface SimulatedTick {
  readonly at: Date;
  readonly decision: GateDecision;
}

/** Between two polls, in milliseconds. */
export const TICK = POLL_INTERVAL_SECONDS * 1000;

/** AWS publishes a base AMI some days after Patch Tuesday; an assumption. */
export const BASE_AMI_DAYS = 3;

/**
 * Runs the gate over a time, tick by tick. Ticks at which neither the registry nor the clock can change the decision are
 * passed over: the gate says itself when time alone may change it.
 */
export function simulateGate(simulation: Simulation): {
  readonly ticks: readonly SimulatedTick[];
  readonly bakes: readonly SimulatedBake[];
  /** What is known at the end. */
  readonly catalog: Catalog;
} {
  const state = new SimulationState(simulation);
  for (
    let at: Date | undefined = simulation.from;
    at !== undefined && at <= simulation.to;
    at = state.nextTick(at)
  ) {
    state.tick(at);
  }
  return state;
}

class SimulationState {
  readonly ticks: SimulatedTick[] = [];
  readonly bakes: SimulatedBake[] = [];
  catalog: Catalog;
  private unreadSince: UnreadSince = {};
  private published: PublishedBake | undefined;
  private failed: FailedOrder | undefined;
  private lastBake: SimulatedBake | undefined;
  private wakesAt: Date | undefined;
  private isUnsettled = false;

  constructor(private readonly simulation: Simulation) {
    const { accepted, from, givenHost, release } = simulation;
    const empty = emptyCatalog(release);
    const begun = givenHost === undefined ? empty : withHost(empty, from, givenHost, 'given');
    this.catalog = accepted.reduce(
      (catalog, finding) => withAccepted(catalog, finding, 'operator', from),
      begun,
    );
  }

  tick(now: Date): void {
    const { polls, policy, release } = this.simulation;
    const shown = polls.at(now);
    const extras = polls.extrasAt(this.simulation.extras ?? [], now);
    const seen = [...shown, ...extras.map(({ poll }) => poll)];
    this.catalog = withObservations(this.catalog, observationsOf(seen, now));
    this.unreadSince = noteOutage(this.unreadSince, shown, now);
    const decision = decide({
      now,
      release,
      policy,
      polls: shown,
      extras,
      catalog: this.catalog,
      unreadSince: this.unreadSince,
      published: this.published,
      failed: this.failed,
      recipeArn: 'recipe',
      scriptsSha256: 'scripts',
      baseAmiId: baseAmiAt(now),
    });
    this.ticks.push({ at: now, decision });
    const { set } = decision;
    const before = this.catalog;
    if (set !== undefined) {
      this.catalog = withImageSet(this.catalog, set);
    }
    this.isUnsettled = this.catalog !== before;
    if (decision.decision === 'bake' && set !== undefined) {
      this.bake(now, set);
      this.isUnsettled = true;
    }
    this.wakesAt = decision.changesAt;
  }

  /** The next tick at which anything may differ: the one after a change, or the first at or after what comes next. */
  nextTick(now: Date): Date | undefined {
    if (this.isUnsettled || this.simulation.everyTick === true) {
      return new Date(now.getTime() + TICK);
    }
    const coming = [
      this.wakesAt,
      this.simulation.polls.changeAfter(now, this.simulation.extras),
      nextBaseAmi(now),
    ].flatMap((instant) => instant?.getTime() ?? []);
    const ticks = Math.ceil((Math.min(...coming) - now.getTime()) / TICK);
    return new Date(now.getTime() + Math.max(1, ticks) * TICK);
  }

  private bake(now: Date, set: ImageSet): void {
    const { givenHost, hostAt, release } = this.simulation;
    const target = readOsVersion(set.target)?.revision ?? 0;
    const hostRevision = givenHost ?? hostAt(now) ?? target;
    const id = `${set.id}-${now.toISOString()}`;
    const host = { build: release.build, revision: hostRevision };
    const choice = chooseImageSet(this.catalog.sets, host, { set: set.id, at: now, targetRevision: target });
    this.catalog = withHost(this.catalog, now, hostRevision, id);
    if ('error' in choice) {
      const isAgain = isOrderOf(this.catalog, this.failed?.set, set);
      const attempt = isAgain ? (this.failed?.attempt ?? 0) + 1 : 1;
      this.failed = {
        id,
        set: set.id,
        recipeArn: 'recipe',
        scriptsSha256: 'scripts',
        attempt,
        at: now.toISOString(),
      };
      this.bakes.push({ at: now, set, hostRevision, mode: undefined, outcome: 'failed' });
      return;
    }
    const isEqual = this.lastBake?.set.id === choice.set.id && this.lastBake.hostRevision === hostRevision;
    const { mode } = choice;
    const done: SimulatedBake = {
      at: now,
      set: choice.set,
      hostRevision,
      mode,
      outcome: isEqual ? 'equal' : 'published',
    };
    this.bakes.push(done);
    this.lastBake = done;
    this.failed = undefined;
    const at = now.toISOString();
    this.published = {
      set: choice.set.id,
      at,
      recipeArn: 'recipe',
      scriptsSha256: 'scripts',
      baseAmiId: baseAmiAt(now),
    };
  }
}

function baseAmiAt(now: Date): string {
  const month = releaseOfBaseAmi(now.getUTCFullYear(), now.getUTCMonth());
  const last = month <= now ? month : releaseOfBaseAmi(now.getUTCFullYear(), now.getUTCMonth() - 1);
  return `ami of ${last.toISOString().slice(0, 10)}`;
}

function nextBaseAmi(now: Date): Date {
  const month = releaseOfBaseAmi(now.getUTCFullYear(), now.getUTCMonth());
  return month > now ? month : releaseOfBaseAmi(now.getUTCFullYear(), now.getUTCMonth() + 1);
}

function releaseOfBaseAmi(year: number, month: number): Date {
  return new Date(patchTuesday(year, month).getTime() + BASE_AMI_DAYS * 24 * 3_600_000);
}

/** A simulation with the history that it goes by. */
interface PreparedSimulation {
  readonly history: History;
  readonly hostAt: Simulation['hostAt'];
  readonly simulation: Simulation;
}

const END_OF_TIME = new Date(8.64e15);

/** Throws where a history says nothing of a release, since each answer would then be about nothing. */
function requireData(release: Release, families: readonly ImageFamily[], history: History): void {
  const isKnown = families.some(({ floatingTags, repository }) =>
    floatingTags.some((tag) => history.eventsOf(repository, tag).length > 0),
  );
  if (!isKnown) {
    const names = families.map(({ name }) => name).join(' nor of ');
    throw new WinbakeError(
      'NO_DATA',
      `The history has no image of Windows Server ${release.name} (build ${release.build}), neither of ${names}; give another by --history.`,
    );
  }
}

/** Reads history and hosts, and puts together what the gate is run over. Throws a `WinbakeError` where a file is damaged. */
export function prepareSimulation(options: BacktestOptions): PreparedSimulation {
  const { accepted, from, hostRevision, hosts, policy, release, to } = options;
  const history = readHistory(options.history);
  const revisions = hostRevisions({
    history,
    userHistory: options.history !== undefined,
    ...(hosts === undefined ? {} : { hosts }),
  });
  const hostAt = (instant: Date) => hostRevision ?? revisions(release.build, instant);
  const names = defaultFamilies(release);
  const context = { release, families: names, lines: policy.lines, at: to };
  const extras = parseImageExtras(policy, context);
  checkLines(extras, context);
  const [{ families } = { families: [] }, ...later] = followedPeriods(names, release, policy.lines);
  const polls = new RecordedPolls(history, families, later);
  requireData(release, polls.familiesAt(to), history);
  if (hostRevision === undefined && revisions(release.build, END_OF_TIME) === undefined) {
    throw new WinbakeError(
      'NO_DATA',
      `No host revision is known for Windows Server ${release.name} (build ${release.build}); name it by --host-revision or in a table by --hosts.`,
    );
  }
  return {
    history,
    hostAt,
    simulation: { polls, extras, release, policy, from, to, hostAt, givenHost: hostRevision, accepted },
  };
}
