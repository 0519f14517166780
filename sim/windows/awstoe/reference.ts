import { isJsonObject } from '../../../lib/contract/values/json';
import { unmodelled } from '../../aws/cloudformation/environment';
import { actionNamed } from './actions';
import { notValid } from './document-reader';
import { PHASES, type PhaseName, type ParsedComponent, type ParsedStep } from './parsed-component';

/** What stands between double braces in a text of a component document. */
export type Reference =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'loop'; readonly name: string; readonly member: 'index' | 'value' }
  | { readonly kind: 'ssm'; readonly name: string }
  | {
      readonly kind: 'chain';
      readonly phase: PhaseName;
      readonly step: string;
      readonly of: 'inputs' | 'outputs';
      readonly index: number | undefined;
      readonly field: string;
    };

const BRACES = /\{\{\s*(.*?)\s*\}\}/g;
const VARIABLE = /^[A-Za-z0-9_-]{3,128}$/;
const CHAIN = new RegExp(
  `^(?<phase>${PHASES.join('|')})\\.(?<step>.+)\\.(?<of>inputs|outputs)(?:\\[(?<index>\\d+)\\])?\\.(?<field>\\w+)$`,
);

/**
 * The reference of a text between double braces, or undefined where it is none.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html#document-chaining
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-user-defined-variables.html
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-looping-constructs.html#toe-loop-iteration-variables
 */
export function parseReference(text: string): Reference | undefined {
  if (VARIABLE.test(text)) {
    return { kind: 'variable', name: text };
  }
  if (text.startsWith('aws:ssm:')) {
    return { kind: 'ssm', name: text.slice('aws:ssm:'.length) };
  }
  const chain = CHAIN.exec(text)?.groups;
  if (chain !== undefined) {
    const { phase = '', step = '', of = '', index, field = '' } = chain;
    return {
      kind: 'chain',
      phase: phase as PhaseName,
      step,
      of: of as 'inputs' | 'outputs',
      index: index === undefined ? undefined : Number(index),
      field,
    };
  }
  const [, name, member] = /^([^.]+)\.(index|value)$/.exec(text) ?? [];
  return name === undefined ? undefined : { kind: 'loop', name, member: member as 'index' | 'value' };
}

/** What stands between double braces anywhere in a value. */
function referencesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    return [...value.matchAll(BRACES)].map(([, text = '']) => text);
  }
  if (Array.isArray(value)) {
    return value.flatMap(referencesIn);
  }
  return isJsonObject(value) ? Object.values(value).flatMap(referencesIn) : [];
}

/** Replaces what stands between double braces anywhere in a value; braces for which nothing is given stay. */
export function fillIn(value: unknown, given: (text: string) => string | undefined): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(BRACES, (whole, text: string) => given(text) ?? whole);
  }
  if (Array.isArray(value)) {
    return value.map((item) => fillIn(item, given));
  }
  return isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, given)]))
    : value;
}

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
