import { chooseManifests, incompatibility } from '../../../../sim/windows/docker/resolve-manifest';
import { digestOf } from '../../../../sim/registry/memory-registry';

/** An index entry in short: `os/architecture osVersion`. */
function entry(text: string) {
  const [platform = '', osVersion] = text.split(' ');
  const [os = '', architecture = ''] = platform.split('/');
  return { digest: digestOf(text), platform: { os, architecture, osVersion } };
}

const ofVersion = (version: string): string => `windows/amd64 ${version}`;
const [OLD, HOST, HOST_LATER, NEWER] = [
  ofVersion('10.0.17763.7919'),
  ofVersion('10.0.20348.1'),
  ofVersion('10.0.20348.9999'),
  ofVersion('10.0.26100.1'),
];

describe('entries of an index that Docker considers on build 20348, first choice first', () => {
  test.each([
    ['the host build before older ones', [OLD, HOST], [HOST, OLD]],
    ['an older build where there is no other', [NEWER, OLD], [OLD]],
    ['later builds never', [NEWER], []],
    ['revisions are not compared, the index decides', [HOST_LATER, HOST], [HOST_LATER, HOST]],
    ['nor in the other order', [HOST, HOST_LATER], [HOST, HOST_LATER]],
    ['older builds keep their order', [OLD, ofVersion('10.0.19041.1')], [OLD, ofVersion('10.0.19041.1')]],
    ['without a version it stays, behind', ['windows/amd64', HOST], [HOST, 'windows/amd64']],
    ['a version that is none stays, behind', [ofVersion('latest'), HOST], [HOST, ofVersion('latest')]],
    [
      'a build that begins alike is another',
      [ofVersion('10.0.2034.1'), HOST],
      [HOST, ofVersion('10.0.2034.1')],
    ],
    ['other processors never', ['windows/arm64 10.0.20348.1', 'windows/arm 10.0.20348.1'], []],
    ['other systems never', ['linux/amd64', 'unknown/unknown'], []],
    ['whatever the case of the system', ['Windows/amd64 10.0.20348.1'], ['Windows/amd64 10.0.20348.1']],
    ['nothing of nothing', [], []],
  ])('%s', (_name, given, expected) => {
    expect(chooseManifests(given.map(entry), 20348)).toEqual(expected.map(entry));
  });

  test('entries that are no images never', () => {
    expect(chooseManifests([{ digest: digestOf('attestation'), platform: undefined }], 20348)).toEqual([]);
  });
});

test.each([
  ['10.0.20348.9999', undefined],
  ['10.0.17763.1', undefined],
  ['10.0.20349.1', 'a Windows version 10.0.20349-based image is incompatible with a 10.0.20348 host'],
  ['10.0.26100', 'a Windows version 10.0.26100-based image is incompatible with a 10.0.20348 host'],
  ['10.0', undefined],
  ['10.0.x.1', undefined],
  ['', undefined],
  [undefined, undefined],
])('an image of %s on build 20348: %s', (osVersion, refusal) => {
  expect(incompatibility(osVersion, 20348)).toBe(refusal);
});
