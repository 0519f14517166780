import { actionNamed } from './actions';
import { parseCondition, single } from './condition';
import { DocumentReader } from './document-reader';
import { parseLoop, type ParsedStep, type StepCondition } from './parsed-component';

const DEFAULT_TIMEOUT_SECONDS = 7200;
const NO_TIMEOUT = -1;

/**
 * Parses a step: its own fields, and its inputs as its action wants them.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html#document-schema
 */
export function parseStep(value: unknown, place: string, component: string): ParsedStep {
  const name = DocumentReader.of(value, `${place} of ${component}`).text('name');
  const where = `step ${name} of ${component}`;
  const reader = DocumentReader.of(value, where);
  reader.text('name');
  const action = reader.text('action');
  const [condition, loop, inputs] = ['if', 'loop', 'inputs'].map((field) => reader.value(field));
  const step = {
    name,
    action,
    onFailure: reader.choice('onFailure', ['Abort', 'Continue', 'Ignore']),
    timeoutSeconds: timeoutOf(reader),
    maxAttempts: attemptsOf(reader),
    ...(condition === undefined ? {} : { condition: parseStepCondition(condition, `${where}, if`) }),
    ...(loop === undefined ? {} : { loop: parseLoop(loop, `${where}, loop`) }),
    inputs,
  };
  reader.done();
  actionNamed(action, where).check(inputs, `${where}, inputs`);
  return step;
}

/** -1 is no limit; 0 and other negative numbers are refused. */
function timeoutOf(reader: DocumentReader): number | undefined {
  const seconds = reader.optionalInteger('timeoutSeconds') ?? DEFAULT_TIMEOUT_SECONDS;
  if (seconds < 1 && seconds !== NO_TIMEOUT) {
    throw reader.wrong('timeoutSeconds', 'a number of seconds from 1, or -1 for no limit,', seconds);
  }
  return seconds === NO_TIMEOUT ? undefined : seconds;
}

function attemptsOf(reader: DocumentReader): number {
  const attempts = reader.optionalInteger('maxAttempts') ?? 1;
  if (attempts < 1) {
    throw reader.wrong('maxAttempts', 'a whole number from 1', attempts);
  }
  return attempts;
}

function parseStepCondition(value: unknown, where: string): StepCondition {
  const reader = single(value, where);
  const whenTrue = reader.choice('then', ['Execute', 'Skip', 'Abort']);
  const whenFalse = reader.choice('else', ['Skip', 'Execute', 'Abort']);
  return { condition: parseCondition(reader), whenTrue, whenFalse };
}
