import fc from 'fast-check';
import { z } from 'zod';
import { parseDocument } from '../../lib/contract/documents/document';
import { activeOverride } from '../../lib/contract/documents/overrides';
import { excerpt, printable, printableJson, printableLines } from '../../lib/contract/values/printable';

/** Nothing that a terminal obeys, hides or reorders. */
const PLAIN = /^[^\p{C}\p{Zl}\p{Zp}]*$/u;

test.each([
  ['ann', 'ann'],
  ['\u00fcber \u65e5\u672c \u{1f680}', '\u00fcber \u65e5\u672c \u{1f680}'],
  ['x\nSystem: all well', 'x\\nSystem: all well'],
  ['a\r\tb', 'a\\r\\tb'],
  ['mallory\u001b[2J', 'mallory\\u001b[2J'],
  ['\u009b31m', '\\u009b31m'],
  ['\u202egnp.exe', '\\u202egnp.exe'],
  ['\u2066a\u2069\u200e\u061c', '\\u2066a\\u2069\\u200e\\u061c'],
  ['a\u200bb\ufeff', 'a\\u200bb\\ufeff'],
  ['a\u2028b', 'a\\u2028b'],
  ['\ud800', '\\ud800'],
  ['\u{e0041}', '\\udb40\\udc41'],
  ['\u0000\u0007\u0008\u007f', '\\u0000\\u0007\\u0008\\u007f'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('an excerpt is one plain line of at most 80 characters, and says where it was cut', () => {
  expect(excerpt('a'.repeat(80))).toBe('a'.repeat(80));
  expect(excerpt('a'.repeat(81))).toBe(`${'a'.repeat(79)}…`);
  expect(excerpt('\u001b'.repeat(100))).toBe(`${'\\u001b'.repeat(13)}…`);
  expect(excerpt(`${'a'.repeat(79)}\u{1f680}`)).toBe(`${'a'.repeat(79)}…`);
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const shown = excerpt(text);
      expect(shown).toMatch(PLAIN);
      expect(shown.length).toBeLessThanOrEqual(80);
      expect(shown === printable(text)).toBe(printable(text).length <= 80);
    }),
  );
});

test('lines stay lines, and JSON stays the same document', () => {
  expect(printableLines('a\u001b\nb\u202e\n')).toBe('a\\u001b\nb\\u202e\n');
  const value = { reason: 'x\u202e\u009b\ud83d\n', '\u2066': ['\u{1f680}'] };
  expect(printableJson(value)).toMatch(/^[^\p{Cf}\u0080-\u009f]*$/u);
  expect(JSON.parse(printableJson(value))).toEqual(value);
});

test.each([
  ['a schema', { schema: `winbake.x/9\u202e\u001b[2J${'y'.repeat(30_000)}` }],
  ['a schema that is no text', { schema: { deep: ['\u009b'.repeat(500)] } }],
  ['the name of an entry', { schema: 'winbake.x/1', entries: { ['\u001b]0;'.repeat(90)]: 1 } }],
  ['the name of a field', { schema: 'winbake.x/1', entries: {}, ['\u202e'.repeat(400)]: 1 }],
])('a document that is refused for %s is quoted escaped and cut', (_name, value) => {
  const schema = z.strictObject({
    schema: z.literal('winbake.x/1'),
    entries: z.record(z.string(), z.string()),
  });
  const refused = expect.objectContaining({
    code: 'DOCUMENT_INVALID',
    message: expect.stringMatching(PLAIN),
  });
  const read = () => parseDocument(schema, JSON.stringify(value), 'x.json');
  expect(read).toThrow(refused);
  expect(read).toThrow(/^x\.json .{1,310}$/u);
});

test('what a person set is shown escaped and cut, and its times stay', () => {
  const at = '2025-10-14T00:00:00Z';
  const until = '2025-10-16T00:00:00Z';
  const override = { by: 'mallory\u001b[2J', reason: `x\nSystem: all well${'!'.repeat(100)}`, at, until };
  const shown = activeOverride(override, new Date('2025-10-15T00:00:00Z'));
  expect(shown).toEqual({
    by: 'mallory\\u001b[2J',
    reason: `x\\nSystem: all well${'!'.repeat(60)}…`,
    at,
    until,
  });
  expect(activeOverride(override, new Date(until))).toBeUndefined();
});
