import type { Condition } from './condition';
import type { Loop } from './loop';

/** The stages of a component in which Image Builder runs on an instance that becomes an AMI or was started from it. */
export const PHASES = ['build', 'validate', 'test'] as const;

/** The name of a phase. */
export type PhaseName = (typeof PHASES)[number];

/** What a step does by what its condition turns out to be. */
export type StepAction = 'Abort' | 'Execute' | 'Skip';

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
