import type { ActionScope } from '../../../../sim/windows/awstoe/action';
import { parseComponent } from '../../../../sim/windows/awstoe/parse-component';
import type { ParsedComponent, PhaseName } from '../../../../sim/windows/awstoe/parsed-component';
import { runPhase, type PhaseResult } from '../../../../sim/windows/awstoe/run-phase';
import { StepMemory } from '../../../../sim/windows/awstoe/step-memory';

/** What a document says beside its build phase. */
export interface DocumentParts {
  readonly parameters?: unknown;
  readonly constants?: unknown;
  readonly validate?: readonly object[];
  readonly test?: readonly object[];
}

/** A document called `part`, whose steps are `Step1` and so on and run commands unless they say otherwise. */
export function documentOf(
  steps: readonly object[],
  { validate, test, ...more }: DocumentParts = {},
): string {
  const phases = Object.entries({ build: steps, validate, test }).flatMap(([name, list]) =>
    list === undefined ? [] : [{ name, steps: list.map(namedStep) }],
  );
  return JSON.stringify({ name: 'part', schemaVersion: 1.0, ...more, phases });
}

export function componentOf(steps: readonly object[], parts?: DocumentParts): ParsedComponent {
  return parseComponent(documentOf(steps, parts));
}

/** The inputs of a step that runs commands. */
export function run(...commands: readonly string[]): object {
  return { inputs: { commands } };
}

/** Runs phases of a component, one after the other, on one instance. */
export async function runComponent(
  scope: ActionScope,
  component: ParsedComponent,
  given: Readonly<Record<string, string>> = {},
  phases: readonly PhaseName[] = ['build', 'validate'],
): Promise<{ readonly result: PhaseResult; readonly statuses: readonly string[] }> {
  const memory = new StepMemory();
  const values = new Map(Object.entries(given));
  let result: PhaseResult = { steps: [] };
  const statuses: string[] = [];
  for (const phase of phases) {
    result = await runPhase(scope, component, phase, values, () => undefined, memory);
    statuses.push(...result.steps.map(({ status }) => status));
    if (result.failure !== undefined) {
      break;
    }
  }
  return { result, statuses };
}

function namedStep(step: object, index: number): object {
  return { name: `Step${index + 1}`, action: 'ExecutePowerShell', ...step };
}
