import { FLEET_RATES } from './fleet-rates';

/** What happens by a rate, and what happens whatever the rates say. */
export type HappeningKind = keyof typeof FLEET_RATES | 'publish' | 'scale' | 'answer';

/** Something that happens to an installation. All that is drawn of it follows from the seed and these three. */
export interface Happening {
  readonly kind: HappeningKind;
  /** The fleet or account that it happens to; empty where it is the pipeline. */
  readonly of: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A happening as the list of those that shall happen names it. */
export function nameOf({ at, kind, of }: Happening): string {
  return [kind, of, new Date(at).toISOString()].filter((one) => one !== '').join(' ');
}

/** How happenings are drawn. */
export interface HappeningsOptions {
  /** A positive whole number. */
  readonly seed: number;
  readonly rates?: Partial<typeof FLEET_RATES> | undefined;
  /** The names of those that happen; absent: all that are drawn. */
  readonly only?: ReadonlySet<string> | undefined;
}

/**
 * What happens to an installation, by seed. Each is drawn for itself, from its kind, what it happens to and when: whatever else is left
 * out, it happens as it did.
 */
export class Happenings {
  private readonly happened = new Map<string, Happening>();

  constructor(private readonly options: HappeningsOptions) {}

  /** All that has been asked for and happens, in that order. */
  get list(): readonly Happening[] {
    return [...this.happened.values()];
  }

  /** Numbers from 0 to 1 for something that is to be drawn. */
  randomOf(...names: readonly (number | string)[]): () => number {
    return seededRandom(1 + (hashOf([this.options.seed, ...names].join(' ')) % 2_147_483_645));
  }

  /** Whether something happens to a fleet, at an instant. */
  happens(kind: keyof typeof FLEET_RATES, of: string, at: number): boolean {
    return (
      this.rate(kind) > 0 && this.randomOf(kind, of, at)() < this.rate(kind) && this.isMeant({ kind, of, at })
    );
  }

  /** Whether what is to happen in any case does so, unless a list leaves it out. */
  isMeant(one: Happening): boolean {
    const name = nameOf(one);
    const isMeant = this.options.only?.has(name) ?? true;
    if (isMeant) {
      this.happened.set(name, one);
    }
    return isMeant;
  }

  rate(kind: keyof typeof FLEET_RATES): number {
    return this.options.rates?.[kind] ?? FLEET_RATES[kind];
  }
}

/** FNV-1a with the last steps of MurmurHash3, so that names that differ in a character give numbers far apart. */
function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (const one of text) {
    hash = Math.imul(hash ^ (one.codePointAt(0) ?? 0), 16_777_619);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 2_246_822_507);
  hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_909);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Numbers between 0 and 1 that follow from a seed, a positive whole number, alone. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
