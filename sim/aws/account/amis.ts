import type { AmiTags } from '../../../lib/core/ports/amis';
import { SIMULATED_ENVIRONMENT, unmodelled } from '../cloudformation/environment';
import { digitsOf } from '../cloudformation/physical-names';
import type { RequestContext, Caller } from '../iam/role-policies';

/** An AMI, and what became of it. */
export interface SimulatedAmi {
  readonly id: string;
  readonly createdAt: Date;
  readonly tags: Readonly<Record<string, string>>;
  readonly deprecatedAt: Date | undefined;
  readonly removedAt: Date | undefined;
}

/** The AMIs of the simulated region and their tags. */
export class Amis {
  private readonly amis = new Map<string, SimulatedAmi>();

  constructor(private readonly region = SIMULATED_ENVIRONMENT.region) {}

  /** Makes an AMI whose id depends on a name alone, and gives the id. */
  create(name: string, tags: SimulatedAmi['tags'] = {}, createdAt = new Date(0)): string {
    const id = `ami-${digitsOf(name, 17)}`;
    this.amis.set(id, { id, createdAt, tags, deprecatedAt: undefined, removedAt: undefined });
    return id;
  }

  /** All that there ever were, in the order in which they were made. */
  get all(): readonly SimulatedAmi[] {
    return [...this.amis.values()];
  }

  requireExisting(amiId: string): void {
    this.existing(amiId);
  }

  tagsOf(amiId: string): SimulatedAmi['tags'] {
    return this.existing(amiId).tags;
  }

  /** What policies may ask of an AMI. */
  contextOf(amiId: string): RequestContext {
    const tags = Object.entries(this.tagsOf(amiId));
    return Object.fromEntries(tags.map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
  }

  arn(amiId: string): string {
    return `arn:aws:ec2:${this.region}::image/${amiId}`;
  }

  /** Notes what became of an AMI. */
  note(amiId: string, change: Partial<Omit<SimulatedAmi, 'id'>>): void {
    this.amis.set(amiId, { ...this.existing(amiId), ...change });
  }

  /** The tags as a caller may write them. */
  writer(caller: Caller): AmiTags {
    return {
      tag: (region, amiId, tags) => {
        if (region !== this.region) {
          throw unmodelled(`AMIs of the region ${region}`);
        }
        caller.require('ec2:CreateTags', this.arn(amiId), this.contextOf(amiId));
        this.note(amiId, { tags: { ...this.tagsOf(amiId), ...tags } });
        return Promise.resolve();
      },
    };
  }

  private existing(amiId: string): SimulatedAmi {
    const ami = this.amis.get(amiId);
    if (ami === undefined || ami.removedAt !== undefined) {
      throw new Error(`InvalidAMIID.NotFound: the AMI ${amiId} does not exist.`);
    }
    return ami;
  }
}
