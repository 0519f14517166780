import type { Channel } from '../../lib/contract/documents/publication';
import { readOsVersion } from '../../lib/contract/values/os-version';
import { isOpen } from '../../lib/contract/values/weekly-window';
import type { FleetPorts } from '../../lib/core/fleet/fleet-ports';
import { FleetDuties, isEqual, isNeedless, templateOf, wrongOfRequest } from './fleet-rules';
import {
  nothingSeen,
  type ObservedFleet,
  type ObservedInstallation,
  type Seen,
  type Truth,
  type Violation,
} from './fleet-truth';

/** Says what of the design's rules an installation breaks, from what it does alone. */
export class FleetOracle {
  readonly violations: Violation[] = [];
  private readonly seen = new Map<string, Seen>();

  private readonly duties: FleetDuties;

  constructor(
    private readonly truth: Truth,
    private readonly installation: ObservedInstallation,
  ) {
    this.duties = new FleetDuties({
      truth,
      installation,
      seen: (fleet) => this.of(fleet),
      report: (fleet, rule, what) => {
        this.break(fleet, rule, what);
      },
    });
  }

  /** The ports of a fleet, with each call that changes something judged before it is made. */
  watch(fleet: ObservedFleet, ports: FleetPorts): FleetPorts {
    const { control, parameters } = ports;
    return {
      ...ports,
      parameters: {
        get: (name) => parameters.get(name),
        below: (path) => parameters.below(path),
        put: (name, value, type) => {
          this.checkWriter(fleet, name);
          return parameters.put(name, value, type);
        },
      },
      control: {
        ...control,
        startRefresh: (request) => {
          this.checkPause(fleet);
          wrongOfRequest(fleet, request).forEach(([rule, what]) => {
            this.break(fleet, rule, what);
          });
          this.onStart(fleet, request.version, request.checkpoint !== null || request.bakeSeconds > 0);
          return control.startRefresh(request);
        },
        useLaunchTemplateVersion: (version) => {
          this.checkPause(fleet);
          this.onUse(fleet, version);
          return control.useLaunchTemplateVersion(version);
        },
        cancelRefresh: (request) => {
          this.checkPause(fleet);
          return control.cancelRefresh(request);
        },
        rollBackRefresh: () => {
          this.checkPause(fleet);
          const { refresh, version } = fleet.simulated.group;
          this.checkBarred(fleet, version);
          // A launch template that fails says nothing of the publication, nor does that people have revoked it.
          if (
            refresh !== undefined &&
            this.truth.revokedAt(this.idOf(fleet, refresh.request.version)) === undefined &&
            this.idOf(fleet, refresh.request.version) !== this.idOf(fleet, version)
          ) {
            this.of(fleet).failed.set(this.idOf(fleet, refresh.request.version), this.now());
          }
          return control.rollBackRefresh();
        },
      },
    };
  }

  /** A deployment changes the launch template and nothing of what a fleet runs. */
  deployed(fleet: ObservedFleet, version: string): void {
    const [made, had] = [version, fleet.simulated.group.version].map((one) => this.idOf(fleet, one));
    if (made !== had) {
      this.break(fleet, 'deployment', `it moves the fleet from ${String(had)} to ${String(made)}`);
    }
  }

  /** CloudFormation took a deployment back, and could not. */
  stuck(fleet: ObservedFleet, why: string): void {
    this.break(fleet, 'deployment', `it cannot be taken back: ${why}`);
  }

  /** People alone write what they say, and a deployment alone what pauses a fleet. */
  private checkWriter(fleet: ObservedFleet, name: string): void {
    const { deployment, overrides } = fleet.names;
    if (name === deployment || name === overrides) {
      this.break(fleet, 'writer', `the reconciler writes ${name}`);
    }
  }

  /** A deployment writes its pause and nothing else. */
  wrote(fleet: ObservedFleet, name: string): void {
    if (name !== fleet.names.deployment) {
      this.break(fleet, 'writer', `a deployment writes ${name}`);
    }
  }

