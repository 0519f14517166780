import { isJsonObject } from '../../contract/values/json';
import { unmodelled } from '../assembly/unmodelled';
import { actionNamed } from './actions';
import { notValid } from './document-reader';
import { PHASES, type ParsedComponent, type ParsedStep, type PhaseName } from './parsed-component';
import { parseReference, referencesIn, type Reference } from './reference';

type Chain = Extract<Reference, { readonly kind: 'chain' }>;

/** `build` and `validate` run on one instance, `test` on another: nothing crosses between them. */
const STAGES: Readonly<Record<PhaseName, 'build' | 'test'>> = {
  build: 'build',
  validate: 'build',
  test: 'test',
};

/**
 * Refuses a document that refers to what it does not declare, to a step that has not run by then, or to an input or output
 * that the step does not have.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html#document-chaining
 */
export function checkReferences(component: ParsedComponent): void {
  const before: { readonly phase: PhaseName; readonly step: ParsedStep }[] = [];
  for (const phase of PHASES) {
    for (const step of component.phases.get(phase) ?? []) {
      const where = `step ${step.name} of component ${component.name}`;
      const earlier = before.filter((one) => STAGES[one.phase] === STAGES[phase]);
      for (const text of referencesIn([step.inputs, step.condition, step.loop])) {
        const reference = parseReference(text);
        if (reference === undefined) {
          throw notValid(where, `{{ ${text} }} is no reference`);
        }
        if (reference.kind === 'chain') {
          const found = earlier.find(
            (one) => one.phase === reference.phase && one.step.name === reference.step,
          );
          checkChain(reference, found?.step, { where, text });
        } else {
          checkName(reference, component, step, { where, text });
        }
      }
      before.push({ phase, step });
    }
  }
}

interface Place {
  readonly where: string;
  readonly text: string;
}

function checkName(
  reference: Exclude<Reference, Chain>,
  component: ParsedComponent,
  step: ParsedStep,
  { where, text }: Place,
): void {
  const declared = [...component.parameters.keys(), ...component.constants.keys()];
  if (reference.kind === 'variable' && !declared.includes(reference.name)) {
    const known = declared.length === 0 ? 'none' : declared.join(', ');
    throw notValid(where, `{{ ${text} }} is neither a parameter nor a constant; declared are: ${known}`);
  }
  // `loop` in a step without one is left as it stands, as the documentation has it.
  if (reference.kind === 'loop' && reference.name !== 'loop' && reference.name !== step.loop?.name) {
    throw notValid(where, `{{ ${text} }} names no loop of this step`);
  }
  if (reference.kind === 'loop' && referencesIn([step.condition, step.loop]).includes(text)) {
    throw notValid(where, `{{ ${text} }} may stand in inputs only`);
  }
  if (reference.kind === 'ssm' && !/^[A-Za-z0-9_.\-/]+$/.test(reference.name)) {
    throw unmodelled(`{{ ${text} }} in ${where}`);
  }
}

function checkChain(chain: Chain, step: ParsedStep | undefined, { where, text }: Place): void {
  if (step === undefined) {
    throw notValid(where, `{{ ${text} }} names no earlier step of the same document and stage`);
  }
  if (chain.of === 'outputs') {
    const { outputs } = actionNamed(step.action, where);
    if (!outputs.includes(chain.field) || chain.index !== undefined) {
      const known = outputs.length === 0 ? 'none' : outputs.join(', ');
      throw notValid(where, `{{ ${text} }} names no output of step ${step.name}; it has: ${known}`);
    }
    return;
  }
  const inputs: unknown =
    chain.index === undefined ? step.inputs : (step.inputs as readonly unknown[] | undefined)?.[chain.index];
  if (!isJsonObject(inputs) || typeof inputs[chain.field] !== 'string') {
    throw notValid(where, `{{ ${text} }} names no text among the inputs of step ${step.name}`);
  }
  if (step.loop !== undefined) {
    throw unmodelled(`{{ ${text} }}, an input of a step with a loop, in ${where}`);
  }
}
