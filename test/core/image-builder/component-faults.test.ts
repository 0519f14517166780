import fc from 'fast-check';
import { CACHE_IMAGES_COMPONENT } from '../../../lib/core/image-builder/build-components';
import type { ComponentDocument, ComponentStep } from '../../../lib/core/image-builder/component-document';
import { componentFaults, valueFaults } from '../../../lib/core/image-builder/component-faults';

const STEP: ComponentStep = {
  name: 'Any',
  action: 'ExecutePowerShell',
  inputs: { commands: ["'{{ Bucket }}'"] },
};
const DOCUMENT: ComponentDocument = {
  name: 'part',
  description: 'A part.',
  schemaVersion: 1.0,
  parameters: [{ name: 'Bucket', description: 'A bucket.' }],
  phases: [{ name: 'build', steps: [STEP] }],
};

function withSteps(...steps: readonly ComponentStep[]): ComponentDocument {
  return { ...DOCUMENT, phases: [{ name: 'build', steps: [STEP, ...steps] }] };
}

/** A second step that is wrong in one way. */
function step(changes: Partial<ComponentStep>): ComponentDocument {
  return withSteps({ ...STEP, name: 'Second', ...changes } as ComponentStep);
}

function commands(...lines: readonly string[]): ComponentDocument {
  return withSteps({ name: 'Second', action: 'ExecutePowerShell', inputs: { commands: lines } });
}

test('a document that is right has no fault', () => {
  expect(componentFaults(DOCUMENT)).toEqual([]);
});

test.each<[string, ComponentDocument, string]>([
  ['no name', { ...DOCUMENT, name: '' }, 'it has no name'],
  ['no phase', { ...DOCUMENT, parameters: [], phases: [] }, 'it has no phase'],
  [
    'no step',
    { ...DOCUMENT, phases: [...DOCUMENT.phases, { name: 'test', steps: [] }] },
    'its phase test has no step',
  ],
  [
    'a phase twice',
    { ...DOCUMENT, phases: [...DOCUMENT.phases, ...DOCUMENT.phases] },
    'it has the phase build twice',
  ],
  ['a step twice', withSteps(STEP), 'its phase build has the step Any twice'],
  [
    'a parameter twice',
    { ...DOCUMENT, parameters: [...DOCUMENT.parameters!, ...DOCUMENT.parameters!] },
    'it declares the parameter Bucket twice',
  ],
  [
    'a parameter that nothing uses',
    { ...DOCUMENT, parameters: [...DOCUMENT.parameters!, { name: 'Colour', description: 'A colour.' }] },
    'nothing uses its parameter Colour',
  ],
  [
    'a short name of a parameter',
    {
      ...DOCUMENT,
      parameters: [...DOCUMENT.parameters!, { name: 'AB', description: 'Two letters.' }],
      phases: commands('{{ AB }}').phases,
    },
    "the name of the parameter 'AB' needs 3 to 128 letters, digits, - or _",
  ],
  [
    'a parameter that is not declared',
    commands('{{ Colour }}'),
    'its step build.Second refers to {{ Colour }}, which is no parameter and no output of a step before',
  ],
  [
    'the output of a step that comes later',
    withSteps(
      {
        name: 'Second',
        action: 'ExecutePowerShell',
        inputs: { commands: ['{{build.Third.outputs.stdout}}'] },
      },
      { ...STEP, name: 'Third' },
    ),
    'its step build.Second refers to {{ build.Third.outputs.stdout }}, which is no parameter and no output of a step before',
  ],
  ['no time', step({ timeoutSeconds: 0 }), 'its step build.Second needs timeoutSeconds of 1 or more'],
  ['no end', step({ timeoutSeconds: -1 }), 'its step build.Second needs timeoutSeconds of 1 or more'],
  ['no attempt', step({ maxAttempts: 0 }), 'its step build.Second needs maxAttempts of 1 or more'],
  ['no command', commands(), 'its step build.Second has no inputs'],
  [
    'a name with a blank',
    step({ name: 'The second' }),
    'its step build.The second needs a name of letters, digits, - or _',
  ],
  [
    'a download from elsewhere',
    withSteps({
      name: 'Second',
      action: 'S3Download',
      inputs: [{ source: 'https://example.com/a', destination: 'C:\\a' }],
    }),
    'its step build.Second needs a place in S3, such as s3://bucket/key; got: https://example.com/a',
  ],
  [
    'an upload to elsewhere',
    withSteps({ name: 'Second', action: 'S3Upload', inputs: [{ source: 'C:\\a', destination: 'D:\\a' }] }),
    'its step build.Second needs a place in S3, such as s3://bucket/key; got: D:\\a',
  ],
])('%s is refused in one sentence', (_name, document, fault) => {
  expect(componentFaults(document)).toEqual([fault]);
});

test('a document that a template does not take is refused with its length', () => {
  const [fault] = componentFaults(commands('x'.repeat(16_000)));
  expect(fault).toMatch(/^it has 16\d{3} characters, and a template takes less than 16000$/);
});

test('what refers to nothing is found wherever it stands', () => {
  const override = fc.stringMatching(/^[A-Za-z]{3,12}$/).filter((name) => name !== 'Bucket');
  fc.assert(
    fc.property(override, fc.nat(3), (name, place) => {
      const lines = ['a', 'b', 'c', 'd'].map((line, index) =>
        index === place ? `${line} {{ ${name} }}` : line,
      );
      expect(componentFaults(commands(...lines))).toEqual([
        expect.stringContaining(`refers to {{ ${name} }}`),
      ]);
    }),
  );
});

test.each<[string, Record<string, string>, readonly string[]]>([
  ['the value it needs', { Bucket: 'b' }, []],
  ['none', {}, ['it needs a value for the parameter Bucket']],
  ['one too many', { Bucket: 'b', Colour: 'red' }, ['it does not declare the parameter Colour']],
  ['an empty one', { Bucket: '' }, ['the value of Bucket has 0 characters; 1 to 1024 can be']],
  ['a long one', { Bucket: 'b'.repeat(1025) }, ['the value of Bucket has 1025 characters; 1 to 1024 can be']],
])('of values, %s: %#', (_name, values, faults) => {
  expect(valueFaults(DOCUMENT, values)).toEqual(faults);
});

test('a parameter with a default needs no value', () => {
  const parameters = [{ name: 'Bucket', description: 'A bucket.', default: 'mine' }];
  expect(valueFaults({ ...DOCUMENT, parameters }, {})).toEqual([]);
  expect(valueFaults(CACHE_IMAGES_COMPONENT, {}).length).toBeGreaterThan(5);
});
