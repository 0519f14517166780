import { formatTable } from '../../bin/shared/table';

/** A source file of core. */
export interface SourceFile {
  readonly path: string;
  readonly lines: number;
}

/** How many changes were evaluated, and how many of them a test noticed. */
export interface MutationScore {
  readonly noticed: number;
  readonly evaluated: number;
}

/** What is read of Stryker's JSON report. */
export interface MutationReport {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

const RANGE_LINES = 10;

/** What ten lines of core hold, on average. */
const MUTANTS_OF_A_RANGE = 6.5;

const NOTICED = ['Killed', 'Timeout'];
const UNNOTICED = ['Survived', 'NoCoverage'];

/** Places for about so many mutants, `file:from-to`: each line of core is as likely as any other, and none is drawn twice. */
export function drawRanges(
  files: readonly SourceFile[],
  below: (limit: number) => number,
  mutants: number,
): readonly string[] {
  const left = files.flatMap(({ path, lines }) =>
    Array.from({ length: Math.ceil(lines / RANGE_LINES) }, (_, index) => {
      const from = index * RANGE_LINES + 1;
      return `${path}:${from}-${Math.min(lines, from + RANGE_LINES - 1)}`;
    }),
  );
  const count = Math.min(left.length, Math.ceil(mutants / MUTANTS_OF_A_RANGE));
  return Array.from({ length: count }, () => left.splice(below(left.length), 1)).flat();
}

/** What was noticed by the folders of core, in the order of their names; what did not compile or was left out is not evaluated. */
export function scoresByFolder({ files }: MutationReport): ReadonlyMap<string, MutationScore> {
  const scores = new Map<string, MutationScore>();
  for (const [path, { mutants }] of Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1))) {
    const folder = path.replace(/^lib\/core\//, '').replace(/\/[^/]*$/, '');
    const { noticed, evaluated } = scores.get(folder) ?? { noticed: 0, evaluated: 0 };
    const countOf = (statuses: readonly string[]) =>
      mutants.filter(({ status }) => statuses.includes(status)).length;
    const fresh = countOf(NOTICED);
    scores.set(folder, { noticed: noticed + fresh, evaluated: evaluated + fresh + countOf(UNNOTICED) });
  }
  return new Map([...scores].filter(([, { evaluated }]) => evaluated > 0));
}

/** All scores as one. */
export function totalScore(scores: Iterable<MutationScore>): MutationScore {
  const all = [...scores];
  return {
    noticed: all.reduce((sum, { noticed }) => sum + noticed, 0),
    evaluated: all.reduce((sum, { evaluated }) => sum + evaluated, 0),
  };
}

/**
 * Between which shares of all mutants the true one lies, with 95 %; what a sample of none shows is nothing.
 * @see https://doi.org/10.1080/01621459.1927.10502953
 */
export function wilsonInterval({ noticed, evaluated }: MutationScore): readonly [low: number, high: number] {
  if (evaluated === 0) {
    return [0, 1];
  }
  const z = 1.96;
  const share = noticed / evaluated;
  const middle = share + z ** 2 / (2 * evaluated);
  const margin = z * Math.sqrt((share * (1 - share)) / evaluated + z ** 2 / (4 * evaluated ** 2));
  const all = 1 + z ** 2 / evaluated;
  return [Math.max(0, (middle - margin) / all), Math.min(1, (middle + margin) / all)];
}

/** The table at the end: a row for each folder, and one for all of them. */
export function scoreTable(scores: ReadonlyMap<string, MutationScore>): string {
  const row = (name: string, score: MutationScore) => {
    const [low, high] = wilsonInterval(score);
    return [
      name,
      String(score.evaluated),
      String(score.noticed),
      percent(score.noticed / score.evaluated),
      `${percent(low)} to ${percent(high)}`,
    ];
  };
  const right = ['evaluated', 'noticed', 'score', '95 % interval'].map(
    (title) => ({ title, align: 'right' }) as const,
  );
  return formatTable(
    [{ title: 'lib/core' }, ...right],
    [...[...scores].map(([folder, score]) => row(folder, score)), row('all', totalScore(scores.values()))],
    80,
  );
}

/** Rounded down, so that what is below a limit never reads as if it were not. */
function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}
