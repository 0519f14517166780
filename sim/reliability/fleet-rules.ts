import type { Channel } from '../../lib/contract/documents/publication';
import type { FleetState } from '../../lib/contract/documents/fleet-state';
import { readOsVersion } from '../../lib/contract/values/os-version';
import type { RefreshRequest } from '../../lib/core/ports/fleets';
import type { ObservedFleet, ObservedInstallation, Seen, Truth } from './fleet-truth';
import { CURRENT } from './installation';

/** For how long a canary's refresh waits at its checkpoint. */
const CHECKPOINT_SECONDS = 2 * 24 * 3600;

/**
 * What rules a request for an instance refresh breaks by itself, with what it does: the intent is written before, a canary has a refresh of
 * its own, and what is new is launched first.
 */
export function wrongOfRequest(
  { names, store }: ObservedFleet,
  { checkpoint, maxHealthyPercentage, version }: RefreshRequest,
): readonly (readonly [rule: string, what: string])[] {
  const { rollout } = JSON.parse(store.values.get(names.state) ?? '{}') as Partial<FleetState>;
  const isOwnRefresh =
    checkpoint === null ||
    (checkpoint.percentages.every((one) => one < 100) && checkpoint.seconds === CHECKPOINT_SECONDS);
  return [
    ...(rollout?.version === version
      ? []
      : [['intent', `a refresh to version ${version} starts, and the state says nothing of it`] as const]),
    ...(isOwnRefresh
      ? []
      : [['canary', `its refresh has the checkpoints ${JSON.stringify(checkpoint)}`] as const]),
    ...(maxHealthyPercentage > 100
      ? []
      : [['launch first', `at most ${maxHealthyPercentage} % of the instances may be there`] as const]),
  ];
}

/** What is equal in version and mode to all that a fleet runs needs no refresh, unless some of it is revoked or fails. */
export function isNeedless(truth: Truth, fleet: ObservedFleet, version: string): boolean {
  const { group, instances } = fleet.simulated;
  const wanted = truth.publications.get(group.amiOf(version));
  const own = truth.publications.get(group.amiOf(group.version));
  if (wanted === undefined || own === undefined || !isEqual(truth, own.id, wanted)) {
    return false;
  }
  const isSame = ({ amiId, version: its }: (typeof instances)[number]) => {
    const { id = '' } = truth.publications.get(amiId) ?? {};
    return (
      isEqual(truth, id, wanted) &&
      templateOf(fleet, its) === templateOf(fleet, version) &&
      truth.revokedAt(id) === undefined &&
      !truth.wasBad(fleet.plan.name, id)
    );
  };
  return instances.length > 0 && instances.every(isSame);
}

