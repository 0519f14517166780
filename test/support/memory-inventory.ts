import type { BakedAmi, AmiInventory } from '../../lib/core/ports/amis';

/** What tells one AMI of the inventory from another. */
export interface MemoryAmi {
  readonly ageDays: number;
  readonly deprecatedDays?: number | undefined;
  readonly sharedWith?: readonly string[];
  readonly now: Date;
}

/** The AMIs of a pipeline in one region, which fail at the n-th change that they are asked for. */
export class MemoryInventory implements AmiInventory {
  readonly changes: string[] = [];
  failsAt = Infinity;
  amis: BakedAmi[] = [];
  /** Accounts that cannot be read. */
  unread = new Set<string>();

  constructor(private readonly region = 'eu-central-1') {}

  add(number: number, { ageDays, deprecatedDays, now, sharedWith = [] }: MemoryAmi): void {
    const daysAgo = (count: number) => new Date(now.getTime() - count * 86_400_000);
    this.amis.push({
      region: this.region,
      amiId: `ami-0000000${number}`,
      publication: `20348.${number}-1`,
      createdAt: daysAgo(ageDays),
      deprecatedAt: deprecatedDays === undefined ? undefined : daysAgo(deprecatedDays),
      lastLaunchedAt: undefined,
      sharedWith,
    });
  }

  amisIn() {
    return Promise.resolve(this.amis);
  }

  usesIn({ account }: { account: string }) {
    return this.unread.has(account) ? Promise.reject(new Error('AccessDenied')) : Promise.resolve([]);
  }

  forget({ account }: { account: string }, amiId: string) {
    return this.change(`forget ${amiId} in ${account}`, () => undefined);
  }

  deprecate(_region: string, amiId: string, at: Date) {
    return this.change(`deprecate ${amiId}`, () => {
      this.amis = this.amis.map((one) => (one.amiId === amiId ? { ...one, deprecatedAt: at } : one));
    });
  }

  disable(_region: string, amiId: string) {
    return this.change(`disable ${amiId}`, () => {
      this.amis = this.amis.map((one) => (one.amiId === amiId ? { ...one, sharedWith: [] } : one));
    });
  }

  enable(_region: string, amiId: string, sharedWith: readonly string[]) {
    return this.change(`enable ${amiId} for ${sharedWith.join()}`, () => {
      this.amis = this.amis.map((one) => (one.amiId === amiId ? { ...one, sharedWith } : one));
    });
  }

  remove(_region: string, amiId: string) {
    return this.change(`remove ${amiId}`, () => {
      this.amis = this.amis.filter((one) => one.amiId !== amiId);
    });
  }

  private change(what: string, make: () => void) {
    if (this.changes.length >= this.failsAt) {
      return Promise.reject(new Error('the function was ended'));
    }
    this.changes.push(what);
    make();
    return Promise.resolve();
  }
}
