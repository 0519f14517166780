import type { FieldReader } from './field-reader';
import { notValid } from './refusal';

/** Reads a `Next` that must be there. */
export function readNext(fields: FieldReader): string {
  const next = fields.string('Next');
  if (next === undefined) {
    throw notValid("'Next' is missing", fields.where);
  }
  return next;
}

/** Reads a state's `Next`, or undefined where it has `End` instead. */
export function readNextOrEnd(fields: FieldReader): string | undefined {
  const end = fields.value('End');
  if (end === undefined) {
    return readNext(fields);
  }
  if (end !== true || fields.value('Next') !== undefined) {
    throw notValid("'End' is not true, or 'Next' stands beside it,", fields.where);
  }
  return undefined;
}
