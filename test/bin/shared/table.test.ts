import fc from 'fast-check';
import { shortInstants, wrapText } from '../../../bin/shared/layout';
import { formatHours, formatTable } from '../../../bin/shared/table';

const COLUMNS = [
  { title: 'family' },
  { title: 'OS version' },
  { title: 'Because' },
  { title: 'tasks', align: 'right' },
] as const;
const ROWS = [
  [
    'servercore',
    '10.0.20348.4294',
    'the newest that is not newer than the host, which is fully updated',
    '3',
  ],
  ['iis', '10.0.20348.4171', 'late', '12'],
];

test('without a width a row is a line, headings are capitals and numbers stand at the right', () => {
  expect(formatTable(COLUMNS, ROWS)).toBe(
    `FAMILY      OS VERSION       ${'BECAUSE'.padEnd(66)}  TASKS\n` +
      `servercore  10.0.20348.4294  ${ROWS[0]![2]!.padEnd(66)}      3\n` +
      `iis         10.0.20348.4171  ${'late'.padEnd(66)}     12\n`,
  );
});

test('in a terminal cells are wrapped between words', () => {
  expect(formatTable(COLUMNS, ROWS, 60)).toBe(
    [
      'FAMILY      OS VERSION       BECAUSE                   TASKS',
      'servercore  10.0.20348.4294  the newest that is not        3',
      '                             newer than the host,',
      '                             which is fully updated',
      'iis         10.0.20348.4171  late                         12',
      '',
    ].join('\n'),
  );
});

test('where the words of a row do not fit beside each other, each row is a block', () => {
  expect(formatTable(COLUMNS, ROWS, 34)).toBe(
    [
      'FAMILY      servercore',
      'OS VERSION  10.0.20348.4294',
      'BECAUSE     the newest that is not',
      '            newer than the host,',
      '            which is fully updated',
      'TASKS       3',
      '',
      'FAMILY      iis',
      'OS VERSION  10.0.20348.4171',
      'BECAUSE     late',
      'TASKS       12',
      '',
    ].join('\n'),
  );
});

test('columns that may go below their row do so where the table is too wide, and nowhere else', () => {
  const columns = COLUMNS.map((one) => ({ ...one, below: one.title === 'Because' }));
  expect(formatTable(columns, ROWS, 60)).toBe(formatTable(COLUMNS, ROWS, 60));
  expect(
    formatTable(
      columns,
      [
        ['iis', '10.0.20348.4171', 'late', '12'],
        ['x', '1.2', '', '3'],
      ],
      34,
    ),
  ).toBe(
    [
      'FAMILY  OS VERSION       TASKS',
      'iis     10.0.20348.4171     12',
      '  late',
      'x       1.2                  3',
      '',
    ].join('\n'),
  );
  // Not even the others fit.
  expect(formatTable(columns, ROWS, 20)).toBe(formatTable(COLUMNS, ROWS, 20));
});

const token = fc.stringMatching(/^[a-z0-9.:-]{1,25}$/);
const text = fc.array(token, { minLength: 1, maxLength: 12 }).map((tokens) => tokens.join(' '));

test('no word is ever broken or lost, and a line is too long for one word alone', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(text, text, text), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 20, max: 120 }),
      (rows, width) => {
        const titles = ['a', 'b c', 'd'].map((title) => ({ title }));
        const out = formatTable(titles, rows, width);
        const tokens = out.split(/\s+/);
        for (const one of rows.flat().flatMap((cell) => cell.split(' '))) {
          expect(tokens).toContain(one);
        }
        for (const line of out.split('\n').filter((one) => one.length > width)) {
          expect(line.slice(5).trim()).not.toContain(' ');
        }
      },
    ),
  );
});

test('text is wrapped between words, with its indentation', () => {
  expect(wrapText('  held until 2025-10-20T00:00Z by ann: release week', 32)).toBe(
    '  held until 2025-10-20T00:00Z\n    by ann: release week',
  );
  expect(wrapText('x'.repeat(50), 20)).toBe('x'.repeat(50));
});

test('instants have one form', () => {
  expect(shortInstants('at 2025-10-16T06:00:00.000Z, 2025-10-16T06:00:30Z and 2025-10-16T06:00Z')).toBe(
    'at 2025-10-16T06:00Z, 2025-10-16T06:00Z and 2025-10-16T06:00Z',
  );
});

test.each([
  [0, '0.0 h'],
  [47.94, '47.9 h'],
  [48, '2.0 d'],
  [239, '10.0 d'],
  [9848.4, '410 d'],
])('%d hours are %s', (hours, reported) => {
  expect(formatHours(hours)).toBe(reported);
});
