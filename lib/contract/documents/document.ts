import * as z from 'zod';
import { WinbakeError } from '../values/errors';
import { FINDING_CODES, SEVERITIES } from '../values/finding';
import { MODES } from '../values/mode';
import { excerpt } from '../values/printable';
import { RELEASES } from '../values/release';
import { isTimeZone, WEEKDAYS } from '../values/weekly-window';

/** What zod says of a fault names what it would take, and keys that the document has. */
const LONGEST_FAULT = 200;

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
      `${place} has a schema that this version of Winbake does not know; got: ${excerpt(JSON.stringify(schemaOf(value)))}.${wayOut(value, issue)}`,
    );
  }
  throw new WinbakeError(
    'DOCUMENT_INVALID',
    `${place} is damaged: ${path === '' ? 'the document' : excerpt(path)} ${excerpt(issue?.message ?? 'is invalid', LONGEST_FAULT)}.`,
  );
}

/** Who wrote a schema of another number, and what helps. */
function wayOut(value: unknown, issue: object | undefined): string {
  const values: readonly unknown[] =
    issue !== undefined && 'values' in issue && Array.isArray(issue.values) ? issue.values : [];
  const [wanted, got] = [values[0], schemaOf(value)].map(
    (one) => /^(.+)\/(\d{1,9})$/.exec(String(one)) ?? [],
  );
  if (wanted?.[1] === undefined || wanted[1] !== got?.[1]) {
    return '';
  }
  return Number(got[2]) > Number(wanted[2])
    ? ' A newer Winbake wrote it: take that version here.'
    : ' An older Winbake wrote it: deploy its stack with this version.';
}

function schemaOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'schema' in value ? value.schema : null;
}

/** An ISO-8601 instant in UTC, such as `2025-10-14T17:48:00Z`. */
export const instant = z.iso.datetime();

/** `sha256:` and 64 hexadecimal digits. */
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is no sha256 digest');

/** A SHA-256 in hexadecimal, without a prefix. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256 in hexadecimal');

/** A Windows version of four parts. */
export const osVersion = z.string().regex(/^10\.0\.\d{1,6}\.\d{1,9}$/, 'is no OS version of four parts');

/** The name of a Windows Server release. */
export const release = z.enum(RELEASES.map((one) => one.name));

/** The third number of an OS version. */
export const build = z.int().positive();

/** The fourth number of an OS version; 0 where it is not known. */
export const revision = z.int().nonnegative();

/** A count of bytes. */
export const bytes = z.int().nonnegative();

/** A duration in seconds. */
export const seconds = z.number().nonnegative();

/** How an image stands to its host. */
export const mode = z.enum(MODES);

/** The mode of a publication: its set's, or `unbaked` for the plain base AMI. */
export const publicationMode = z.enum([...MODES, 'unbaked']);

/** The id of an AMI. */
export const amiId = z.string().regex(/^ami-[0-9a-f]{8,17}$/, 'is no AMI id');

/** Full hours of some days of every week. */
export const weeklyWindows = z.array(
  z.strictObject({
    days: z.array(z.enum(WEEKDAYS)).min(1),
    startHour: z.int().min(0).max(23),
    endHour: z.int().min(1).max(24),
    timeZone: z.string().refine(isTimeZone, 'is no time zone of the IANA data base'),
  }),
);

/** Something a person should know. */
export const finding = z.object({
  code: z.enum(FINDING_CODES),
  severity: z.enum(SEVERITIES),
  family: z.string().optional(),
  message: z.string(),
});
