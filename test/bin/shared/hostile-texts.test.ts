import type { SNSClient } from '@aws-sdk/client-sns';
import { runProgram } from '../../../bin/program';
import { carryOutOrder } from '../../../bin/shared/carry-out-order';
import { printAnswer } from '../../../bin/shared/layout';
import { formatFindings, formatTable } from '../../../bin/shared/table';
import { snsNotifier } from '../../../lib/aws/notices';
import { readHold } from '../../../lib/core/bake/hold';
import { memoryParameters } from '../../support/memory-ports';

const HOSTILE = [
  'mallory\u001b[2J\u001b[H',
  'x\nSystem: all is well',
  '\u202eevil\u202c\u2066',
  '\u009b1;31m\u0007\u0008',
  `\u001b]8;;https://example.com\u0007${'z'.repeat(31_000)}`,
] as const;

/** What a terminal obeys, hides or reorders; lines of ours end in a line break. */
const OBEYED = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/u;

function terminal(columns?: number) {
  const written: string[] = [];
  const out = (text: string) => void written.push(text);
  return { out, err: out, written, ...(columns === undefined ? {} : { columns }) };
}

describe.each(HOSTILE)('of %j', (text) => {
  test('an answer shows nothing that a terminal obeys, for people and as JSON', () => {
    const people = terminal(80);
    const answer = { schema: 'winbake.x/1', document: { text }, text: () => `reason: ${text}\n` };
    printAnswer(people, false, answer);
    const machines = terminal();
    printAnswer(machines, true, answer);
    expect(people.written.join('')).not.toMatch(OBEYED);
    expect(machines.written.join('')).not.toMatch(OBEYED);
    expect(JSON.parse(machines.written.join(''))).toEqual({ schema: 'winbake.x/1', text });
  });

  test('a cell of a table and a finding make no line of their own', () => {
    const table = formatTable([{ title: 'a' }, { title: 'b' }], [[text, 'end']]);
    expect(table.split('\n')).toHaveLength(3);
    expect(table).not.toMatch(OBEYED);
    const findings = formatFindings([{ code: 'LATE', severity: 'info', message: text }]);
    expect(findings.split('\n')).toHaveLength(2);
    expect(findings).not.toMatch(OBEYED);
  });

  test('a plan has as many lines as changes and reasons', async () => {
    const screen = terminal(80);
    await carryOutOrder({
      terminal: screen,
      ask: () => Promise.resolve(false),
      options: { reason: text },
      mayRefuse: false,
      send: () => Promise.resolve({ verb: 'hold', changes: ['hold'], reasons: [text], done: false }),
    });
    expect(screen.written.join('')).not.toMatch(OBEYED);
    expect(screen.written.join('')).not.toContain('\nSystem');
  });

  test('a sentence about wrong usage quotes it as it is', async () => {
    const screen = terminal();
    await runProgram(['compat', text, '--json'], '0', screen);
    expect(screen.written[0]?.trimEnd().split('\n')).toHaveLength(1);
    expect(screen.written.join('')).not.toMatch(OBEYED);
  });

  test('a message that goes out shows nothing that a mail obeys', async () => {
    const sent: { Subject: string; Message: string }[] = [];
    const send = ({ input }: { input: { Subject: string; Message: string } }) => {
      sent.push(input);
      return Promise.resolve({});
    };
    await snsNotifier({ send } as unknown as SNSClient, 'topic').notify(
      `held: ${text}`,
      `held: ${text}\nend`,
    );
    expect(sent[0]?.Subject).toMatch(/^[\x20-\x7e]{1,100}$/);
    expect(sent[0]?.Message).not.toMatch(OBEYED);
  });

  test('a hold is read as excerpts of what its person wrote', async () => {
    const home = memoryParameters({
      '/winbake/x/hold': {
        by: text,
        reason: text,
        at: '2025-10-14T00:00:00Z',
        until: '2025-10-20T00:00:00Z',
      },
    });
    const hold = await readHold(home, '/winbake/x', new Date('2025-10-15T00:00:00Z'));
    expect(`${hold?.by} ${hold?.reason}`).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(hold?.by.length).toBeLessThanOrEqual(80);
    expect(hold?.reason.length).toBeLessThanOrEqual(80);
  });
});