  private checkPause(fleet: ObservedFleet): void {
    if (this.truth.isPaused(fleet.plan.name)) {
      this.break(fleet, 'pause', 'the group is changed while a deployment pauses it');
    }
  }

  scaled(fleet: ObservedFleet, before: ReadonlySet<string>): void {
    fleet.simulated.instances
      .filter(({ id }) => !before.has(id))
      .forEach(({ id }) => this.of(fleet).scaled.add(id));
  }

  /** What holds at every instant: few instances on what is bad. */
  observe(fleet: ObservedFleet): void {
    const { simulated, plan, policy } = fleet;
    const { group, instances } = simulated;
    const seen = this.of(fleet);
    this.noteWell(fleet);
    this.duties.observe(fleet);
    const accepted = this.truth.acceptedBy(plan.name)?.publication;
    if (instances.every(({ id }) => seen.scaled.has(id))) {
      // It came to an empty fleet, so that no canary could be.
      instances.forEach(({ version }) => seen.passed.add(templateOf(fleet, version)));
    }
    // By what fails: each launch template that is deployed has a canary of its own, with whatever publication.
    const bad = Map.groupBy(
      instances.flatMap((one) => {
        const publication = this.truth.publications.get(one.amiId)?.id ?? '';
        const template = templateOf(fleet, one.version);
        const both = `${publication} ${template}`;
        if (publication === accepted) {
          seen.passed.add(both);
        }
        const isEvaluated =
          publication !== '' && !seen.passed.has(both) && !seen.scaled.has(one.id) && !one.isTerminating;
        return [
          ...(isEvaluated && this.truth.isBad(plan.name, publication)
            ? [`${publication} ${template}`.trim()]
            : []),
          ...(isEvaluated && !seen.passed.has(template) && this.truth.isBadTemplate(template)
            ? [template]
            : []),
        ];
      }),
      (what) => what,
    );
    // What a deployment stopped may have left one beyond the desired capacity.
    const all = Math.max(group.desiredCapacity, instances.length);
    [...seen.most.keys()].filter((what) => !bad.has(what)).forEach((what) => seen.most.delete(what));
    bad.forEach(({ length }, what) => {
      // Scale-in may leave a canary that is there a larger share.
      const most = Math.max(seen.most.get(what) ?? 1, Math.ceil((policy.canaryPercentage / 100) * all));
      seen.most.set(what, most);
      // In a group of one the canary is all there is, and so is what comes in its place.
      if (length > most && group.desiredCapacity > 1) {
        this.break(
          fleet,
          'canary',
          `${length} of ${instances.length} instances run ${what}, which fails there`,
        );
      }
    });
  }

  /** A fleet runs its group's publication well once every instance does, or one that is equal in version and mode. */
  private noteWell(fleet: ObservedFleet): void {
    const { group, instances } = fleet.simulated;
    const own = this.truth.publications.get(group.amiOf(group.version));
    const isAllThere = instances.every(({ amiId }) => {
      const one = this.truth.publications.get(amiId);
      return one?.osVersion === own?.osVersion && one?.mode === own?.mode;
    });
    // A refresh to another launch template changes nothing of it.
    const isMoving =
      group.refresh?.isUnderWay === true &&
      group.amiOf(group.refresh.request.version) !== group.amiOf(group.version);
    if (own !== undefined && isAllThere && !isMoving) {
      this.of(fleet).well.add(own.id);
      const hasBadTemplate = instances.some(({ version }) =>
        this.truth.isBadTemplate(templateOf(fleet, version)),
      );
      if (instances.length > 0 && !hasBadTemplate) {
        this.of(fleet).ran.add(own.id);
      }
    }
  }

  /** Where a fleet must be once nothing has happened for long. */
  checkEnd(fleet: ObservedFleet, current: Channel): void {
    this.duties.checkEnd(fleet, current);
  }

