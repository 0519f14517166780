/**
 * Where a simulated answer is from: a real account's transcript, AWS's own model, a document that others really deployed, a
 * page of AWS, or nothing but our belief.
 */
export type Origin = 'recorded' | 'model' | 'deployed' | 'page' | 'assumed';

/** The origin of an answer or refusal, and what exactly says so: a file, a model, an address or a sentence. */
export interface Provenance {
  readonly origin: Origin;
  readonly source: string;
}

/** What a page of AWS says. */
export function page(address: string): Provenance {
  return { origin: 'page', source: address };
}

/** What users report that a service said to them, word for word. */
export function reported(address: string): Provenance {
  return { origin: 'deployed', source: address };
}

/** What no document says; the sentence stands in the list of what is unproven. */
export function assumed(sentence: string): Provenance {
  return { origin: 'assumed', source: sentence };
}

/** How often one kind of answer was given in a run. */
export interface LedgerEntry extends Provenance {
  /** As `ssm.GetParameter`. */
  readonly command: string;
  /** `answer`, or the name of the error. */
  readonly outcome: string;
  readonly count: number;
}

/** Counts where the answers of a run are from. */
export class ProvenanceLedger {
  private readonly counted = new Map<Provenance, Map<string, number>>();

  note(command: string, outcome: string, provenance: Provenance): void {
    const outcomes = this.counted.get(provenance) ?? new Map<string, number>();
    this.counted.set(provenance, outcomes);
    const key = `${command} ${outcome}`;
    outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
  }

  /** How many answers and refusals came from each origin. */
  get counts(): Readonly<Record<Origin, number>> {
    const counts = { recorded: 0, model: 0, deployed: 0, page: 0, assumed: 0 };
    for (const { origin, count } of this.entries) {
      counts[origin] += count;
    }
    return counts;
  }

  /** Each kind of answer once, by command, outcome and source. */
  get entries(): readonly LedgerEntry[] {
    const merged = new Map<string, LedgerEntry>();
    for (const [{ origin, source }, outcomes] of this.counted) {
      for (const [key, count] of outcomes) {
        const [command = '', outcome = ''] = key.split(' ');
        const name = [key, origin, source].join(' ');
        const before = merged.get(name)?.count ?? 0;
        merged.set(name, { command, outcome, origin, source, count: before + count });
      }
    }
    return [...merged].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, entry]) => entry);
  }
}
