import fc from 'fast-check';
import { compatibility } from '../../../lib/core/images/compatibility';
import { parseOsVersion } from '../../../lib/contract/values/os-version';
import { RELEASES } from '../../../lib/contract/values/release';

test.each([
  // host, image, kernel, rule
  ['10.0.20348.4294', '10.0.20348.4294', 'allowed', 'sameRevision'],
  ['10.0.20348.4294', '10.0.20348.4171', 'allowed', 'olderRevision'],
  ['10.0.20348.4171', '10.0.20348.4294', 'risky', 'newerRevision'],
  ['10.0.17763.7919', '10.0.17763.1', 'allowed', 'olderRevision'],
  ['10.0.17763.7919', '10.0.20348.4294', 'refused', 'otherBuild'],
  ['10.0.20348.4294', '10.0.17763.7919', 'refused', 'otherBuild'],
  ['10.0.20348.4294', '10.0.26100.1', 'refused', 'otherBuild'],
  ['10.0.26100.6899', '10.0.20348.4294', 'allowed', 'image2022OnHost2025'],
  ['10.0.26100.1', '10.0.20348.9999', 'allowed', 'image2022OnHost2025'],
  ['10.0.26100.6899', '10.0.17763.7919', 'refused', 'otherBuild'],
  ['10.0.26100.6899', '10.0.14393.8519', 'refused', 'otherBuild'],
  ['10.0.26100.6584', '10.0.26100.6899', 'risky', 'newerRevision'],
  ['10.0.14393.8519', '10.0.14393.8519', 'allowed', 'sameRevision'],
  ['10.0.14393.8519', '10.0.14393.8422', 'risky', 'equalRevisionNeeded'],
  ['10.0.14393.8422', '10.0.14393.8519', 'refused', 'equalRevisionNeeded'],
  ['10.0.14393.8519', '10.0.17763.7919', 'refused', 'otherBuild'],
])('host %s, image %s: %s by %s', (host, image, kernel, rule) => {
  expect(compatibility(parseOsVersion(host), parseOsVersion(image))).toMatchObject({ kernel, rule });
});

test('compatible is true exactly where Windows allows it, and every answer is one sentence', () => {
  const version = fc.record({
    build: fc.constantFrom(...RELEASES.map((release) => release.build)),
    revision: fc.nat(10),
  });
  fc.assert(
    fc.property(version, version, (host, image) => {
      const answer = compatibility(host, image);
      expect(answer.compatible).toBe(answer.kernel === 'allowed');
      expect(answer.message).toMatch(/^[A-Z][^\n]*\.$/);
    }),
  );
});
