import { UsageError } from '../../lib/contract/values/errors';
import { parseRegistryUrl } from '../../lib/registry/registry-url';

describe('parseRegistryUrl', () => {
  it.each([
    ['https://mcr.microsoft.com', 'https://mcr.microsoft.com', 'mcr.microsoft.com', false],
    ['https://mcr.microsoft.com/', 'https://mcr.microsoft.com', 'mcr.microsoft.com', false],
    ['HTTPS://MCR.Microsoft.com:443', 'https://mcr.microsoft.com', 'mcr.microsoft.com', false],
    ['https://10.1.2.3:8443', 'https://10.1.2.3:8443', '10.1.2.3:8443', false],
    ['https://localhost:5000', 'https://localhost:5000', 'localhost:5000', true],
    ['http://127.0.0.1:5000', 'http://127.0.0.1:5000', 'http://127.0.0.1:5000', true],
    ['http://127.8.9.1', 'http://127.8.9.1', 'http://127.8.9.1', true],
    ['http://[::1]:5000', 'http://[::1]:5000', 'http://[::1]:5000', true],
    ['http://localhost:5000', 'http://localhost:5000', 'http://localhost:5000', true],
  ])('accepts %s', (text, origin, name, loopback) => {
    expect(parseRegistryUrl(text)).toMatchObject({ origin, name, loopback });
  });

  it.each([
    [
      'mcr.microsoft.com',
      "needs https:// before its name, or http:// on this computer, got: 'mcr.microsoft.com'; write https://mcr.microsoft.com.",
    ],
    ['registry.example:5000', 'write https://registry.example:5000.'],
    ['localhost:5000', 'write http://localhost:5000.'],
    ['127.0.0.1:5000', 'write http://127.0.0.1:5000.'],
    [
      'http://mcr.microsoft.com',
      "only where it is on this computer, got: 'http://mcr.microsoft.com'; write https://mcr.microsoft.com.",
    ],
    ['http://127.0.0.1.example.com', 'write https://127.0.0.1.example.com.'],
    ['http://0.0.0.0:5000', 'write https://0.0.0.0:5000.'],
    ['http://[::ffff:127.0.0.1]:5000', 'only where it is on this computer'],
    ['http://10.0.0.1', 'only where it is on this computer'],
    ['ftp://mcr.microsoft.com', 'over https:// only'],
    [
      'https://mcr.microsoft.com/windows',
      "without a path, got: 'https://mcr.microsoft.com/windows'; write https://mcr.microsoft.com.",
    ],
    ['https://mcr.microsoft.com?n=1', "without a query, got: 'https://mcr.microsoft.com?***'"],
    ['https://mcr.microsoft.com/?', 'without a query'],
    ['https://@mcr.microsoft.com', 'without user name and password'],
    ['https://mcr.microsoft.com/a@b', 'without a path'],
    ['https://mcr.microsoft.com#top', 'without a fragment'],
    [
      'https://user:secret@mcr.microsoft.com',
      "without user name and password, since Winbake reads anonymously, got: 'https://***@mcr.microsoft.com'",
    ],
    ['user:secret@mcr.microsoft.com', "got: '***@mcr.microsoft.com'"],
    ['', "such as https://mcr.microsoft.com, got: ''."],
    ['https://', 'such as https://mcr.microsoft.com'],
    ['https://mcr microsoft.com', 'such as https://mcr.microsoft.com'],
    ['https:\\\\mcr.microsoft.com', 'such as https://mcr.microsoft.com'],
    ['https://mcr.microsoft.com:99999', 'such as https://mcr.microsoft.com'],
    [' https://mcr.microsoft.com\u001b[31m', "got: ' https://mcr.microsoft.com [31m'"],
  ])('refuses %j', (text, message) => {
    const parse = (): unknown => parseRegistryUrl(text);
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
    expect(parse).not.toThrow(/secret/);
  });
});
