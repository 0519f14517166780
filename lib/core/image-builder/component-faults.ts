import {
  type ComponentDocument,
  type ComponentPhase,
  type ComponentStep,
  LONGEST_INLINE_DOCUMENT,
  renderComponent,
} from './component-document';

const LONGEST_PARAMETER_VALUE = 1024;
const PARAMETER_NAME = /^[A-Za-z0-9_-]{3,128}$/;
const REFERENCE = /\{\{(.*?)\}\}/g;

/**
 * What AWSTOE or Image Builder would refuse in a component document, or would only refuse hours later on the instance: one
 * sentence each, none where the document is right.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-user-defined-variables.html
 */
export function componentFaults(document: ComponentDocument): readonly string[] {
  const { length } = renderComponent(document);
  return [
    ...(document.name === '' ? ['it has no name'] : []),
    ...(length < LONGEST_INLINE_DOCUMENT
      ? []
      : [`it has ${length} characters, and a template takes less than ${LONGEST_INLINE_DOCUMENT}`]),
    ...parameterFaults(document),
    ...(document.phases.length === 0 ? ['it has no phase'] : []),
    ...twice(document.phases).map((name) => `it has the phase ${name} twice`),
    ...document.phases.flatMap((phase) => phaseFaults(document, phase)),
  ];
}

/** What Image Builder would refuse in the values that a recipe gives to a document's parameters. */
export function valueFaults(
  { parameters = [] }: ComponentDocument,
  values: Readonly<Record<string, string>>,
): readonly string[] {
  const declared = new Set(parameters.map(({ name }) => name));
  return [
    ...Object.keys(values)
      .filter((name) => !declared.has(name))
      .map((name) => `it does not declare the parameter ${name}`),
    ...parameters
      .filter(({ name, default: preset }) => values[name] === undefined && preset === undefined)
      .map(({ name }) => `it needs a value for the parameter ${name}`),
    ...Object.entries(values).flatMap(([name, value]) =>
      value.length >= 1 && value.length <= LONGEST_PARAMETER_VALUE
        ? []
        : [`the value of ${name} has ${value.length} characters; 1 to ${LONGEST_PARAMETER_VALUE} can be`],
    ),
  ];
}

function parameterFaults({ parameters = [], phases }: ComponentDocument): readonly string[] {
  const used = new Set(phases.flatMap(({ steps }) => steps.flatMap(references)));
  return [
    ...twice(parameters).map((name) => `it declares the parameter ${name} twice`),
    ...parameters
      .filter(({ name }) => !PARAMETER_NAME.test(name))
      .map(({ name }) => `the name of the parameter '${name}' needs 3 to 128 letters, digits, - or _`),
    ...parameters
      .filter(({ name }) => !used.has(name))
      .map(({ name }) => `nothing uses its parameter ${name}`),
  ];
}

function phaseFaults({ parameters = [] }: ComponentDocument, phase: ComponentPhase): readonly string[] {
  const known = new Set(parameters.map(({ name }) => name));
  const faults = twice(phase.steps).map((name) => `its phase ${phase.name} has the step ${name} twice`);
  if (phase.steps.length === 0) {
    faults.push(`its phase ${phase.name} has no step`);
  }
  for (const step of phase.steps) {
    const where = `its step ${phase.name}.${step.name}`;
    faults.push(
      ...references(step)
        .filter((name) => !known.has(name))
        .map(
          (name) => `${where} refers to {{ ${name} }}, which is no parameter and no output of a step before`,
        ),
      ...stepFaults(step).map((fault) => `${where} ${fault}`),
    );
    known.add(`${phase.name}.${step.name}.outputs.stdout`);
  }
  return faults;
}

function stepFaults(step: ComponentStep): readonly string[] {
  const { timeoutSeconds = 7200, maxAttempts = 1 } = step;
  const inputs = step.action === 'ExecutePowerShell' ? step.inputs.commands : step.inputs;
  return [
    ...(/^[A-Za-z0-9_-]+$/.test(step.name) ? [] : ['needs a name of letters, digits, - or _']),
    // -1 is no limit at all, and a bake that never ends holds the pipeline.
    ...(Number.isInteger(timeoutSeconds) && timeoutSeconds >= 1 ? [] : ['needs timeoutSeconds of 1 or more']),
    ...(Number.isInteger(maxAttempts) && maxAttempts >= 1 ? [] : ['needs maxAttempts of 1 or more']),
    ...(inputs.length === 0 ? ['has no inputs'] : []),
    ...(step.action === 'S3Download' ? step.inputs.map(({ source }) => source) : [])
      .concat(step.action === 'S3Upload' ? step.inputs.map(({ destination }) => destination) : [])
      .filter((place) => !/^(s3:\/\/|\{\{)/.test(place))
      .map((place) => `needs a place in S3, such as s3://bucket/key; got: ${place}`),
  ];
}

function references(step: ComponentStep): readonly string[] {
  return [...JSON.stringify(step).matchAll(REFERENCE)].map(([, inner = '']) => inner.trim());
}

function twice(named: readonly { readonly name: string }[]): string[] {
  const names = named.map(({ name }) => name);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
