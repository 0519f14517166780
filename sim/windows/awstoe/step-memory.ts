import { unmodelled } from '../../aws/cloudformation/environment';
import type { ActionScope } from './action';
import type { ParsedComponent, PhaseName } from './parsed-component';
import { fillIn, parseReference, type Reference } from './reference';

/** A value that a loop has arrived at. */
export interface Iteration {
  /** Empty where the loop has none. */
  readonly loop: string;
  readonly index: number;
  readonly value: string;
}

/** What a step was given and what it printed; no output where it failed or was skipped. */
interface StepRecord {
  readonly inputs: unknown;
  readonly stdout: string | undefined;
}

/** A reference that cannot be followed fails the step. */
export class ReferenceFailure extends Error {}

/** What the documents on one instance may refer to: parameters, and the steps that have run. */
export class StepMemory {
  private readonly steps = new Map<string, StepRecord>();

  /** Keeps a step for those after it. */
  keep(component: ParsedComponent, phase: PhaseName, step: string, record: StepRecord): void {
    this.steps.set(JSON.stringify([component.name, phase, step]), record);
  }

  /**
   * Fills in every reference of a value; throws a `ReferenceFailure` where one cannot be followed. An output is what was
   * printed, with the line break at its end, as the guide shows it; `trims` takes that away where numbers are compared and
   * lists gone through, which would make no sense with it.
   */
  fillIn(
    value: unknown,
    scope: ActionScope,
    component: ParsedComponent,
    given: ReadonlyMap<string, string>,
    {
      iteration,
      trims = false,
    }: { readonly iteration?: Iteration | undefined; readonly trims?: boolean } = {},
  ): unknown {
    return fillIn(value, (text) => {
      const reference = parseReference(text);
      switch (reference?.kind) {
        case undefined:
          return undefined;
        case 'variable':
          return variableOf(reference.name, component, given);
        case 'loop':
          return iteration && ['loop', iteration.loop].includes(reference.name)
            ? String(iteration[reference.member])
            : undefined;
        case 'ssm':
          return parameterOf(reference.name, scope);
        case 'chain':
          return trims
            ? this.follow(reference, component, text).trim()
            : this.follow(reference, component, text);
      }
    });
  }

  private follow(
    { phase, step, of, index, field }: Extract<Reference, { kind: 'chain' }>,
    component: ParsedComponent,
    text: string,
  ): string {
    const record = this.steps.get(JSON.stringify([component.name, phase, step]));
    if (of === 'outputs' && record?.stdout === undefined) {
      throw new ReferenceFailure(`{{ ${text} }} has no value: step ${step} did not succeed.`);
    }
    if (of === 'outputs') {
      return record?.stdout ?? '';
    }
    const inputs = record?.inputs as Readonly<Record<string | number, unknown>> | undefined;
    const holder = (index === undefined ? inputs : inputs?.[index]) as
      Readonly<Record<string, unknown>> | undefined;
    const value = holder?.[field];
    if (typeof value !== 'string') {
      throw new ReferenceFailure(`{{ ${text} }} has no value: step ${step} did not run.`);
    }
    return value;
  }
}

function variableOf(
  name: string,
  { parameters, constants }: ParsedComponent,
  given: ReadonlyMap<string, string>,
): string {
  const value = constants.get(name) ?? given.get(name) ?? parameters.get(name);
  if (value === undefined) {
    throw new ReferenceFailure(`The parameter ${name} has neither a value nor a default.`);
  }
  return value;
}

function parameterOf(name: string, { readParameter }: ActionScope): string {
  if (readParameter === undefined) {
    throw unmodelled(`{{ aws:ssm:${name} }}`);
  }
  const value = readParameter(name);
  if (value === undefined) {
    throw new ReferenceFailure(`ParameterNotFound: ${name} is no parameter of Systems Manager.`);
  }
  return value;
}