/** The launch template of a version, by its user data. */
export function templateOf({ simulated }: ObservedFleet, version: string): string {
  return simulated.group.template.find(version)?.userData ?? '';
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What housekeeping and the polls of two fleets may take until one knows of the other. */
const PROPAGATION = 45 * MINUTE;

/** What nothing keeps a fleet from begins within this. */
const AT_ONCE = 3 * HOUR;
/** A fleet that waits for a person or another fleet is polled as seldom as this, and instances left behind are seen to after a day. */
const SELDOM = 9 * HOUR;
const LEFT_BEHIND = 34 * HOUR;
/** A window of a week opens by then. */
const UNTIL_WINDOW = 4 * DAY;
/** For so long a launch template that fails may still be what a rollout is judged by. */
const MIXED = 3 * DAY;
/** For so long a fleet may run what fails there, with nobody notified. */
const BAD_STAYS = 3 * DAY;

/** What the duties of fleets are judged by. */
export interface FleetDutiesOptions {
  readonly truth: Truth;
  readonly installation: ObservedInstallation;
  readonly seen: (fleet: ObservedFleet) => Seen;
  readonly report: (fleet: ObservedFleet, rule: string, what: string) => void;
}

/** Whether a publication has the OS version and mode of another. */
export function isEqual({ publications }: Truth, id: string, other: Channel): boolean {
  for (const one of publications.values()) {
    if (one.id === id) {
      return one.osVersion === other.osVersion && one.mode === other.mode;
    }
  }
  return false;
}

/** What a fleet must do in time: begin what nothing keeps it from, leave what is revoked or fails, and blame only what failed. */
export class FleetDuties {
  /** Since when something is so, by fleet and what it is. */
  private readonly since = new Map<string, number>();
  private readonly states = new Map<string, { readonly text: string; readonly state: Partial<FleetState> }>();
  private readonly blamed = new Map<string, ReadonlySet<string>>();

  constructor(private readonly options: FleetDutiesOptions) {}

  observe(fleet: ObservedFleet): void {
    if (fleet.simulated.instances.length === 0) {
      this.since.delete(`${fleet.plan.name} bad`);
      return;
    }
    this.hasBadTemplate(fleet);
    this.checkBegin(fleet);
    this.checkRevoked(fleet);
    this.checkBadStays(fleet);
    this.checkBlame(fleet);
  }

  /** Where a fleet must be once nothing has happened for long. */
  checkEnd(fleet: ObservedFleet, current: Channel): void {
    const { truth } = this.options;
    const { notified, plan, simulated } = fleet;
    this.checkTemplates(fleet);
    const ids = new Set(simulated.instances.map(({ amiId }) => truth.publications.get(amiId)?.id ?? amiId));
    const isThere = ids.size <= 1 && (ids.size === 0 || ids.has(current.id));
    const isOnEqual = [...ids].every((id) => isEqual(truth, id, current));
    if (isThere || isOnEqual) {
      return;
    }
    const onRevoked = [...ids].filter((id) => truth.revokedAt(id) !== undefined);
    if (onRevoked.length > 0 && !truth.wasBad(plan.name, current.id)) {
      this.options.report(fleet, 'R9', `it still runs ${onRevoked.join(', ')}, which was revoked`);
    }
    const onBad = [...ids].filter((id) => truth.isBad(plan.name, id));
    if (onBad.length > 0) {
      this.options.report(fleet, 'end', `it still runs ${onBad.join(', ')}, which fails there`);
    }
    if (!notified.some(({ text }) => text.includes(current.id))) {
      this.options.report(
        fleet,
        'end',
        `it runs ${[...ids].join(', ')}, not ${current.id}, and nobody was notified`,
      );
    }
  }

  /** The newest launch template is everywhere, or people were notified since it was deployed. */
  private checkTemplates(fleet: ObservedFleet): void {
    const { truth } = this.options;
    const { instances, notified, plan, simulated } = { ...fleet, instances: fleet.simulated.instances };
    const { at, template } = truth.newestTemplate(plan.name);
    const older = instances.filter(({ version }) => templateOf(fleet, version) !== template);
    const isNotified = notified.some((one) => one.at.getTime() >= at && one.text.includes('launch template'));
    if (older.length > 0 && !isNotified) {
      const has = templateOf(fleet, simulated.group.version);
      this.options.report(
        fleet,
        'template',
        `${older.length} of ${instances.length} instances do not run ${template}, the group has ${has}, and nobody was notified`,
      );
    }
  }

  /** Whether housekeeping has had the time to tell a fleet, whose account may have let nobody in. */
  hasReached({ plan }: ObservedFleet, since: number): boolean {
    const away = this.options.truth.awayUntil(plan.account) ?? -Infinity;
    return this.now > Math.max(since, away) + PROPAGATION;
  }

  /** A fleet that nothing keeps from what its channel shows begins with it. */
  private checkBegin(fleet: ObservedFleet): void {
    const { seen, truth } = this.options;
    const { group } = fleet.simulated;
    const current = truth.current();
    const own = truth.publications.get(group.amiOf(group.version));
    const { name } = fleet.plan;
    // What an empty fleet had, or failed before its team mended that, is tried anew.
    const hasRun = seen(fleet).ran.has(current.id) && !truth.wasBad(name, current.id);
    const isBack = hasRun || (own !== undefined && current.at < own.at);
    const isDone = own !== undefined && isEqual(truth, own.id, current);
    const isWaited = !isBack && (this.mayWaitForOthers(fleet, current) || truth.pipelineHold() !== undefined);
    const isKept =
      isDone ||
      isWaited ||
      this.isBusy(fleet) ||
      this.isStuck(fleet, current) ||
      !this.isShown(fleet, current);
    const { policy } = fleet;
    const rings = (policy.ring ?? 0) * policy.ringLimitSeconds * 1000;
    const delay = policy.delaySeconds * 1000 + (policy.windows.length > 0 ? UNTIL_WINDOW : 0);
    const limit = isBack ? AT_ONCE : SELDOM + rings + delay;
    this.limit(fleet, isBack ? `back to ${current.id}` : `begin ${current.id}`, !isKept, limit, () => {
      this.options.report(
        fleet,
        'R7',
        `nothing keeps it from ${current.id}${isBack ? ', a way back' : ''}, and it does not begin: ${this.stateOf(fleet).waiting?.reason ?? ''}`,
      );
    });
  }

  /** Fleets leave a revoked publication first, for one that failed nowhere before them; their own hold alone counts. */
  private checkRevoked(fleet: ObservedFleet): void {
    const { truth } = this.options;
    const { group, instances } = fleet.simulated;
    const current = truth.current();
    const isRevoked = (amiId: string) => {
      const at = truth.revokedAt(truth.publications.get(amiId)?.id ?? '');
      return at !== undefined && this.hasReached(fleet, at);
    };
    const isKept =
      this.isBusy(fleet) ||
      this.isStuck(fleet, current) ||
      this.mayWaitForOthers(fleet, current) ||
      !this.isShown(fleet, current);
    const isOfGroup = isRevoked(group.amiOf(group.version));
    this.limit(fleet, 'revoked', isOfGroup && !isKept, AT_ONCE, () => {
      this.options.report(fleet, 'R9', 'it stays on what was revoked, and nothing keeps it there');
    });
    const isOfSome = instances.some(({ amiId }) => isRevoked(amiId));
    this.limit(fleet, 'revoked instances', isOfSome && !isKept, LEFT_BEHIND, () => {
      this.options.report(fleet, 'R9', 'instances stay on what was revoked, and nothing keeps them there');
    });
    const refreshed = group.refresh;
    const isGoingOn =
      refreshed?.isUnderWay === true &&
      ['Pending', 'InProgress', 'Baking'].includes(refreshed.status) &&
      isRevoked(group.amiOf(refreshed.request.version));
    this.limit(fleet, 'goes on', isGoingOn && !truth.isPaused(fleet.plan.name), HOUR, () => {
      this.options.report(fleet, 'R9', 'a refresh to what was revoked goes on');
    });
  }

  /** What fails on a fleet is left, or people know of it. */
  private checkBadStays(fleet: ObservedFleet): void {
    const { truth } = this.options;
    const { name } = fleet.plan;
    const accepted = truth.acceptedBy(name)?.publication;
    const bad = fleet.simulated.instances
      .filter(({ isTerminating }) => !isTerminating)
      .map(({ amiId }) => truth.publications.get(amiId)?.id ?? '')
      .find((id) => id !== accepted && truth.isBad(name, id));
    const isKnown = fleet.notified.some(({ text }) => bad !== undefined && text.includes(bad));
    const isKept =
      truth.holdOf(name) !== undefined || truth.isBadTemplate(truth.newestTemplate(name).template);
    this.limit(fleet, 'bad', bad !== undefined && !isKnown && !isKept, BAD_STAYS, () => {
      this.options.report(
        fleet,
        'end',
        `it runs ${String(bad)}, which fails there, for days, and nobody was notified`,
      );
    });
  }

  /** Capacity, accounts and launch templates say nothing of a publication. */
  private checkBlame(fleet: ObservedFleet): void {
    const { seen, truth } = this.options;
    const { name } = fleet.plan;
    const { bad = [] } = this.stateOf(fleet);
    const before = this.blamed.get(name) ?? new Set();
    if (before.size === bad.length && bad.every(({ publication }) => before.has(publication))) {
      return;
    }
    const now = new Set(bad.map(({ publication }) => publication));
    this.blamed.set(name, now);
    const isTemplate = this.hasBadTemplate(fleet);
    now.forEach((id) => {
      if (!before.has(id) && !truth.wasBad(name, id) && (!isTemplate || seen(fleet).ran.has(id))) {
        this.options.report(
          fleet,
          'blame',
          `${id} has not failed there, and is bad for it: ${bad.find(({ publication }) => publication === id)?.reason ?? ''}`,
        );
      }
    });
  }

  /** Whether something has been so for longer than it may; then it is reported once. */
  private limit(fleet: ObservedFleet, what: string, isSo: boolean, limit: number, report: () => void): void {
    const key = `${fleet.plan.name} ${what}`;
    if (!isSo) {
      this.since.delete(key);
      return;
    }
    const since = this.since.get(key) ?? this.now;
    this.since.set(key, since);
    if (this.now - since > limit) {
      this.since.set(key, Infinity);
      report();
    }
  }

  /** A refresh, a rollout that has begun or a deployment is at work. */
  private isBusy(fleet: ObservedFleet): boolean {
    const { rollout } = this.stateOf(fleet);
    return (
      fleet.simulated.group.refresh?.isUnderWay === true ||
      (rollout ?? null) !== null ||
      this.options.truth.isPaused(fleet.plan.name)
    );
  }

  /** What keeps a fleet from a publication for good, or until a person does something there. */
  private isStuck(fleet: ObservedFleet, current: Channel): boolean {
    const { truth } = this.options;
    const { name } = fleet.plan;
    const floor = truth.floorOf(name);
    const [revision = 0, least = 0] = [current.osVersion, floor?.osVersion ?? ''].map(
      (text) => readOsVersion(text)?.revision,
    );
    const accepted = truth.acceptedBy(name)?.publication === current.id;
    return (
      truth.holdOf(name) !== undefined ||
      revision < least ||
      truth.revokedAt(current.id) !== undefined ||
      truth.isBad(name, current.id) ||
      (truth.wasBad(name, current.id) && !accepted) ||
      // Whether rightly is judged where it is blamed.
      (this.stateOf(fleet).bad?.some(({ publication }) => publication === current.id) === true &&
        !accepted) ||
      truth.withoutCapacityUntil(name) > this.now - HOUR ||
      this.hasBadTemplate(fleet)
    );
  }

  /** Whether a launch template that fails is deployed, or was a short while ago, so that it is not plain what failed. */
  private hasBadTemplate({ plan: { name } }: ObservedFleet): boolean {
    const { truth } = this.options;
    if (truth.isBadTemplate(truth.newestTemplate(name).template)) {
      this.since.set(`${name} template`, this.now);
    }
    return this.now - (this.since.get(`${name} template`) ?? -Infinity) < MIXED;
  }

  /** A failure in its ring, in an earlier one or in none, of its own account or another. */
  private mayWaitForOthers(fleet: ObservedFleet, current: Channel): boolean {
    const { installation, truth } = this.options;
    const { ring } = fleet.policy;
    const accepted = truth.acceptedBy(fleet.plan.name);
    return installation.fleets.some((one) => {
      const { ring: its } = one.policy;
      const isAhead = ring === null || its === null || its <= ring;
      const blamed = this.stateOf(one).bad?.find(({ publication }) => publication === current.id);
      const isFailing =
        blamed === undefined
          ? truth.wasBad(one.plan.name, current.id) || this.hasBadTemplate(one)
          : accepted?.publication !== current.id || accepted.at < blamed.at;
      return one !== fleet && isAhead && isFailing;
    });
  }

  /** Whether the channel of the fleet's account shows a publication, and has for some time. */
  private isShown(fleet: ObservedFleet, current: Channel): boolean {
    const { truth } = this.options;
    const text = fleet.store.values.get(CURRENT) ?? '';
    return (
      text.includes(`"${current.id}"`) && this.hasReached(fleet, truth.movedAt.get(current.id) ?? -Infinity)
    );
  }

  /** What a fleet keeps; each text is read once. */
  private stateOf({ names, plan, store }: ObservedFleet): Partial<FleetState> {
    const text = store.values.get(names.state) ?? '{}';
    const known = this.states.get(plan.name);
    if (known?.text === text) {
      return known.state;
    }
    const state = JSON.parse(text) as Partial<FleetState>;
    this.states.set(plan.name, { text, state });
    return state;
  }

  private get now(): number {
    return this.options.installation.clock.now().getTime();
  }
}
