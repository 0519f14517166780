import { WinbakeError } from '../../../../lib/contract/values/errors';
import {
  hostRevisions,
  type HostRevisionLookup,
  readHostRevisions,
} from '../../../../sim/registry/history/host-revisions';
import { readHistory } from '../../../../sim/registry/history/read-history';
import { file, history } from './event-fixture';

const HEADER = 'build,revision,os_version,kb,date,type,hasContainerImage';

function table(...rows: readonly string[]): string {
  return file([HEADER, ...rows, ''].join('\n'), 'hosts.csv');
}

describe('the built-in table', () => {
  const rows = readHostRevisions();

  test('has every known update of the four builds', () => {
    expect(rows).toHaveLength(508);
    const counts = Map.groupBy(rows, (one) => one.type);
    expect([...counts].map(([type, of]) => `${type} ${of.length}`).sort()).toEqual([
      ...['B 290', 'C 28', 'D 14', 'OOB 67', 'RTM 2', 'hotpatch 31', 'non-B 76'],
    ]);
  });

  test.each<[number, string, number | undefined, string]>([
    [20348, '2025-10-14T16:59:59Z', 4171, 'a second before ten on Patch Tuesday'],
    [20348, '2025-10-14T17:00:00Z', 4294, 'at ten in summer'],
    [20348, '2025-10-30T00:00:00Z', 4294, 'after an out-of-band update, which is no B revision'],
    [20348, '2025-12-09T17:59:59Z', 4405, 'a second before ten in winter'],
    [20348, '2025-12-09T18:00:00Z', 4529, 'at ten in winter; the hotpatch 4467 of that day does not count'],
    [26100, '2030-01-01T00:00:00Z', 32_995, 'beyond the end'],
    [14393, '2016-08-01T00:00:00Z', undefined, 'before the first'],
    [25398, '2025-01-01T00:00:00Z', undefined, 'a build that it does not know'],
  ])('%d at %s is at %p: %s', (build, instant, revision) => {
    const lookup = hostRevisions({ history: readHistory(), userHistory: false });
    expect(lookup(build, new Date(instant))).toBe(revision);
  });
});

describe('a table of the user', () => {
  const hosts = table(
    '20348,9000,10.0.20348.9000,KB1,2026-03-10,B,yes',
    '20348,9001,10.0.20348.9001,,2026-03-20,OOB,no',
  );

  test('counts alone, also beside a history of the user', () => {
    const shown = history({ from: '2026-03-10T18:00:00Z', osVersion: '10.0.20348.9500' });
    for (const userHistory of [true, false]) {
      const lookup = hostRevisions({ history: shown, userHistory, hosts });
      expect(lookup(20348, new Date('2026-03-10T16:59:59Z'))).toBeUndefined();
      expect(lookup(20348, new Date('2026-03-31'))).toBe(9000);
      expect(lookup(26100, new Date('2026-03-31'))).toBeUndefined();
    }
  });

  test('may have Windows line ends', () => {
    expect(readHostRevisions(file(`${HEADER}\r\n20348,1,10.0.20348.1,,2026-03-10,B,yes\r\n`))).toHaveLength(
      1,
    );
  });

  test.each([
    ['build,revision\n', 'must begin with the line build,revision,os_version', "got: 'build,revision'"],
    ['', 'must begin with the line', "got: ''"],
    [`${HEADER}\n`, 'names no revision', 'got: only a header'],
    [`${HEADER}\n\n20348,1\n`, 'line 3: a row has 7 fields', "got: '20348,1'"],
    [`${HEADER}\n20348,1,10.0.20348,,2026-03-10,B,yes`, 'line 2: os_version must have four parts', 'got:'],
    [
      `${HEADER}\n20348,2,10.0.20348.1,,2026-03-10,B,yes`,
      'line 2: build and revision must be those of',
      'got:',
    ],
    [
      `${HEADER}\n17763,1,10.0.20348.1,,2026-03-10,B,yes`,
      'line 2: build and revision must be those of',
      'got:',
    ],
    [`${HEADER}\n20348,1,10.0.20348.1,507,2026-03-10,B,yes`, 'line 2: kb must be', 'got:'],
    [`${HEADER}\n20348,1,10.0.20348.1,,2026-02-30,B,yes`, 'line 2: date must be a day', 'got:'],
    [`${HEADER}\n20348,1,10.0.20348.1,,2026-03-10,A,yes`, 'line 2: type must be one of B, OOB', 'got:'],
    [
      `${HEADER}\n20348,1,10.0.20348.1,,2026-03-10,B,perhaps`,
      'line 2: hasContainerImage must be one of yes',
      'got:',
    ],
  ])('is refused: %p', (text, problem, got) => {
    const path = file(text, 'hosts.csv');
    const call = (): unknown => readHostRevisions(path);
    expect(call).toThrow(WinbakeError);
    expect(call).toThrow(expect.objectContaining({ code: 'DOCUMENT_INVALID' }));
    expect(call).toThrow(`'${path}'`);
    expect(call).toThrow(problem);
    expect(call).toThrow(got);
  });
});

