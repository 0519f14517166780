import { candidateTag } from '../../../lib/core/images/candidate-tag';
import { defaultFamilies, FAMILY_NAMES, familyOf, lineFault } from '../../../lib/core/images/family';
import { parseRelease } from '../../../lib/contract/values/release';

test.each([
  ['servercore', '2016', 'windows/servercore', ['ltsc2016']],
  ['servercore', '2019', 'windows/servercore', ['ltsc2019']],
  ['servercore', '2025', 'windows/servercore', ['ltsc2025']],
  ['nanoserver', '2019', 'windows/nanoserver', ['1809', 'ltsc2019']],
  ['nanoserver', '2022', 'windows/nanoserver', ['ltsc2022']],
  ['iis', '2016', 'windows/servercore/iis', ['windowsservercore-ltsc2016']],
  ['iis', '2022', 'windows/servercore/iis', ['windowsservercore-ltsc2022']],
  ['aspnet', '2016', 'dotnet/framework/aspnet', ['4.8-windowsservercore-ltsc2016']],
  ['aspnet', '2019', 'dotnet/framework/aspnet', ['4.8-windowsservercore-ltsc2019']],
  ['aspnet', '2022', 'dotnet/framework/aspnet', ['4.8.1-windowsservercore-ltsc2022']],
  ['aspnet', '2025', 'dotnet/framework/aspnet', ['4.8.1-windowsservercore-ltsc2025']],
  ['server', '2022', 'windows/server', ['ltsc2022']],
  ['framework-runtime', '2022', 'dotnet/framework/runtime', ['4.8.1-windowsservercore-ltsc2022']],
  ['dotnet-aspnet', '2019', 'dotnet/aspnet', ['8.0-nanoserver-1809']],
  ['dotnet-runtime', '2025', 'dotnet/runtime', ['10.0-nanoserver-ltsc2025']],
])('%s on %s follows %s', (name, release, repository, floatingTags) => {
  expect(familyOf(name, parseRelease(release))).toMatchObject({ repository, floatingTags });
});

test.each([
  ['nanoserver', '2016', 'Nano Server images for Windows Server 2016 ended on 2018-10-09'],
  ['dotnet-aspnet', '2016', 'ended on 2018-10-09'],
  ['nanoserver-iis', '2022', 'IIS on Nano Server ended with Windows Server 2016'],
  ['server', '2019', 'exists since Windows Server 2022'],
])('%s on %s is an error that says since when', (name, release, sentence) => {
  expect(() => familyOf(name, parseRelease(release))).toThrow(sentence);
});

test.each(['windows', '', 'toString', 'ServerCore'])('%j is no family', (name) => {
  expect(() => familyOf(name, parseRelease('2022'))).toThrow(`got: '${name}'`);
});

test('the defaults are four, three on 2016, and every named family exists on 2022', () => {
  expect(defaultFamilies(parseRelease('2022'))).toEqual(['servercore', 'nanoserver', 'iis', 'aspnet']);
  expect(defaultFamilies(parseRelease('2016'))).toEqual(['servercore', 'iis', 'aspnet']);
  FAMILY_NAMES.forEach((name) => {
    expect(familyOf(name, parseRelease('2022')).name).toBe(name);
  });
});

test('another line replaces the live one, and nonsense is refused', () => {
  const release = parseRelease('2022');
  expect(familyOf('aspnet', release, '4.8').floatingTags).toEqual(['4.8-windowsservercore-ltsc2022']);
  expect(() => familyOf('aspnet', release, 'new')).toThrow("such as 4.8.1; got: 'new'");
  expect(() => familyOf('servercore', release, '4.8')).toThrow("a single line of tags; got: '4.8'");
});

test.each([
  ['aspnet', '2022', '2021-08-18', '4.8'],
  ['aspnet', '2022', '2021-09-15', '4.8'],
  ['aspnet', '2022', '2022-09-13', '4.8'],
  ['aspnet', '2022', '2022-09-14', '4.8.1'],
  ['aspnet', '2022', '2027-01-01', '4.8.1'],
  ['aspnet', '2025', '2024-12-01', '4.8.1'],
  ['aspnet', '2019', '2018-01-01', '4.8'],
  ['framework-sdk', '2022', '2021-09-15', '4.8'],
  ['dotnet-aspnet', '2022', '2021-09-15', '5.0'],
  ['dotnet-aspnet', '2022', '2023-01-01', '6.0'],
  ['dotnet-aspnet', '2022', '2024-12-01', '8.0'],
  ['dotnet-aspnet', '2022', '2025-12-01', '10.0'],
  ['dotnet-runtime', '2019', '2025-12-01', '8.0'],
  ['servercore', '2022', '2021-09-15', undefined],
])('%s on %s at %s follows the line %s', (name, release, day, line) => {
  expect(familyOf(name, parseRelease(release), undefined, new Date(`${day}T00:00:00Z`)).line).toBe(line);
});

