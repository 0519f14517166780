import { isJsonObject } from '../../contract/values/json';
import { PHASES, type PhaseName } from './parsed-component';

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
export function referencesIn(value: unknown): readonly string[] {
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
