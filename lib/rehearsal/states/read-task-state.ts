import { readCatchers } from './catcher';
import { GREATEST_INTEGER, type FieldReader } from './field-reader';
import { readPayloadTemplate } from './payload-template';
import { readNextOrEnd } from './read-next';
import { notModelled } from './refusal';
import { readResultPath } from './result-path';
import { readRetriers } from './retrier';
import type { FilteringState, TaskState } from './state';

/** A function, or an action of a service that answers at once or when its job has ended. */
const RESOURCES: readonly RegExp[] = [
  /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?$/,
  /^arn:aws[a-z-]*:states:::(?:aws-sdk:)?[a-z0-9-]+:[A-Za-z0-9]+(?:\.sync(?::2)?)?$/,
];

/**
 * Reads what is special to a Task state. Callbacks by token, activities, heartbeats and credentials are refused. Without
 * `TimeoutSeconds` a task has the time that Step Functions gives it, which is longer than any execution.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
 */
export function readTaskState(fields: FieldReader, common: FilteringState): TaskState {
  const resource = fields.value('Resource');
  if (typeof resource !== 'string' || !RESOURCES.some((form) => form.test(resource))) {
    throw notModelled(`the resource ${JSON.stringify(resource)}`, fields.where);
  }
  return {
    ...common,
    type: 'Task',
    resource,
    parameters: readPayloadTemplate(fields, 'Parameters'),
    resultSelector: readPayloadTemplate(fields, 'ResultSelector'),
    resultPath: readResultPath(fields),
    timeoutSeconds: fields.integer('TimeoutSeconds', { from: 1, to: GREATEST_INTEGER }) ?? GREATEST_INTEGER,
    retriers: readRetriers(fields),
    catchers: readCatchers(fields),
    next: readNextOrEnd(fields),
  };
}
