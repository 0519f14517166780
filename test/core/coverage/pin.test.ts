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

test.each([
  ['windows/servercore', 'ltsc2019', ON_2022],
  ['windows/servercore', '1809', ON_2022],
  ['windows/servercore', '10.0.17763.7919', ON_2022],
  ['windows/servercore', 'ltsc2022', ON_2019.map((one) => ({ ...one, repository: 'windows/servercore' }))],
  ['windows/servercore', 'ltsc2025-arm64', ON_2025],
  ['dotnet/framework/aspnet', '4.8', ON_2022],
  ['dotnet/framework/aspnet', '4.8-windowsservercore-ltsc2022', ON_2022],
  ['dotnet/framework/aspnet', '4.8.1-windowsservercore-ltsc2025', ON_2022],
  ['dotnet/framework/aspnet', 'latest', ON_2022],
  ['dotnet/aspnet', '9.0-nanoserver-ltsc2022', ON_2022],
  ['dotnet/aspnet', '8.0-windowsservercore-ltsc2022', ON_2022],
  ['dotnet/aspnet', '8.0-alpine', ON_2022],
])('%s:%s is another image than what hosts have, and stays', (repository, tag, cached) => {
  expect(pinOf({ repository, tag, digest: undefined }, cached)).toEqual({
    kept: expect.stringMatching(/^it is of another line or Windows; hosts have /),
  });
});

test('a digest alone is the cached one, or nobody knows its tag; other repositories are none of theirs', () => {
  const of = (digest: `sha256:${string}`) =>
    pinOf({ repository: 'windows/servercore', tag: undefined, digest }, ON_2022);
  expect(of(D('1'))).toBeUndefined();
  expect(of(D('f'))).toBeUndefined();
  expect(of(D('9'))).toMatchObject({ kept: expect.stringContaining('a digest alone') });
  expect(pinOf({ repository: 'contoso/web', tag: 'ltsc2022', digest: undefined }, ON_2022)).toBeUndefined();
});
