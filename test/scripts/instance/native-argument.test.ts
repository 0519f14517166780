import { join } from 'node:path';
import { evaluate } from '../support/evaluate';
import { describeWithPowerShell, requirePowerShell } from '../support/power-shell';
import { INSTANCE_SCRIPTS } from '../support/run-cases';

const MODULE = join(INSTANCE_SCRIPTS, 'Winbake', 'Winbake.psd1');

describeWithPowerShell('an argument of a program', () => {
  test.each([
    ['as it is where it holds no space', 'pull', { output: ['pull'], error: '' }],
    ['in quotes where it is empty', '', { output: ['""'], error: '' }],
    ['with a backslash at its end doubled in quotes', 'a b\\', { output: ['"a b\\\\"'], error: '' }],
    [
      'refused with a double quote, which not every program takes',
      'a"b',
      { output: [], error: expect.stringContaining('An argument holds a double quote') as string },
    ],
  ])('is %s', async (_, text, expected) => {
    const call = `& (Import-Module '${MODULE}' -PassThru) { ConvertTo-NativeArgument -Text '${text}' }`;
    expect(await evaluate(await requirePowerShell(), [call])).toEqual([expected]);
  });
});
