import { parseComponent } from '../../../../sim/windows/awstoe/parse-component';
import { componentOf, documentOf, run, type DocumentParts } from './component-fixture';

const STEP = { action: 'Reboot' };

function refusing(yaml: string, message: string): void {
  expect(() => parseComponent(yaml)).toThrow(
    expect.objectContaining({ code: 'REHEARSAL_FAILED', message: expect.stringContaining(message) }),
  );
}

test('what a step does not say is as AWSTOE has it', () => {
  expect(componentOf([STEP]).phases.get('build')).toEqual([
    { ...STEP, name: 'Step1', onFailure: 'Abort', timeoutSeconds: 7200, maxAttempts: 1, inputs: undefined },
  ]);
});

test.each([
  [-1, undefined],
  [1, 1],
  [86400, 86400],
])('a timeout of %i is taken', (timeoutSeconds, expected) => {
  expect(componentOf([{ ...STEP, timeoutSeconds }]).phases.get('build')?.[0]?.timeoutSeconds).toBe(expected);
});

test('parameters and constants are known by name', () => {
  const parameters = [{ Size: { type: 'string' } }, { Colour: { type: 'string', default: 'blue' } }];
  const constants = [{ 'Wo-od_1': { type: 'string', value: 'oak' } }];
  const component = componentOf([STEP], { parameters, constants });
  expect([...component.parameters]).toEqual([
    ['Size', undefined],
    ['Colour', 'blue'],
  ]);
  expect([...component.constants]).toEqual([['Wo-od_1', 'oak']]);
});

test('a document without a name has that of its component', () => {
  const document = JSON.parse(documentOf([STEP])) as { name?: string };
  delete document.name;
  expect(parseComponent(JSON.stringify(document), 'mine').name).toBe('mine');
});

const DOCUMENT = {
  schemaVersion: 1.0,
  phases: [{ name: 'build', steps: [{ name: 'One', action: 'Reboot' }] }],
};

test.each<[unknown, string]>([
  [['a'], 'component without a name: a mapping of fields is needed, got: ["a"].'],
  [{ ...DOCUMENT, schemaVersion: 2 }, 'component without a name, schemaVersion: 1.0 is needed, got: 2.'],
  [{ ...DOCUMENT, schemaVersion: undefined }, 'schemaVersion: 1.0 is needed, got: nothing.'],
  [{ ...DOCUMENT, name: 7 }, 'name: a text is needed, got: 7.'],
  [
    { ...DOCUMENT, name: 'part', steps: [] },
    "component part: it has the unknown field 'steps'; known are constants, description, name, parameters, phases, schemaVersion.",
  ],
  [{ ...DOCUMENT, phases: [] }, 'phases: a list with entries is needed, got: [].'],
  [{ ...DOCUMENT, phases: undefined }, 'phases: a list with entries is needed, got: nothing.'],
  [{ ...DOCUMENT, phases: [...DOCUMENT.phases, ...DOCUMENT.phases] }, "two phases are called 'build'."],
  [
    { ...DOCUMENT, phases: [{ ...DOCUMENT.phases[0], loop: {} }] },
    "entry 1: it has the unknown field 'loop'; known are name, steps.",
  ],
  [{ ...DOCUMENT, phases: [{ name: 'build', steps: [] }] }, 'steps: a list with entries is needed, got: [].'],
])('the document %j is refused', (document, message) => {
  refusing(JSON.stringify(document), message);
});

test.each<[string, string]>([
  [
    'a: "',
    'Image Builder would refuse component without a name: its document is not YAML: Missing closing "quote',
  ],
  ['a: 1\na: 2', 'its document is not YAML: Map keys must be unique'],
])('%j is refused', (yaml, message) => {
  refusing(yaml, message);
});

