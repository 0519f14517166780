import { unmodelled } from '../../aws/cloudformation/environment';
import type { Condition } from './condition';
import { DocumentReader, notValid, textsOf } from './document-reader';

/** What a step is repeated for. */
export type Loop = {
  /** Empty where the loop has none. */
  readonly name: string;
} & (
  | { readonly kind: 'values'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly list: string; readonly delimiter: string }
);

const DELIMITERS = ['.', ',', ';', ':', '\n', '\t', ' ', '-', '_'];

/** More repetitions than this are a slip in a document, not a bake. */
const MOST_ITERATIONS = 10_000;

/**
 * Parses the loop of a step: `for` over whole numbers, bounds included, or `forEach` over a list or a delimited text.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-looping-constructs.html
 */
export function parseLoop(value: unknown, where: string): Loop {
  const reader = DocumentReader.of(value, where);
  const name = reader.optionalText('name') ?? '';
  const [range, forEach] = [reader.value('for'), reader.value('forEach')];
  reader.done();
  if ((range === undefined) === (forEach === undefined)) {
    throw notValid(where, "either 'for' or 'forEach' is needed");
  }
  if (range !== undefined) {
    return { name, kind: 'values', values: numbersOf(DocumentReader.of(range, `${where}, for`)) };
  }
  if (Array.isArray(forEach)) {
    return { name, kind: 'values', values: textsOf(forEach, `${where}, forEach`) };
  }
  return { name, kind: 'list', ...parseDelimited(DocumentReader.of(forEach, `${where}, forEach`)) };
}

function parseDelimited(reader: DocumentReader): { readonly list: string; readonly delimiter: string } {
  const list = reader.text('list');
  const delimiter = reader.optionalText('delimiter') ?? ',';
  reader.done();
  if (!DELIMITERS.includes(delimiter)) {
    const known = DELIMITERS.map((one) => JSON.stringify(one)).join(' ');
    throw reader.wrong('delimiter', `one of ${known}`, delimiter);
  }
  return { list, delimiter };
}

function numbersOf(reader: DocumentReader): readonly string[] {
  const [start, end, updateBy] = [reader.integer('start'), reader.integer('end'), reader.integer('updateBy')];
  reader.done();
  if (updateBy === 0 || (end - start) * updateBy < 0) {
    throw notValid(reader.where, `it would never end: from ${start} to ${end} by ${updateBy}`);
  }
  const count = Math.floor((end - start) / updateBy) + 1;
  if (count > MOST_ITERATIONS) {
    throw unmodelled(`a loop of ${count} iterations in ${reader.where}`);
  }
  return Array.from({ length: count }, (_item, index) => String(start + index * updateBy));
}

/** The stages of a component in which Image Builder runs on an instance that becomes an AMI or was started from it. */
export const PHASES = ['build', 'validate', 'test'] as const;

/** The name of a phase. */
export type PhaseName = (typeof PHASES)[number];

/** What a step does by what its condition turns out to be. */
type StepAction = 'Abort' | 'Execute' | 'Skip';

/** The condition of a step, and what follows from it. */
export interface StepCondition {
  readonly condition: Condition;
  readonly whenTrue: StepAction;
  readonly whenFalse: StepAction;
}

/** A step of a component document, its references not filled in yet. */
export interface ParsedStep {
  readonly name: string;
  readonly action: string;
  readonly onFailure: 'Abort' | 'Continue' | 'Ignore';
  /** Undefined where the step may take as long as it likes. */
  readonly timeoutSeconds: number | undefined;
  readonly maxAttempts: number;
  readonly condition?: StepCondition;
  readonly loop?: Loop;
  readonly inputs: unknown;
}

/** A component document as the rehearsal runs it. */
export interface ParsedComponent {
  readonly name: string;
  /** The names of its parameters, with the defaults of those that have one. */
  readonly parameters: ReadonlyMap<string, string | undefined>;
  readonly constants: ReadonlyMap<string, string>;
  readonly phases: ReadonlyMap<PhaseName, readonly ParsedStep[]>;
}
