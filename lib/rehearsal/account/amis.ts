import type { AmiTags } from '../../core/ports/ami-tags';
import { PRETENDED_ENVIRONMENT } from '../assembly/environment';
import { digitsOf } from '../assembly/physical-names';
import { unmodelled } from '../assembly/unmodelled';
import type { Caller } from '../iam/role-policies';

/** The AMIs of the pretended region and their tags. */
export class Amis {
  private readonly tags = new Map<string, Readonly<Record<string, string>>>();

  constructor(private readonly region = PRETENDED_ENVIRONMENT.region) {}

  /** Makes an AMI whose id depends on a name alone, and gives the id. */
  create(name: string, tags: Readonly<Record<string, string>> = {}): string {
    const amiId = `ami-${digitsOf(name, 17)}`;
    this.tags.set(amiId, tags);
    return amiId;
  }

  requireExisting(amiId: string): void {
    if (!this.tags.has(amiId)) {
      throw new Error(`InvalidAMIID.NotFound: the AMI ${amiId} does not exist.`);
    }
  }

  tagsOf(amiId: string): Readonly<Record<string, string>> {
    this.requireExisting(amiId);
    return this.tags.get(amiId) ?? {};
  }

  /** The tags as a caller may write them. */
  writer(caller: Caller): AmiTags {
    return {
      tag: (region, amiId, tags) => {
        if (region !== this.region) {
          throw unmodelled(`AMIs of the region ${region}`);
        }
        const present = this.tagsOf(amiId);
        const context = Object.entries(present).map(([key, value]) => [`aws:ResourceTag/${key}`, value]);
        caller.require(
          'ec2:CreateTags',
          `arn:aws:ec2:${region}::image/${amiId}`,
          Object.fromEntries(context) as Record<string, string>,
        );
        this.tags.set(amiId, { ...present, ...tags });
        return Promise.resolve();
      },
    };
  }
}