describe('beside a history of the user, without a table of his', () => {
  const lookupOf = (...rows: Record<string, unknown>[]): HostRevisionLookup =>
    hostRevisions({ history: history(...rows), userHistory: true });
  const shows = (from: string, revision: number, more: object = {}): Record<string, unknown> => ({
    from,
    osVersion: `10.0.20348.${revision}`,
    ...more,
  });

  test.each<[string, number | undefined, string]>([
    ['2026-03-10T16:59:59Z', undefined, 'before the first Patch Tuesday'],
    ['2026-03-10T17:00:00Z', 9000, 'from ten, whenever the tag came that day'],
    ['2026-03-31T00:00:00Z', 9000, 'an image out of band moves no host'],
    ['2026-04-14T16:59:59Z', 9000, 'to the next Patch Tuesday'],
    ['2026-04-14T17:00:00Z', 9100, 'the greatest of the day'],
    ['2026-05-12T17:00:00Z', 9100, 'a tag that went back takes no host back'],
    ['2026-06-09T17:00:00Z', 9300, 'a revision that stood on Patch Tuesday'],
  ])('invented revisions: at %s the host is at %p: %s', (instant, revision) => {
    const lookup = lookupOf(
      shows('2026-03-11T06:59:59Z', 9000),
      shows('2026-03-20T18:00:00Z', 9050),
      shows('2026-04-14T19:00:00Z', 9100),
      shows('2026-04-15T18:00:00Z', 9000),
      shows('2026-05-20T18:00:00Z', 9300),
      shows('2026-06-30T18:00:00Z', 9300, { tag: 'ltsc2025' }),
    );
    expect(lookup(20348, new Date(instant))).toBe(revision);
    expect(lookup(26100, new Date(instant))).toBeUndefined();
  });

  test('a tag that came on the day after, in Redmond, was not shown on Patch Tuesday', () => {
    const lookup = lookupOf(shows('2026-03-11T07:00:00Z', 9000), shows('2026-04-30T00:00:00Z', 9001));
    expect(lookup(20348, new Date('2026-04-14T16:59:59Z'))).toBeUndefined();
    expect(lookup(20348, new Date('2026-04-14T17:00:00Z'))).toBe(9000);
  });

  test('other tags and other repositories do not move it', () => {
    const lookup = lookupOf(
      shows('2026-03-10T18:00:00Z', 9001, { tag: '10.0.20348.9001' }),
      shows('2026-03-10T18:00:00Z', 9002, { tag: '1809' }),
      shows('2026-03-10T18:00:00Z', 9003, { repository: 'windows/nanoserver' }),
      { from: '2026-03-10T18:00:00Z', osVersion: null },
    );
    expect(lookup(20348, new Date('2026-03-31'))).toBeUndefined();
  });

  test.each([
    ['2025-10-14T17:00:00Z', 4294, 'a month of the table whose revision the history holds'],
    ['2025-11-11T17:59:59Z', 4294, 'until the next'],
    [
      '2025-11-11T18:00:00Z',
      4410,
      'a month whose revision 4405 the history does not hold: its own tag counts',
    ],
    ['2025-12-09T18:00:00Z', 4529, 'held again, though only under a full-revision tag'],
    ['2026-01-13T18:00:00Z', 4700, 'beyond the table'],
  ])('recorded and invented revisions: at %s the host is at %p: %s', (instant, revision) => {
    const lookup = lookupOf(
      shows('2025-10-16T18:00:00Z', 4294),
      shows('2025-11-11T20:00:00Z', 4410),
      shows('2025-12-10T20:00:00Z', 4529, { tag: '10.0.20348.4529' }),
      shows('2026-01-13T20:00:00Z', 4700),
    );
    expect(lookup(20348, new Date(instant))).toBe(revision);
  });

  test('in a month of the table the tag does not count', () => {
    const lookup = lookupOf(
      shows('2025-10-14T18:00:00Z', 4294, { tag: '10.0.20348.4294' }),
      shows('2025-10-14T18:00:00Z', 4300),
    );
    expect(lookup(20348, new Date('2025-10-31'))).toBe(4294);
  });

  test('a history that begins with an older revision has its month from the table', () => {
    const lookup = lookupOf(shows('2025-12-01T00:00:00Z', 4405), shows('2025-12-09T19:00:00Z', 4529));
    expect(lookup(20348, new Date('2025-12-01'))).toBe(4405);
    expect(lookup(20348, new Date('2025-12-09T18:00:00Z'))).toBe(4529);
  });

  test('recorded revisions that were moved to another year are not those of the table', () => {
    const lookup = lookupOf(shows('2027-09-14T18:00:00Z', 4171), shows('2027-10-12T18:00:00Z', 4294));
    expect(lookup(20348, new Date('2027-10-12T16:59:59Z'))).toBe(4171);
    expect(lookup(20348, new Date('2027-10-12T17:00:00Z'))).toBe(4294);
  });

  test('the recorded history itself gives the table again wherever it has images', () => {
    const [own, builtIn] = [true, false].map((userHistory) =>
      hostRevisions({ history: readHistory(), userHistory }),
    );
    for (let time = Date.UTC(2021, 8, 1, 9); time < Date.UTC(2026, 0, 1); time += 61 * 3_600_000) {
      const instant = new Date(time);
      expect([instant, own?.(20348, instant)]).toEqual([instant, builtIn?.(20348, instant)]);
    }
  });
});
