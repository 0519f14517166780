import type { OperatorOverride } from '../../lib/contract/documents/overrides';
import type { Channel } from '../../lib/contract/documents/publication';
import type { AmiBehaviour } from '../aws/fleet/ami-behaviour';
import type { FLEET_RATES } from './fleet-rates';
import type { HappeningKind, Happenings } from './happenings';
import { ACCOUNTS, publicationOf, type Installation } from './installation';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What people and Microsoft do to a pipeline works with this. */
export interface PipelinePeopleOptions {
  /** Asked for once it is made. */
  readonly installation: () => Installation;
  readonly happenings: Happenings;
  readonly first: Channel;
  readonly firstRevision: number;
}

/** What may happen within a month; once unless `times` has several. */
interface Planned {
  readonly kind: HappeningKind;
  readonly of: string;
  readonly from: number;
  readonly until: number;
  readonly times?: number;
}

/** Something that fails, and on which fleets. */
interface Fault {
  readonly behaviour: AmiBehaviour;
  readonly fleets: Set<string>;
}

/** What is published, held, rolled back and revoked, and which accounts let nobody in; all of it is what the oracle is told. */
export class PipelinePeople {
  /** By AMI id. */
  readonly publications = new Map<string, Channel>();
  readonly movedAt = new Map<string, number>();
  readonly revoked = new Map<string, number>();
  readonly awayUntil = new Map<string, number>();
  hold: OperatorOverride | undefined;
  private readonly bad = new Map<string, Fault>();
  private readonly mended = new Set<string>();
  /** What the channel may show, the newest last. */
  private history: readonly Channel[];
  private revision: number;

  constructor(private readonly options: PipelinePeopleOptions) {
    const { first, firstRevision } = options;
    this.history = [first];
    this.revision = firstRevision;
    this.publications.set(first.amiId, first);
  }

  /** What the channel shows, once it is delivered. */
  get current(): Channel {
    return this.history.at(-1) ?? this.options.first;
  }

  /** What a publication does on a fleet that it fails on; undefined elsewhere. */
  badOn(fleet: string, id: string): AmiBehaviour | undefined {
    const fault = this.bad.get(id);
    return fault?.fleets.has(fleet) === true ? fault.behaviour : undefined;
  }

  /** Whether a publication fails on a fleet, or did before its team mended that. */
  wasBadOn(fleet: string, id: string): boolean {
    return this.badOn(fleet, id) !== undefined || this.mended.has(`${fleet} ${id}`);
  }

  /** A team mends what made a publication fail on its fleet. */
  mend(fleet: string, id: string): void {
    if (this.bad.get(id)?.fleets.delete(fleet) === true) {
      this.mended.add(`${fleet} ${id}`);
    }
  }

  /** Lets something happen within a month if it is drawn, with numbers of its own. */
  plan(
    { from, kind, of, times = 0, until }: Planned,
    work: (random: () => number) => void | Promise<void>,
  ): void {
    const { happenings } = this.options;
    const random = happenings.randomOf(kind, of, from, times);
    const isDrawn = kind in UNRATED || random() < happenings.rate(kind as keyof typeof FLEET_RATES);
    // Half of it comes in the days in which rollouts are under way.
    const latest = random() < 0.5 ? Math.min(until, from + 2 * DAY) : until;
    const at = Math.ceil(from + random() * (latest - from));
    if (isDrawn && happenings.isMeant({ kind, of, at })) {
      this.installation.at(at, () => work(random));
    }
  }

  planMonth(from: number, until: number): void {
    const month = { of: '', from, until };
    this.plan({ ...month, kind: 'publish', from: from + 4 * HOUR, until: from + 12 * HOUR }, (random) => {
      this.publish(true, random);
    });
    this.plan({ ...month, kind: 'equal' }, (random) => {
      this.publish(false, random);
    });
    this.plan({ ...month, kind: 'outOfBand' }, (random) => {
      this.publish(true, random);
    });
    this.plan({ ...month, kind: 'pipelineHold' }, (random) => {
      this.holdPipeline((1 + random() * 4) * DAY);
    });
    this.plan({ ...month, kind: 'rollback' }, (random) => {
      this.rollBack(random);
    });
    this.plan({ ...month, kind: 'revoke' }, (random) => {
      this.revoke(random);
    });
    ACCOUNTS.slice(1).forEach((account) => {
      this.plan({ ...month, kind: 'away', of: account }, (random) => {
        this.leave(account, (0.2 + random() * 3.8) * DAY);
      });
    });
  }

