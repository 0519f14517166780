import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { parse } from 'yaml';
import schema from '../../schemas/awstoe-document.schema.json';

const GOLDEN = join(__dirname, '..', '..', 'golden', 'components');
const validate = new Ajv2020({
  allErrors: true,
  strict: true,
  strictRequired: false,
  strictTypes: false,
}).compile(schema);

interface Document {
  [field: string]: unknown;
  phases: { name: string; steps: { [field: string]: unknown; inputs?: unknown }[] }[];
  parameters: Record<string, unknown>[];
}

function golden(file: string): Document {
  return parse(readFileSync(join(GOLDEN, file), 'utf8')) as Document;
}

function errorsOf(document: unknown): readonly string[] {
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`);
}

test.each(readdirSync(GOLDEN))('%s has the form that the documentation describes', (file) => {
  expect(errorsOf(golden(file))).toEqual([]);
});

const first = (document: Document) => document.phases[0]!.steps[0]!;

/** One thing made wrong in cache-images, and where it must be noticed. */
const WRONG: Readonly<Record<string, readonly [(document: Document) => void, RegExp]>> = {
  'a field of its own': [(document) => (document['author'] = 'me'), /^ must NOT have additional/],
  'another version': [(document) => (document['schemaVersion'] = 2), /^\/schemaVersion must be equal/],
  'no phases': [(document) => (document.phases = []), /^\/phases must NOT have fewer than 1/],
  'a phase of its own': [(document) => (document.phases[0]!.name = 'deploy'), /^\/phases\/0\/name/],
  'a phase without steps': [(document) => (document.phases[0]!.steps = []), /^\/phases\/0\/steps must NOT/],
  'an unknown action': [(document) => (first(document)['action'] = 'RunShell'), /\/steps\/0\/action/],
  'no time': [(document) => (first(document)['timeoutSeconds'] = 0), /\/steps\/0\/timeoutSeconds/],
  'time as text': [(document) => (first(document)['timeoutSeconds'] = '60'), /\/steps\/0\/timeoutSeconds/],
  'no attempt': [(document) => (first(document)['maxAttempts'] = 0), /\/steps\/0\/maxAttempts/],
  'an unknown way to fail': [(document) => (first(document)['onFailure'] = 'Stop'), /\/steps\/0\/onFailure/],
  'no inputs': [
    (document) => delete first(document).inputs,
    /\/steps\/0 must have required property 'inputs'/,
  ],
  'inputs of another action': [
    (document) => (first(document).inputs = [{ source: 's3://b/k', destination: 'C:\\k' }]),
    /\/steps\/0\/inputs must be object/,
  ],
  'commands as text': [
    (document) => (first(document).inputs = { commands: 'exit 0' }),
    /\/steps\/0\/inputs\/commands must be array/,
  ],
  'a download from elsewhere': [
    (document) =>
      (document.phases[0]!.steps[1]!.inputs = [{ source: 'https://example.com', destination: 'C:\\a' }]),
    /\/steps\/1\/inputs\/0\/source must match pattern/,
  ],
  'a number as parameter': [
    (document) => (document.parameters[0] = { Bucket: { type: 'integer' } }),
    /^\/parameters\/0\/Bucket\/type/,
  ],
  'a parameter of two letters': [
    (document) => (document.parameters[0] = { AB: { type: 'string' } }),
    /^\/parameters\/0/,
  ],
  'two parameters in one entry': [
    (document) => (document.parameters[0] = { One: { type: 'string' }, Two: { type: 'string' } }),
    /^\/parameters\/0 must NOT have more than 1/,
  ],
  'a constant without a value': [
    (document) => (document['constants'] = [{ Colour: { type: 'string' } }]),
    /^\/constants\/0\/Colour must have required property 'value'/,
  ],
  'a loop of both kinds': [
    (document) => (first(document)['loop'] = { for: { start: 1, end: 2, updateBy: 1 }, forEach: ['a'] }),
    /\/steps\/0\/loop must match exactly one/,
  ],
  'a condition that goes nowhere': [
    (document) => (first(document)['if'] = { stringEquals: 'a', value: 'a', then: 'Run' }),
    /\/steps\/0\/if\/then/,
  ],
};

test.each(Object.entries(WRONG))('%s is refused', (_name, [spoil, where]) => {
  const document = golden('cache-images.yaml');
  spoil(document);
  expect(errorsOf(document)).toContainEqual(expect.stringMatching(where));
});
