import { isJsonObject, type JsonObject } from '../../../contract/values/json';
import { objects } from '../values';
import { declared } from './component-flow';

const REFERENCE = /\{\{(.*?)\}\}/g;
const CHAINED = /^([\w-]+)\.([\w -]+)\.(inputs|outputs)(\[\d+\])?\.[\w-]+$/;
const VARIABLE = /^[A-Za-z][\w-]{2,127}$/;

/** Which phases run on one instance, so that their steps may refer to each other. */
const STAGES: Readonly<Record<string, number>> = { build: 1, validate: 1, test: 2, 'container-host-test': 3 };

/**
 * What the inputs of steps refer to that is not there: a parameter that is not declared, a step that comes later or that runs on
 * another instance. Only what is spelled like a reference of AWSTOE is one; templates of other tools are left alone.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html#document-chaining
 */
export function lostReferences(content: JsonObject): readonly string[] {
  const variables = new Set([...declared(content, 'parameters'), ...declared(content, 'constants')]);
  const before = new Map<string, string>();
  return objects(content, 'phases').flatMap((phase) => {
    const phaseName = String(phase['name']);
    return objects(phase, 'steps').flatMap((step) => {
      const where = `step ${phaseName}.${String(step['name'])}`;
      const key = `${phaseName}.${String(step['name'])}`;
      const isLoop = isJsonObject(step['loop']);
      const wrong = referencesIn(step).flatMap((reference) =>
        lost(reference, { variables, before, phaseName, isLoop, key }).map((why) => `${where} ${why}`),
      );
      before.set(key, phaseName);
      return wrong;
    });
  });
}

/** What is between double braces in a step, spaces taken off. */
export function referencesIn(step: JsonObject): readonly string[] {
  return [...JSON.stringify(step).matchAll(REFERENCE)].map(([, inner = '']) => inner.trim());
}

interface Place {
  readonly variables: ReadonlySet<string>;
  readonly before: ReadonlyMap<string, string>;
  readonly phaseName: string;
  readonly isLoop: boolean;
  readonly key: string;
}

function lost(reference: string, place: Place): readonly string[] {
  const [, phase = '', step = ''] = CHAINED.exec(reference) ?? [];
  if (phase === '') {
    return VARIABLE.test(reference) && !place.variables.has(reference)
      ? [`refers to {{ ${reference} }}, which is no parameter and no constant of the document`]
      : [];
  }
  const target = `${phase}.${step}`;
  if (target !== place.key && !place.before.has(target)) {
    return [`refers to {{ ${reference} }}, which is no parameter and no output of a step before`];
  }
  return STAGES[phase] === STAGES[place.phaseName]
    ? []
    : [`refers to {{ ${reference} }}, which is left on another instance`];
}
