import { parseRelease, releaseOfBuild, RELEASES } from '../../lib/contract/values/release';

test.each([
  ['2016', 14393],
  ['2019', 17763],
  ['2022', 20348],
  ['2025', 26100],
])('release %s is build %i, both ways', (name, build) => {
  expect(parseRelease(name).build).toBe(build);
  expect(releaseOfBuild(build)?.name).toBe(name);
});

test.each(['', '2012', '23H2', '2022 ', 'Server2022', 'toString'])('%j is no release', (text) => {
  expect(() => parseRelease(text)).toThrow(`one of 2016, 2019, 2022, 2025; got: '${text}'`);
});

test('a build that hosts no containers has no release', () => {
  expect(releaseOfBuild(25398)).toBeUndefined();
});

test('only 2016 needs the equal revision', () => {
  expect(RELEASES.filter((release) => release.needsEqualRevision).map((release) => release.name)).toEqual([
    '2016',
  ]);
});