  private onStart(fleet: ObservedFleet, version: string, isWatched: boolean): void {
    const { group } = fleet.simulated;
    if (group.refresh?.isUnderWay === true) {
      this.break(fleet, 'one refresh', 'a second one was started');
    }
    this.checkBarred(fleet, version);
    if (isNeedless(this.truth, fleet, version)) {
      this.break(fleet, 'equal', `${this.idOf(fleet, version)} is rolled out and equals all that runs`);
    }
    if (!this.isBack(fleet, version)) {
      this.checkForward(fleet, version, isWatched);
    }
  }

  private onUse(fleet: ObservedFleet, version: string): void {
    this.checkBarred(fleet, version);
    const publication = this.idOf(fleet, version);
    if (fleet.simulated.instances.length === 0 && !this.isBack(fleet, version)) {
      this.checkPeople(fleet, publication);
    }
    const { group } = fleet.simulated;
    const instances = fleet.simulated.instances.filter((one) => !one.isTerminating);
    const wanted = this.truth.publications.get(group.amiOf(version));
    const isThere = ({ amiId }: { readonly amiId: string }) =>
      wanted !== undefined && isEqual(this.truth, this.truth.publications.get(amiId)?.id ?? '', wanted);
    const isOfGroup = instances.some(({ amiId }) => amiId === group.amiOf(group.version));
    const isMove = group.amiOf(version) !== group.amiOf(group.version);
    if (isMove && isOfGroup && !instances.every(isThere)) {
      this.break(fleet, 'version', `new instances start from ${publication}, which was not rolled out`);
    }
  }

  /** To what the group has, to something older, or to what the whole fleet has run. */
  private isBack(fleet: ObservedFleet, version: string): boolean {
    const { group } = fleet.simulated;
    const [wanted, own] = [group.amiOf(version), group.amiOf(group.version)];
    const [there, here] = [wanted, own].map((ami) => this.truth.publications.get(ami));
    return (
      wanted === own ||
      this.of(fleet).well.has(there?.id ?? '') ||
      (there !== undefined && here !== undefined && there.at < here.at)
    );
  }

  private checkForward(fleet: ObservedFleet, version: string, isWatched: boolean): void {
    const { plan, policy } = fleet;
    const id = this.idOf(fleet, version);
    const accepted = this.truth.acceptedBy(plan.name);
    const failedAt = this.of(fleet).failed.get(id);
    if (
      failedAt !== undefined &&
      this.truth.isBad(plan.name, id) &&
      !(accepted?.publication === id && Date.parse(accepted.at) >= failedAt)
    ) {
      this.break(fleet, 'bad once', `${id} failed there and is started again`);
    }
    const isLeaving = this.isLeavingRevoked(fleet);
    this.checkPeople(fleet, id, isLeaving);
    if (!isWatched || isLeaving) {
      // The rest of a rollout that has begun, or what leaves a revoked one, which waits for nothing (R9).
      return;
    }
    if (!isOpen(policy.windows, this.installation.clock.now())) {
      this.break(fleet, 'window', `${id} begins outside every window`);
    }
    if (this.now() < (this.truth.movedAt.get(id) ?? 0) + policy.delaySeconds * 1000) {
      this.break(fleet, 'delay', `${id} begins before the fleet's delay is over`);
    }
    const { group, instances } = fleet.simulated;
    const hasBegun = instances.some(({ amiId }) => amiId === group.amiOf(version));
    // No failure elsewhere stops a rollout that has begun, also where another launch template has a canary in it.
    if (accepted?.publication !== id && !hasBegun) {
      this.checkRings(fleet, id);
    }
  }

  /** Whether the group or an instance is on what people have revoked, or on what they had until just now. */
  private isLeavingRevoked({ simulated }: ObservedFleet): boolean {
    const { group, instances } = simulated;
    const running = [group.amiOf(group.version), ...instances.map(({ amiId }) => amiId)];
    return running.some(
      (amiId) => this.truth.revokedAt(this.truth.publications.get(amiId)?.id ?? '') !== undefined,
    );
  }

