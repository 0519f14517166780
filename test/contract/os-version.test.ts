import fc from 'fast-check';
import {
  formatOsVersion,
  parseHostVersion,
  parseOsVersion,
  readOsVersion,
} from '../../lib/contract/values/os-version';
import { parseRelease, RELEASES } from '../../lib/contract/values/release';

test('reads back what it writes, for every release and revision', () => {
  fc.assert(
    fc.property(fc.constantFrom(...RELEASES), fc.nat(999_999_999), ({ build }, revision) => {
      expect(parseOsVersion(formatOsVersion({ build, revision }))).toEqual({ build, revision });
    }),
  );
});

test.each([
  '',
  '10.0.20348',
  '10.0.20348.4294.1',
  '10.0.20348.04294',
  '10.0.20348.-1',
  '10.0.20348.4294 ',
  '10.1.20348.4294',
  '6.3.9600.1',
  '10.0.20348.4294-amd64',
  '10.0.20348.9999999999',
  '１０.0.20348.1',
])('%j is no OS version', (text) => {
  expect(readOsVersion(text)).toBeUndefined();
  expect(() => parseOsVersion(text)).toThrow(`four parts, such as 10.0.20348.4294; got: '${text}'`);
});

test('a build that is no server release is refused by name', () => {
  expect(() => parseOsVersion('10.0.25398.1')).toThrow(
    "Build 25398 of '10.0.25398.1' is no Windows Server release",
  );
});

test('a host of another release is refused and named', () => {
  expect(() => parseHostVersion('10.0.17763.1', parseRelease('2022'))).toThrow(
    "A host of Windows Server 2022 has build 20348; got: '10.0.17763.1', which is Windows Server 2019.",
  );
});