test('a line that is named is followed at any time', () => {
  const at = new Date('2021-09-15T00:00:00Z');
  expect(familyOf('aspnet', parseRelease('2022'), '4.8.1', at).line).toBe('4.8.1');
});

test.each([
  ['aspnet', '2022', '4.8', '2025-10-13T23:59:59Z', undefined],
  [
    ...['aspnet', '2022', '4.8', '2025-10-14T00:00:00Z'],
    'the line 4.8, which is no longer built since 2025-10-14; the live line is 4.8.1',
  ],
  [
    ...['aspnet', '2022', '3.5', '2025-11-12T00:00:00Z'],
    'the line 3.5, which is no longer built since 2025-10-14; the live line is 4.8.1',
  ],
  [
    ...['framework-sdk', '2025', '3.5', '2025-06-01T00:00:00Z'],
    'the line 3.5, which is no longer built since 2025-05-13; the live line is 4.8.1',
  ],
  [
    ...['dotnet-runtime', '2022', '6.0', '2025-01-01T00:00:00Z'],
    'the line 6.0, which is no longer built since 2024-11-13; the live line is 8.0',
  ],
  [
    ...['dotnet-runtime', '2019', '8.0', '2027-01-01T00:00:00Z'],
    'the line 8.0, which is no longer built since 2026-11-11; no other is live',
  ],
  [
    'aspnet',
    '2022',
    '4.9',
    '2025-11-12T00:00:00Z',
    'the line 4.9, which is not known; the live line is 4.8.1',
  ],
  [
    'aspnet',
    '2019',
    '4.6.2',
    '2024-11-12T00:00:00Z',
    'the line 4.6.2, which is not known; the live line is 4.8',
  ],
  ['aspnet', '2022', '4.8.1', '2025-11-12T00:00:00Z', undefined],
  ['aspnet@extra', '2022', '4.8', '2025-11-12T00:00:00Z', 'no longer built'],
  ['tools@extra', '2022', '4.8', '2025-11-12T00:00:00Z', undefined],
  ['servercore', '2022', undefined, '2025-11-12T00:00:00Z', undefined],
] as [string, string, string | undefined, string, string | undefined][])(
  '%s on %s with the line %s at %s: %s',
  (name, release, line, at, expected) => {
    const fault = lineFault({ name, release: parseRelease(release), line }, new Date(at));
    if (expected === undefined) {
      expect(fault).toBeUndefined();
    } else {
      expect(fault?.sentence).toContain(expected);
    }
  },
);

test.each([
  ['servercore', 'ltsc2022', 'floating'],
  ['servercore', '10.0.20348.4294', 'revision'],
  ['servercore', '10.0.20348.4294-amd64', 'revision'],
  ['servercore', '10.0.20348.4294-arm64', undefined],
  ['servercore', '10.0.17763.4294', undefined],
  ['servercore', 'ltsc2022-amd64', undefined],
  ['servercore', 'ltsc2022-KB5066782', undefined],
  ['servercore', '20251014', undefined],
  ['iis', '20251014-windowsservercore-ltsc2022', 'dated'],
  ['iis', '20251014-windowsservercore-ltsc2019', undefined],
  ['iis', 'latest', undefined],
  ['aspnet', '4.8.1-20251014-windowsservercore-ltsc2022', 'dated'],
  ['aspnet', '4.8-20250909-windowsservercore-ltsc2022', undefined],
  ['aspnet', '4x8x1-20251014-windowsservercore-ltsc2022', undefined],
  ['aspnet', '4.8.1', undefined],
  ['dotnet-aspnet', '10.0.1-nanoserver-ltsc2022', 'dated'],
  ['dotnet-aspnet', '10.0', undefined],
])('to %s on 2022 the tag %s is %s', (name, tag, kind) => {
  expect(candidateTag(familyOf(name, parseRelease('2022')), tag)?.kind).toBe(kind);
});
