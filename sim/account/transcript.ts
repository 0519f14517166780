import * as z from 'zod';
import { parseDocument } from '../../lib/contract/documents/document';
import { WinbakeError } from '../../lib/contract/values/errors';
import { excerpt } from '../../lib/contract/values/printable';
import { TRANSCRIPT_SCHEMA } from '../../lib/core/prove/transcript-of';
import { outputViolations, ShapeError } from './check-shape';
import type { CommandInput, Place } from './commands/command-row';
import type { Provenance } from './provenance';
import { SERVICE_MODELS, type ServiceId } from './service-models';

const call = z.strictObject({
  service: z.string().refine((id): id is ServiceId => Object.hasOwn(SERVICE_MODELS, id)),
  operation: z.string(),
  /** Whatever the input has of these members must be equal; `*` in a text stands for any text. */
  input: z.record(z.string(), z.unknown()),
  output: z.record(z.string(), z.unknown()).optional(),
  error: z.strictObject({ name: z.string(), message: z.string(), status: z.int() }).optional(),
});

const transcriptSchema = z.strictObject({
  schema: z.literal(TRANSCRIPT_SCHEMA),
  /** When, as an ISO date. */
  recordedAt: z.string(),
  calls: z.array(call.refine(({ output, error }) => (output === undefined) !== (error === undefined))),
});

/** What a real account answered to a call, or how it refused. */
export interface RecordedCall {
  readonly service: ServiceId;
  readonly operation: string;
  readonly input: CommandInput;
  readonly output?: object | undefined;
  readonly error?: { readonly name: string; readonly message: string; readonly status: number } | undefined;
  readonly provenance: Provenance;
}

/**
 * The calls of a transcript: a file that names no account, but has `${account}` and `${region}` in its place, and dates as
 * `{ "$date": "…" }`. Throws a `WinbakeError` where it is damaged, names an account, or has an answer that the service cannot give.
 */
export function readTranscript(text: string, place: string): readonly RecordedCall[] {
  const { recordedAt, calls } = parseDocument(transcriptSchema, text, place);
  const [account] = /\b\d{12}\b/.exec(text) ?? [];
  if (account !== undefined) {
    throw new WinbakeError(
      'DOCUMENT_INVALID',
      `${place} names the account ${account}; write \${account} in its place.`,
    );
  }
  const [wrong] = calls.flatMap((one, index) => wrongCall(one).map((why) => `calls.${index} ${why}`));
  if (wrong !== undefined) {
    throw new WinbakeError('DOCUMENT_INVALID', `${place} is damaged: ${wrong}.`);
  }
  const provenance = { origin: 'recorded', source: `${place}, ${recordedAt}` } as const;
  return calls.map((one) => ({ ...one, provenance }));
}

const SOME_PLACE: Place = { account: '111122223333', region: 'us-east-1' };

/** Why simulated accounts could not answer a call so: nothing of ours makes it, or its service answers otherwise. */
function wrongCall({ operation, output, service }: z.infer<typeof call>): readonly string[] {
  const command = `${service}.${operation}`;
  if (!Object.hasOwn(SERVICE_MODELS[service].operations, operation)) {
    return [`is of ${command}, which Winbake does not send`];
  }
  if (output === undefined) {
    return [];
  }
  const cannot = (why: string): string => `has an answer that ${command} cannot give: ${why}`;
  try {
    return outputViolations(service, operation, filled(output, SOME_PLACE)).map(
      ({ path, constraint, value }) =>
        cannot(
          `${path}: ${constraint}; got: ${value === undefined ? 'nothing' : excerpt(JSON.stringify(value))}`,
        ),
    );
  } catch (error) {
    if (error instanceof ShapeError) {
      return [cannot(error.message.replace(/\.$/, ''))];
    }
    throw error;
  }
}

/** The calls that were recorded, by command. */
export class Transcripts {
  private readonly calls = new Map<string, RecordedCall[]>();

  constructor(recorded: readonly RecordedCall[] = []) {
    for (const one of recorded) {
      const key = `${one.service}.${one.operation}`;
      this.calls.set(key, [...(this.calls.get(key) ?? []), one]);
    }
  }

  /** The first recorded call whose input matches, with account and region filled in. */
  find(command: string, input: unknown, place: Place): RecordedCall | undefined {
    const found = this.calls.get(command)?.find((one) => matches(filled(one.input, place), input));
    if (found === undefined) {
      return undefined;
    }
    const { error, output } = found;
    return {
      ...found,
      ...(output === undefined ? {} : { output: filled(output, place) as object }),
      ...(error === undefined ? {} : { error: filled(error, place) as NonNullable<typeof error> }),
    };
  }
}

function filled(value: unknown, place: Place): unknown {
  if (typeof value === 'string') {
    return value.replaceAll('${account}', place.account).replaceAll('${region}', place.region);
  }
  if (Array.isArray(value)) {
    return value.map((one) => filled(one, place));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const { $date } = value as { readonly $date?: unknown };
  return typeof $date === 'string'
    ? new Date($date)
    : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, place)]));
}

function matches(wanted: unknown, value: unknown): boolean {
  if (typeof wanted === 'string' && wanted.includes('*')) {
    const parts = wanted.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return typeof value === 'string' && new RegExp(`^${parts.join('.*')}$`, 's').test(value);
  }
  if (wanted instanceof Date) {
    return value instanceof Date && value.getTime() === wanted.getTime();
  }
  if (typeof wanted !== 'object' || wanted === null) {
    return wanted === value;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(wanted) !== Array.isArray(value)) {
    return false;
  }
  const isWhole = !Array.isArray(wanted) || wanted.length === (value as unknown[]).length;
  return isWhole && Object.entries(wanted).every(([key, one]) => matches(one, (value as CommandInput)[key]));
}
