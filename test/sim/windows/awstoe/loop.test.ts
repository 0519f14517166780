import { readFileSync } from 'node:fs';
import { parseLoop } from '../../../../sim/windows/awstoe/parsed-component';
import { actionScope } from '../../../support/shell-host';
import { componentOf, run, runComponent } from './component-fixture';

/** What a step with a loop printed, as its successor sees it, and all that it wrote to a file. */
async function looped(loop: object, command: string, more: object = {}) {
  const scope = actionScope();
  const steps = [
    { loop, ...more, ...run('echo "{{ loop.index }}={{ loop.value }}" >> c/log', command) },
    run('printf "%s" "{{ build.Step1.outputs.stdout }}" > c/out'),
  ];
  const { result, statuses } = await runComponent(scope, componentOf(steps));
  const read = (name: string) => readFileSync(scope.host.pathOf(`C:\\${name}`), 'utf8');
  return { result, statuses, read };
}

test.each([
  [{ for: { start: 1, end: 3, updateBy: 1 } }, '0=1 1=2 2=3'],
  [{ for: { start: 10, end: 1, updateBy: -5 } }, '0=10 1=5'],
  [{ for: { start: 2, end: 2, updateBy: 1 } }, '0=2'],
  [{ forEach: ['a', 'b c'] }, '0=a 1=b c'],
  [{ forEach: { list: 'a,b' } }, '0=a 1=b'],
  [{ forEach: { list: 'a;b,c', delimiter: ';' } }, '0=a 1=b,c'],
  [{ forEach: { list: 'a\nb', delimiter: '\n' } }, '0=a 1=b'],
  [{ name: 'Mine', forEach: ['x'] }, '0=x'],
])('%j goes through %s', async (loop, expected) => {
  const { read } = await looped(loop, 'echo "{{ loop.value }}"');
  expect(read('log').trim().split('\n').join(' ')).toBe(expected);
});

test('the outputs are joined by new lines, and a name of its own refers to it', async () => {
  const { read } = await looped(
    { name: 'Mine', forEach: ['a', 'b'] },
    'echo "{{ Mine.value }}{{ Mine.index }}"',
  );
  expect(read('out')).toBe('a0\nb1');
});

test('a list may be what an earlier step printed', async () => {
  const scope = actionScope();
  const loop = { forEach: { list: '{{ build.Step1.outputs.stdout }}', delimiter: '\n' } };
  const steps = [run('echo one; echo two'), { loop, ...run('echo "<{{ loop.value }}>" >> c/log') }];
  await runComponent(scope, componentOf(steps));
  expect(readFileSync(scope.host.pathOf('C:\\log'), 'utf8')).toBe('<one>\n<two>\n');
});

test('a failed iteration ends the loop, and an attempt begins with the first', async () => {
  const { read, result } = await looped(
    { forEach: ['a', 'b', 'c'] },
    '[ {{ loop.value }} != b ] || { echo bad; exit 1; }',
    {
      maxAttempts: 2,
    },
  );
  expect(read('log')).toBe('0=a\n1=b\n0=a\n1=b\n');
  expect(result.failure).toMatchObject({ step: 'Step1', reason: 'Iteration 1 failed: bad' });
});

test('the timeout covers the whole loop', async () => {
  const { result } = await looped({ for: { start: 1, end: 9, updateBy: 1 } }, 'sleep 0.4', {
    timeoutSeconds: 1,
  });
  expect(result.failure?.reason).toMatch(/did not end within 1 s\.$/);
});

test('a restart in a loop has no model', async () => {
  await expect(looped({ forEach: ['a'] }, 'code 3010')).rejects.toThrow(
    'The rehearsal does not model a restart in the loop of step Step1 of component part.',
  );
});

test.each<[unknown, string]>([
  [{}, "loop: either 'for' or 'forEach' is needed."],
  [{ for: { start: 1, end: 2, updateBy: 1 }, forEach: ['a'] }, "either 'for' or 'forEach' is needed."],
  [{ while: true }, "it has the unknown field 'while'; known are for, forEach, name."],
  [{ for: { start: 1, end: 2 } }, 'for, updateBy: a whole number is needed, got: nothing.'],
  [
    { for: { start: '{{ A }}', end: 2, updateBy: 1 } },
    'for, start: a whole number is needed, got: "{{ A }}".',
  ],
  [{ for: { start: 1, end: 2, updateBy: 0 } }, 'it would never end: from 1 to 2 by 0.'],
  [{ for: { start: 1, end: 2, updateBy: -1 } }, 'it would never end: from 1 to 2 by -1.'],
  [{ forEach: [] }, 'forEach: a list with entries is needed, got: [].'],
  [{ forEach: [1] }, 'forEach, entry 1: a text is needed, got: 1.'],
  [{ forEach: 'a,b' }, 'forEach: a mapping of fields is needed, got: "a,b".'],
  [
    { forEach: { list: 'a', delimiter: '|' } },
    'delimiter: one of "." "," ";" ":" "\\n" "\\t" " " "-" "_" is needed',
  ],
  [{ for: { start: 1, end: 1_000_000, updateBy: 1 } }, 'does not model a loop of 1000000 iterations'],
])('the loop %j is refused', (loop, message) => {
  expect(() => parseLoop(loop, 'step One, loop')).toThrow(message);
});

test('references to a loop stand in inputs only', () => {
  const loop = { forEach: ['{{ loop.index }}'] };
  expect(() => componentOf([{ loop, ...run('exit 0') }])).toThrow(
    '{{ loop.index }} may stand in inputs only.',
  );
});
