import type { LookupFunction } from 'node:net';
import {
  checkedLookup,
  PrivateAddressError,
  isLoopbackHost,
  isPrivateHost,
} from '../../lib/registry/network-address';

describe('isPrivateHost', () => {
  it.each([
    ...[
      '10.0.0.1',
      '10.255.255.255',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '127.0.0.1',
      '127.255.0.1',
    ],
    ...[
      '169.254.169.254',
      '0.0.0.0',
      '100.64.0.1',
      '224.0.0.1',
      '255.255.255.255',
      'localhost',
      'LOCALHOST.',
    ],
    ...['api.localhost', '[::1]', '[::]', '[fc00::1]', '[fd12:3456::1]', '[fe80::1]', '[febf::1]', '::1'],
    ...['[::ffff:10.0.0.1]', '[::ffff:7f00:1]', '::ffff:169.254.169.254', '[64:ff9b::a00:1]'],
  ])('is true of %s', (host) => {
    expect(isPrivateHost(host)).toBe(true);
  });

  it.each([
    ...[
      '9.255.255.255',
      '11.0.0.0',
      '172.15.255.255',
      '172.32.0.0',
      '192.167.0.1',
      '192.169.0.1',
      '128.0.0.1',
    ],
    ...[
      '169.253.0.1',
      '8.8.8.8',
      '[2603:1030::1]',
      '[::ffff:8.8.8.8]',
      '[64:ff9b::808:808]',
      'mcr.microsoft.com',
    ],
    ...['localhost.example.com', '10.0.0.1.example.com', '[fe00::1]'],
  ])('is false of %s', (host) => {
    expect(isPrivateHost(host)).toBe(false);
  });
});

describe('isLoopbackHost', () => {
  it.each(['localhost', 'localhost.', '127.0.0.1', '127.9.9.9', '[::1]'])('is true of %s', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  it.each(['127.example.com', 'mylocalhost', '[::2]', '[::ffff:127.0.0.1]', '10.0.0.1'])(
    'is false of %s',
    (host) => {
      expect(isLoopbackHost(host)).toBe(false);
    },
  );
});

describe('checkedLookup', () => {
  const poll = (hostname: string, response: Parameters<Parameters<LookupFunction>[2]>): Promise<unknown> => {
    const lookup: LookupFunction = (_hostname, _options, callback) => {
      callback(...response);
    };
    return new Promise((resolve) => {
      checkedLookup(lookup, 'registry.example')(hostname, {}, (error, address) => {
        resolve(error ?? address);
      });
    });
  };
  const two = [
    { address: '8.8.8.8', family: 4 },
    { address: '10.0.0.1', family: 4 },
  ];

  it('passes on public addresses, errors, and the private ones of the registry and of this computer', async () => {
    const failure = new Error('unknown');
    expect(await poll('cdn.example', [null, '8.8.8.8', 4])).toBe('8.8.8.8');
    expect(await poll('cdn.example', [failure, '', 0])).toBe(failure);
    const alone = [failure] as unknown as Parameters<Parameters<LookupFunction>[2]>;
    expect(await poll('cdn.example', alone)).toBe(failure);
    expect(await poll('registry.example', [null, two])).toBe(two);
    expect(await poll('localhost', [null, '127.0.0.1', 4])).toBe('127.0.0.1');
  });

  it('refuses another name as soon as one of its addresses is private', async () => {
    expect(await poll('cdn.example', [null, '169.254.169.254', 4])).toBeInstanceOf(PrivateAddressError);
    expect(await poll('cdn.example', [null, two])).toBeInstanceOf(PrivateAddressError);
  });

  it('lets a registry of a private network name servers of it, such as its token server', async () => {
    const addresses: Record<string, string> = {
      'registry.corp': '10.0.0.1',
      'login.corp': '10.0.0.2',
      'cloud.corp': '169.254.169.254',
    };
    const lookup: LookupFunction = (hostname, _options, callback) => {
      callback(null, addresses[hostname] ?? '', 4);
    };
    const checked = checkedLookup(lookup, 'registry.corp');
    const ask = (hostname: string) =>
      new Promise((resolve) => {
        checked(hostname, {}, (error, address) => {
          resolve(error ?? address);
        });
      });
    expect(await ask('login.corp')).toBeInstanceOf(PrivateAddressError);
    expect(await ask('registry.corp')).toBe('10.0.0.1');
    expect(await ask('login.corp')).toBe('10.0.0.2');
    expect(await ask('cloud.corp')).toBeInstanceOf(PrivateAddressError);
  });
});