  private checkPeople(fleet: ObservedFleet, id: string, isLeaving = false): void {
    const hold = this.truth.holdOf(fleet.plan.name);
    if (hold !== undefined) {
      this.break(fleet, 'hold', `${id} begins though ${hold.by} holds the fleet`);
    }
    const all = this.truth.pipelineHold();
    if (!isLeaving && all !== undefined && this.hasReached(fleet, Date.parse(all.at))) {
      this.break(fleet, 'hold', `${id} begins though the pipeline is held`);
    }
  }

  private checkRings(fleet: ObservedFleet, id: string): void {
    const { ring, ringLimitSeconds } = fleet.policy;
    const others = this.installation.fleets.filter((one) => one !== fleet);
    const failures = others.filter((one) => {
      const at = this.of(one).failed.get(id);
      const isAhead = ring === null || one.policy.ring === null || one.policy.ring <= ring;
      const accepted = this.truth.acceptedBy(one.plan.name)?.publication === id;
      return (
        at !== undefined && isAhead && !accepted && this.hasReached(fleet, at) && this.hasReached(one, at)
      );
    });
    const [failure] = failures;
    if (failure !== undefined) {
      this.break(fleet, 'R7', `${id} begins though it has failed on ${failure.plan.name}`);
    }
    others.forEach((one) => {
      this.noteWell(one);
    });
    const movedAt = this.truth.movedAt.get(id) ?? -Infinity;
    if (ring === null || ring === 0 || this.now() >= movedAt + ring * ringLimitSeconds * 1000) {
      return;
    }
    const before = Math.max(
      ...others.flatMap(({ policy }) => (policy.ring !== null && policy.ring < ring ? policy.ring : [])),
    );
    const behind = others.filter((one) => one.policy.ring === before && !this.of(one).well.has(id));
    if (behind.length > 0) {
      const names = behind.map(({ plan }) => plan.name).join(', ');
      this.break(fleet, 'R7', `${id} begins before it is well on ${names} of ring ${before}`);
    }
  }

  /** R9 and the floor. */
  private checkBarred(fleet: ObservedFleet, version: string): void {
    const id = this.idOf(fleet, version);
    const revokedAt = this.truth.revokedAt(id);
    if (revokedAt !== undefined && this.hasReached(fleet, revokedAt)) {
      this.break(fleet, 'R9', `${id} is started though it was revoked`);
    }
    const floor = this.truth.floorOf(fleet.plan.name);
    const amiId = fleet.simulated.group.amiOf(version);
    const { osVersion = '' } = this.truth.publications.get(amiId) ?? {};
    const [revision = 0, least = 0] = [osVersion, floor?.osVersion ?? ''].map(
      (text) => readOsVersion(text)?.revision,
    );
    if (floor !== undefined && revision < least) {
      this.break(fleet, 'floor', `${osVersion} is started below the floor ${floor.osVersion}`);
    }
  }

  private hasReached(fleet: ObservedFleet, since: number): boolean {
    return this.duties.hasReached(fleet, since);
  }

  private idOf({ simulated }: ObservedFleet, version: string): string {
    const amiId = simulated.group.amiOf(version);
    return this.truth.publications.get(amiId)?.id ?? amiId;
  }

  private of({ plan }: ObservedFleet): Seen {
    const seen = this.seen.get(plan.name) ?? nothingSeen();
    this.seen.set(plan.name, seen);
    return seen;
  }

  private break({ plan }: ObservedFleet, rule: string, what: string): void {
    const at = this.installation.clock.now().toISOString();
    this.violations.push({ at, fleet: plan.name, rule, what });
  }

  private now(): number {
    return this.installation.clock.now().getTime();
  }
}
