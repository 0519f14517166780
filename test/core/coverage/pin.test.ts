import { type CachedImage, pinOf } from '../../../lib/core/coverage/coverage';

const D = (digit: string): `sha256:${string}` => `sha256:${digit.repeat(64)}`;

function image(
  family: string,
  repository: string,
  tag: string,
  osVersion: string,
  digit: string,
): CachedImage {
  return { family, repository, tag, osVersion, digest: D(digit), platformDigest: D('f') };
}

const ON_2022 = [
  image('servercore', 'windows/servercore', 'ltsc2022', '10.0.20348.4294', '1'),
  image('servercore@previous', 'windows/servercore', '10.0.20348.4171', '10.0.20348.4171', '2'),
  image('iis', 'windows/servercore/iis', 'windowsservercore-ltsc2022', '10.0.20348.4294', '3'),
  image('aspnet', 'dotnet/framework/aspnet', '4.8.1-windowsservercore-ltsc2022', '10.0.20348.4294', '4'),
  image('aspnet@previous', 'dotnet/framework/aspnet', '10.0.20348.4171', '10.0.20348.4171', '5'),
  image('dotnet-aspnet@extra', 'dotnet/aspnet', '8.0-nanoserver-ltsc2022', '10.0.20348.4294', '6'),
];
const ON_2025 = [
  image('servercore', 'windows/servercore', 'ltsc2025', '10.0.26100.6899', '7'),
  image('servercore@2022', 'windows/servercore', 'ltsc2022', '10.0.20348.4294', '1'),
];
const ON_2019 = [image('nanoserver', 'windows/nanoserver', '1809', '10.0.17763.7919', '8')];

test.each([
  ['windows/servercore', 'ltsc2022', ON_2022, 'ltsc2022'],
  ['windows/servercore', 'ltsc2022-amd64', ON_2022, 'ltsc2022'],
  ['windows/servercore', 'ltsc2022-KB5066782', ON_2022, 'ltsc2022'],
  ['windows/servercore', '10.0.20348.4171', ON_2022, 'ltsc2022'],
  ['windows/servercore', '10.0.20348.3692-amd64', ON_2022, 'ltsc2022'],
  ['windows/servercore', 'latest', ON_2022, 'ltsc2022'],
  ['windows/servercore', 'ltsc2022', ON_2025, 'ltsc2022'],
  ['windows/servercore', 'ltsc2025', ON_2025, 'ltsc2025'],
  ['windows/servercore', '10.0.20348.4171', ON_2025, 'ltsc2022'],
  ['windows/nanoserver', 'ltsc2019', ON_2019, '1809'],
  ['windows/nanoserver', '1809', ON_2019, '1809'],
  ['windows/servercore/iis', 'windowsservercore', ON_2022, 'windowsservercore-ltsc2022'],
  ['windows/servercore/iis', '20250909-windowsservercore-ltsc2022', ON_2022, 'windowsservercore-ltsc2022'],
  ['dotnet/framework/aspnet', '4.8.1', ON_2022, '4.8.1-windowsservercore-ltsc2022'],
  [
    'dotnet/framework/aspnet',
    '4.8.1-20250909-windowsservercore-ltsc2022',
    ON_2022,
    '4.8.1-windowsservercore-ltsc2022',
  ],
  ['dotnet/aspnet', '8.0', ON_2022, '8.0-nanoserver-ltsc2022'],
  ['dotnet/aspnet', '8.0.21-nanoserver-ltsc2022', ON_2022, '8.0-nanoserver-ltsc2022'],
])('%s:%s means what hosts have', (repository, tag, cached, pinned) => {
  const { digest } = cached.find((one) => one.repository === repository && one.tag === pinned)!;
  expect(pinOf({ repository, tag, digest: undefined }, cached)).toEqual({ tag: pinned, digest });
  expect(pinOf({ repository, tag, digest: D('9') }, cached)).toEqual({ tag: pinned, digest });
});

const OTHER_WINDOWS = [
  ['windows/servercore', 'ltsc2019', ON_2022, '2019'],
  ['windows/servercore', '1809', ON_2022, '2019'],
  ['windows/servercore', '10.0.17763.7919', ON_2022, '2019'],
  [
    'windows/servercore',
    'ltsc2022',
    ON_2019.map((one) => ({ ...one, repository: 'windows/servercore' })),
    '2022',
  ],
  ['dotnet/framework/aspnet', '4.8.1-windowsservercore-ltsc2025', ON_2022, '2025'],
  ['dotnet/framework/aspnet', '4.8-windowsservercore-ltsc2019', ON_2022, '2019'],
] as const;

test.each(OTHER_WINDOWS)('%s:%s is of another Windows, and stays', (repository, tag, cached, release) => {
  expect(pinOf({ repository, tag, digest: undefined }, cached)).toEqual({
    kept: expect.stringMatching(
      new RegExp(`^it is of another Windows, ${release}; hosts have .*; name a tag of their Windows, or`),
    ),
  });
});

const OTHER_LINES = [
  ['windows/servercore', 'ltsc2025-arm64', ON_2025, 'another line'],
  ['dotnet/framework/aspnet', '4.8', ON_2022, 'another line, 4.8'],
  ['dotnet/framework/aspnet', '4.8-windowsservercore-ltsc2022', ON_2022, 'another line, 4.8'],
  ['dotnet/aspnet', '9.0-nanoserver-ltsc2022', ON_2022, 'another line, 9.0'],
  ['dotnet/aspnet', '8.0-windowsservercore-ltsc2022', ON_2022, 'another base, windowsservercore'],
  ['dotnet/aspnet', '8.0-alpine', ON_2022, 'another line'],
] as const;

test.each(OTHER_LINES)('%s:%s is of another line or base, and stays', (repository, tag, cached, what) => {
  const pin = pinOf({ repository, tag, digest: undefined }, cached);
  expect(pin?.kept).toContain(`it is of ${what}; hosts have `);
  expect(pin?.kept).toContain('cache it as an extra (CachedImage.fromRepository');
  // The previous revision of a line is no line of its own.
  expect(pin?.kept).not.toContain('10.0.20348.4171');
});

test('a latest of several lines, and 2022 on hosts of 2025, have ways out of their own', () => {
  const latest = pinOf({ repository: 'dotnet/framework/aspnet', tag: 'latest', digest: undefined }, ON_2022);
  expect(latest?.kept).toContain('name one: hosts have 4.8.1-windowsservercore-ltsc2022');
  const guest = pinOf({ repository: 'windows/servercore', tag: 'ltsc2022', digest: undefined }, [
    ON_2025[0]!,
  ]);
  expect(guest?.kept).toContain('cache it as an extra (CachedImage.ofServer2022)');
});

test('what hosts have nothing of says by which extra they would', () => {
  const of = (repository: string) => pinOf({ repository, tag: '4.8.1', digest: undefined }, ON_2022)?.kept;
  expect(of('dotnet/framework/sdk')).toMatch(
    /nothing of its repository; .*ofFamily.* --extra framework-sdk\)$/,
  );
  expect(of('contoso/web')).toContain('CachedImage.fromRepository');
});

test('a digest alone is the cached one, or nobody knows its tag', () => {
  const of = (digest: `sha256:${string}`) =>
    pinOf({ repository: 'windows/servercore', tag: undefined, digest }, ON_2022);
  expect(of(D('1'))).toBeUndefined();
  expect(of(D('f'))).toBeUndefined();
  expect(of(D('9'))).toMatchObject({ kept: expect.stringContaining('a digest alone') });
});
