import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { DOCUMENTS } from '../support/contract-documents';

/** The part of JSON Schema that zod writes for documents. */
interface Schema {
  readonly anyOf?: readonly Schema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly type?: string | readonly string[];
}

/** The documents as the release before reads them: a deployment that is rolled back meets what this one wrote. */
const before = JSON.parse(
  readFileSync(join(__dirname, '..', 'fixtures', 'contracts-before.json'), 'utf8'),
) as Readonly<Record<string, Schema>>;

/** What a reader refuses of what a writer may write, by path. */
function refusals(writer: Schema, reader: Schema, path: string): readonly string[] {
  const read = variants(reader);
  return variants(writer).flatMap((written): readonly string[] => {
    const reasons = read.map((one) => refusalsOfOne(written, one, path));
    return reasons.some((one) => one.length === 0)
      ? []
      : reasons.reduce((best, one) => (one.length < best.length ? one : best));
  });
}

/** The kinds of values that a schema takes; those of an enumeration one by one. */
function variants(schema: Schema): readonly Schema[] {
  if (schema.anyOf !== undefined) {
    return schema.anyOf.flatMap(variants);
  }
  const { enum: values, type } = schema;
  if (values !== undefined) {
    return values.map((value) => ({ const: value }));
  }
  return typeof type === 'string' || type === undefined
    ? [schema]
    : type.map((one) => ({ ...schema, type: one }));
}

function refusalsOfOne(written: Schema, read: Schema, path: string): readonly string[] {
  if ('const' in read || 'const' in written) {
    const isRead = 'const' in read ? read.const === written.const : read.type === typeof written.const;
    return isRead ? [] : [`${path}: ${JSON.stringify(written.const ?? written.type)}`];
  }
  if (read.type !== undefined && written.type !== read.type) {
    return [`${path}: ${String(written.type)}`];
  }
  const missing = (read.required ?? []).filter((key) => written.required?.includes(key) !== true);
  return [
    ...missing.map((key) => `${path}.${key} may be missing`),
    ...Object.entries(written.properties ?? {}).flatMap(([key, value]) => {
      const field = read.properties?.[key];
      if (field !== undefined) {
        return refusals(value, field, `${path}.${key}`);
      }
      return read.additionalProperties === false ? [`${path}.${key} is not known`] : [];
    }),
    ...(written.items && read.items ? refusals(written.items, read.items, `${path}[]`) : []),
    ...(typeof written.additionalProperties === 'object' && typeof read.additionalProperties === 'object'
      ? refusals(written.additionalProperties, read.additionalProperties, `${path}.*`)
      : []),
  ];
}

function schemaOf(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { unrepresentable: 'any' }) as Schema;
}

/** Documents that one deployment writes and reads: a rolled back one has its own again. */
const OF_A_DEPLOYMENT = ['gate-policy', 'fleet-settings'];

// One that it does not know at all it does not read.
test.each(DOCUMENTS.filter(([name]) => name in before && !OF_A_DEPLOYMENT.includes(name)))(
  'winbake.%s/1: the release before reads what this one writes',
  (name, schema) => {
    expect(refusals(schemaOf(schema), before[name]!, name)).toEqual([]);
  },
);

const ANY = z.looseObject({ at: z.string(), end: z.enum(['good', 'bad']).nullable() });

test.each<[string, z.ZodType, readonly string[]]>([
  ['the same', ANY, []],
  ['a field more', ANY.extend({ more: z.boolean().optional() }), []],
  ['a value less', ANY.extend({ end: z.literal('bad') }), []],
  ['a value more', ANY.extend({ end: z.enum(['good', 'bad', 'odd']).nullable() }), ['x[].end: "odd"']],
  ['a field less', ANY.omit({ at: true }), ['x[].at may be missing']],
  ['a field that may be missing', ANY.partial({ at: true }), ['x[].at may be missing']],
  ['another type', ANY.extend({ at: z.number() }), ['x[].at: number']],
  ['null for a value', ANY.extend({ at: z.string().nullable() }), ['x[].at: null']],
])('%s is refused where it must be', (_what, written, reasons) => {
  expect(refusals(schemaOf(z.array(written)), schemaOf(z.array(ANY)), 'x')).toEqual(reasons);
});

test('a field that a strict reader does not know is refused', () => {
  const reader = schemaOf(z.strictObject({ at: z.string() }));
  expect(refusals(schemaOf(ANY), reader, 'x')).toEqual(['x.end is not known']);
});