test.each<[object, string]>([
  [
    { timeout: 5 },
    "step Step1 of component part: it has the unknown field 'timeout'; known are action, if, inputs, loop, maxAttempts, name, onFailure, timeoutSeconds.",
  ],
  [{ name: '' }, 'step 1 of phase build of component part, name: a text is needed, got: "".'],
  [{ name: 7 }, 'step 1 of phase build of component part, name: a text is needed, got: 7.'],
  [{ action: undefined }, 'step Step1 of component part, action: a text is needed, got: nothing.'],
  [{ onFailure: 'Retry' }, 'onFailure: one of Abort, Continue, Ignore is needed, got: "Retry".'],
  [{ onFailure: 'abort' }, 'onFailure: one of Abort, Continue, Ignore is needed, got: "abort".'],
  [
    { timeoutSeconds: 0 },
    'timeoutSeconds: a number of seconds from 1, or -1 for no limit, is needed, got: 0.',
  ],
  [{ timeoutSeconds: -2 }, 'or -1 for no limit, is needed, got: -2.'],
  [{ timeoutSeconds: 1.5 }, 'timeoutSeconds: a whole number is needed, got: 1.5.'],
  [{ timeoutSeconds: '60' }, 'timeoutSeconds: a whole number is needed, got: "60".'],
  [{ timeoutSeconds: '{{ Size }}' }, 'timeoutSeconds: a whole number is needed, got: "{{ Size }}".'],
  [{ maxAttempts: 0 }, 'maxAttempts: a whole number from 1 is needed, got: 0.'],
  [{ inputs: undefined }, 'inputs: a mapping of fields is needed, got: nothing.'],
])('a step with %j is refused', (changes, message) => {
  refusing(documentOf([{ ...run('exit 0'), ...changes }]), `Image Builder would refuse `);
  refusing(documentOf([{ ...run('exit 0'), ...changes }]), message);
});

test('names are unique', () => {
  refusing(documentOf([STEP, { ...STEP, name: 'Step1' }]), 'two steps of phase build are called "Step1".');
  const loop = { name: 'Same', forEach: ['a'] };
  refusing(
    documentOf([
      { ...run('exit 0'), loop },
      { ...run('exit 0'), loop },
    ]),
    'two loops are called "Same".',
  );
});

test.each<[DocumentParts, string]>([
  [{ parameters: {} }, 'parameters: a list with entries is needed, got: {}.'],
  [{ parameters: ['Size'] }, 'parameters, entry 1: a mapping of fields is needed, got: "Size".'],
  [
    { parameters: [{ ab: { type: 'string' } }] },
    'one name of 3 to 128 letters, digits, - and _ is needed, got: "ab".',
  ],
  [{ parameters: [{ 'a.b': { type: 'string' } }] }, 'is needed, got: "a.b".'],
  [
    { parameters: [{ Size: { type: 'string' }, Colour: { type: 'string' } }] },
    'is needed, got: "Size, Colour".',
  ],
  [{ parameters: [{ Size: { type: 'integer' } }] }, 'Size, type: \'string\' is needed, got: "integer".'],
  [{ parameters: [{ Size: {} }] }, 'Size, type: a text is needed, got: nothing.'],
  [{ parameters: [{ Size: { type: 'string', default: 5 } }] }, 'Size, default: a text is needed, got: 5.'],
  [
    { parameters: [{ Size: { type: 'string', allowedValues: ['a'] } }] },
    "Size: it has the unknown field 'allowedValues'; known are default, description, type.",
  ],
  [
    { parameters: [{ Size: { type: 'string' } }, { Size: { type: 'string' } }] },
    "two parameters are called 'Size'.",
  ],
  [{ constants: [{ Size: { type: 'string' } }] }, 'Size, value: a text is needed, got: nothing.'],
  [
    {
      parameters: [{ Size: { type: 'string' } }],
      constants: [{ Size: { type: 'string', value: 'large' } }],
    },
    "a constant and a parameter are both called 'Size'.",
  ],
])('%j is refused', (parts, message) => {
  refusing(documentOf([STEP], parts), message);
});

test('what AWSTOE may know and the rehearsal does not is refused by name', () => {
  refusing(
    documentOf([{ action: 'WebDownload' }]),
    'The rehearsal does not model the action WebDownload of step Step1 of component part.',
  );
  refusing(
    JSON.stringify({ name: 'part', schemaVersion: 1.0, phases: [{ name: 'verify', steps: [STEP] }] }),
    'The rehearsal does not model the phase verify of component part.',
  );
});
