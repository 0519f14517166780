import { gzipSync } from 'node:zlib';
import { WinbakeError } from '../../../../lib/contract/values/errors';
import { readHistory } from '../../../../sim/registry/history/read-history';
import { digest, file, lines, row } from './event-fixture';

/** The code and message with which a call fails. */
function failure(call: () => unknown): { code: string; message: string } {
  try {
    call();
  } catch (error) {
    if (error instanceof WinbakeError) {
      return { code: error.code, message: error.message };
    }
    throw error;
  }
  throw new Error('It did not fail.');
}

describe('a history file', () => {
  test.each([
    ['plain', (text: string) => text, 'a.jsonl'],
    ['gzip, whatever its name', (text: string) => gzipSync(text), 'a.jsonl'],
    ['plain, whatever its name', (text: string) => text, 'a.jsonl.gz'],
    [
      'with Windows line ends and a byte order mark',
      (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}`,
      'a',
    ],
    ['with empty lines', (text: string) => `\n${text}\n\n`, 'a'],
  ])('may be %s', (_name, encode, name) => {
    expect(readHistory(file(encode(lines(row())), name)).events).toHaveLength(1);
  });

  test('needs no order', () => {
    const late = row({ from: '2026-04-14T18:00:00Z', osVersion: '10.0.20348.9100' });
    const same = row({ tag: '10.0.20348.9000' });
    const { events } = readHistory(file(lines(late, row(), same)));
    expect(events.map((one) => `${one.from} ${one.tag}`)).toEqual([
      '2026-03-10T18:00:00Z 10.0.20348.9000',
      '2026-03-10T18:00:00Z ltsc2022',
      '2026-04-14T18:00:00Z ltsc2022',
    ]);
  });

  test('may leave optional fields out and have fields that nobody knows', () => {
    const { evidence, ...bare } = row({ seenBy: 'me', osVersion: null });
    expect(evidence).toBe('synthetic');
    expect(readHistory(file(lines(bare))).events[0]).toEqual({
      ...{ from: '2026-03-10T18:00:00Z', time: Date.UTC(2026, 2, 10, 18), repository: 'windows/servercore' },
      ...{ tag: 'ltsc2022', osVersion: null, digest: null, mediaType: bare['mediaType'] },
      ...{ platformDigest: null, layers: [], evidence: 'unknown', note: null },
    });
  });

  test('may be of a build that is no release, with an instant at an offset', () => {
    const other = row({ osVersion: '10.0.25398.1', from: '2026-03-10T11:00:00.5-07:00' });
    expect(readHistory(file(lines(other))).events[0]?.time).toBe(Date.UTC(2026, 2, 10, 18, 0, 0, 500));
  });
});

describe('a line that is no event is named with what was received', () => {
  test.each([
    ['from', '2026-02-30T00:00:00Z', 'ISO-8601 instant', 'got: "2026-02-30T00:00:00Z"'],
    ['from', '2026-03-10', 'ISO-8601 instant', 'got: "2026-03-10"'],
    ['from', '2026-03-10T18:00:00', 'ISO-8601 instant', 'got: "2026-03-10T18:00:00"'],
    ['from', 5, 'ISO-8601 instant', 'got: 5'],
    ['repository', '', 'name of a repository', 'got: ""'],
    ['repository', 'Windows/ServerCore', 'name of a repository', 'got: "Windows/ServerCore"'],
    ['tag', 'a b', 'a tag', 'got: "a b"'],
    ['tag', undefined, 'a tag', 'got: nothing'],
    ['osVersion', '10.0.20348', 'four parts', 'got: "10.0.20348"'],
    ['osVersion', undefined, 'four parts', 'got: nothing'],
    ['digest', 'sha256:abc', '64 hexadecimal', 'got: "sha256:abc"'],
    ['digest', undefined, '64 hexadecimal', 'got: nothing'],
    ['platformDigest', 7, '64 hexadecimal', 'got: 7'],
    ['mediaType', 'text/html', 'media type', 'got: "text/html"'],
    ['layers', {}, 'list of', 'got: {}'],
    ['layers', [{ digest: digest('a'), size: -1 }], 'list of', 'got: [{"digest":"sha256:aaaa'],
    ['layers', [{ size: 1 }], 'list of', 'got: [{"size":1}]'],
    ['evidence', 'guessed', 'one of recorded, recorded-month', 'got: "guessed"'],
    ['note', 3, 'a text', 'got: 3'],
  ])('%s %p', (field, value, rule, got) => {
    const path = file(lines(row(), row({ tag: 'other', [field]: value })));
    const { code, message } = failure(() => readHistory(path));
    expect(code).toBe('DOCUMENT_INVALID');
    expect(message).toContain(`History file '${path}', line 2: "${field}" must be `);
    expect(message).toContain(rule);
    expect(message).toContain(got);
  });

  test.each([
    ['{"from":', 'line 1 is not JSON; got: {"from":.'],
    ['[]', 'line 1 is not a JSON object; got: [].'],
    ['from,repository,tag', 'line 1 is not JSON; got: from,repository,tag.'],
    [`"${'x'.repeat(200)}"`, `line 1 is not a JSON object; got: "${'x'.repeat(76)}...`],
  ])('%p', (text, message) => {
    expect(failure(() => readHistory(file(text)))).toEqual({
      code: 'DOCUMENT_INVALID',
      message: expect.stringContaining(message),
    });
  });

  test('a second word about one tag at one instant, also in another time zone', () => {
    const again = row({ from: '2026-03-10T11:00:00-07:00', osVersion: '10.0.20348.9001' });
    expect(failure(() => readHistory(file(lines(row(), again)))).message).toMatch(
      /line 2 says again .* after line 1; got: windows\/servercore:ltsc2022 from 2026-03-10T11:00:00-07:00\.$/,
    );
  });
});

describe('a file that cannot be read', () => {
  const damaged = gzipSync(lines(row())).subarray(0, -9);
  test.each([
    [
      'absent',
      () => '/nonexistent/history.jsonl',
      'FILE_UNREADABLE',
      /'\/nonexistent\/history.jsonl' does not exist\.$/,
    ],
    ['a folder', () => __dirname, 'FILE_UNREADABLE', /is a folder\.$/],
    ['damaged', () => file(damaged), 'FILE_UNREADABLE', /is damaged/],
    ['binary', () => file(Uint8Array.of(0x80, 0xff)), 'FILE_UNREADABLE', /is not UTF-8 text\.$/],
    ['empty', () => file('\n\n'), 'DOCUMENT_INVALID', /has no event; got: an empty file\.$/],
  ])('%s', (_name, path, code, message) => {
    expect(failure(() => readHistory(path()))).toEqual({ code, message: expect.stringMatching(message) });
  });
});