  override(milliseconds: number): OperatorOverride {
    const at = new Date(this.now);
    return {
      by: 'ops',
      reason: 'by hand',
      at: at.toISOString(),
      until: new Date(this.now + milliseconds).toISOString(),
    };
  }

  private publish(isNew: boolean, random: () => number): void {
    const held = this.hold === undefined ? 0 : Date.parse(this.hold.until);
    if (held > this.now) {
      this.installation.at(held, () => {
        this.publish(isNew, random);
      });
      return;
    }
    this.revision += isNew ? 1 + Math.floor(random() * 200) : 0;
    const osVersion = `10.0.20348.${this.revision}`;
    const others = [...this.publications.values()].filter((one) => one.osVersion === osVersion);
    const publication = publicationOf(osVersion, others.length + 1, new Date(this.now));
    this.publications.set(publication.amiId, publication);
    this.history = [...this.history, publication];
    this.drawFaults(publication, random);
    this.move(publication);
  }

  private drawFaults({ id }: Channel, random: () => number): void {
    const { happenings } = this.options;
    const isEverywhere = random() < happenings.rate('badEverywhere');
    if (!isEverywhere && random() >= happenings.rate('badSomewhere')) {
      return;
    }
    const behaviour: AmiBehaviour =
      random() < 0.3 ? { host: 'hangs', tasks: 'none' } : { host: 'registers', tasks: 'fail' };
    const fleets = this.installation.fleets
      .map(({ plan }) => plan.name)
      .filter((name) => isEverywhere || happenings.randomOf('bad', id, name)() < 0.25);
    this.bad.set(id, { behaviour, fleets: new Set(fleets) });
  }

  private rollBack(random: () => number): void {
    const [before] = this.history.slice(-2);
    if (this.history.length < 2 || before === undefined) {
      return;
    }
    this.history = [...this.history.slice(0, -2), before];
    this.holdPipeline((1 + random() * 4) * DAY);
    this.move(before);
  }

  private revoke(random: () => number): void {
    const { installation } = this;
    const [older, newer] = this.history.filter(({ id }) => !this.revoked.has(id)).slice(-2);
    const isCurrent = random() < 0.7;
    const one = isCurrent ? (newer ?? older) : older;
    if (one === undefined) {
      return;
    }
    this.revoked.set(one.id, this.now);
    installation.revoke(one);
    // Where nothing older is left the channel stays.
    const others = this.history.filter(({ id }) => id !== one.id);
    this.history = others.length === 0 ? this.history : others;
    if (isCurrent && others.length > 0) {
      // The command may end before it has moved the channel; it is run again.
      installation.at(this.now + (random() < 0.5 ? 0 : random() * 12 * HOUR), () => {
        this.move(this.current);
      });
    }
    if (random() < 0.5) {
      installation.at(this.now + (0.5 + random() * 9.5) * DAY, () => {
        this.revoked.delete(one.id);
        installation.restore(one.id);
      });
    }
  }

  private move(publication: Channel): void {
    this.movedAt.set(publication.id, this.now);
    this.installation.publish(publication);
  }

  private holdPipeline(milliseconds: number): void {
    const { installation } = this;
    this.hold = this.override(milliseconds);
    installation.setPipelineHold(this.hold);
    // Housekeeping notes its end as it noted its beginning.
    installation.at(Date.parse(this.hold.until), () => {
      installation.setPipelineHold(null);
    });
  }

  private leave(account: string, milliseconds: number): void {
    const { installation } = this;
    const until = this.now + milliseconds;
    this.awayUntil.set(account, until);
    installation.away.add(account);
    installation.at(until, () => {
      installation.away.delete(account);
      installation.fleets.forEach((fleet) => {
        installation.wake(fleet);
      });
    });
  }

  private get installation(): Installation {
    return this.options.installation();
  }

  private get now(): number {
    return this.installation.clock.now().getTime();
  }
}

/** What happens each month, whatever the rates say. */
const UNRATED: Partial<Record<HappeningKind, true>> = { publish: true, scale: true };
