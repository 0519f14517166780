import { parseComponent } from '../../../lib/rehearsal/awstoe/parse-component';

const STEP = { name: 'One', action: 'Reboot' };

function document(changes: object = {}, step: object = {}): string {
  const phases = [{ name: 'build', steps: [{ ...STEP, ...step }] }];
  return JSON.stringify({ name: 'part', schemaVersion: 1.0, phases, ...changes });
}

test('what a step does not say is as AWSTOE has it', () => {
  expect(parseComponent(document()).phases.get('build')).toEqual([
    { ...STEP, onFailure: 'Abort', timeoutSeconds: 7200, maxAttempts: 1, inputs: undefined },
  ]);
});

test('parameters are known by name, with the defaults that they have', () => {
  const parameters = [{ Size: { type: 'string' } }, { Colour: { type: 'string', default: 'blue' } }];
  expect([...parseComponent(document({ parameters })).parameters]).toEqual([
    ['Size', undefined],
    ['Colour', 'blue'],
  ]);
});

test.each<[string, string]>([
  ['- a', 'The rehearsal does not model a component document that is no YAML mapping.'],
  ['a: "', 'A component document is not YAML: Missing closing "quote'],
  [document({ constants: [] }), "The rehearsal does not model the field 'constants' in component part."],
  [
    document({ phases: [{ name: 'prepare', steps: [] }] }),
    'The rehearsal does not model the phase prepare of component part.',
  ],
  [
    document({ phases: [{ name: 'build', loop: {} }] }),
    "The rehearsal does not model the field 'loop' in a phase of component part.",
  ],
  [
    document({}, { loop: {} }),
    "The rehearsal does not model the field 'loop' in step One of component part.",
  ],
  [document({}, { if: {} }), "The rehearsal does not model the field 'if' in step One of component part."],
  [
    document({}, { onFailure: 'Retry' }),
    'The rehearsal does not model onFailure "Retry" of step One of component part.',
  ],
  [
    document({}, { timeoutSeconds: '{{ T }}' }),
    'The rehearsal does not model timeoutSeconds "{{ T }}" of step One.',
  ],
  [document({}, { timeoutSeconds: -1 }), 'The rehearsal does not model timeoutSeconds -1 of step One.'],
  [document({}, { maxAttempts: 1.5 }), 'The rehearsal does not model maxAttempts 1.5 of step One.'],
])('%s is refused by name', (yaml, message) => {
  expect(() => parseComponent(yaml)).toThrow(
    expect.objectContaining({ code: 'REHEARSAL_FAILED', message: expect.stringContaining(message) }),
  );
});
