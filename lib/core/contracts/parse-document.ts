import type { z } from 'zod';
import { WinbakeError } from '../errors/winbake-error';

/**
 * Parses the text of a document against its schema; `place` names it to people. Throws a `WinbakeError` with code
 * `DOCUMENT_INVALID` that says which field is wrong, or that a newer Winbake wrote it.
 */
export function parseDocument<T>(schema: z.ZodType<T>, text: string, place: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new WinbakeError('DOCUMENT_INVALID', `${place} is damaged: it is not JSON.`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('.') ?? '';
  if (path === 'schema') {
    throw new WinbakeError(
      'DOCUMENT_INVALID',
      `${place} has a schema that this version of Winbake does not know; got: ${JSON.stringify(schemaOf(value))}.`,
    );
  }
  throw new WinbakeError(
    'DOCUMENT_INVALID',
    `${place} is damaged: ${path === '' ? 'the document' : path} ${issue?.message ?? 'is invalid'}.`,
  );
}

function schemaOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
}
