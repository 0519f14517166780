import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { hideSecretsInText, createLog, withLog } from '../../lib/handlers/log';

function logged() {
  const lines: string[] = [];
  return { lines, log: createLog({ pipeline: '2022-core' }, (line) => lines.push(line)) };
}

test.each([
  ['the user of an address', 'GET https://bob:hunter22@registry.example.com/v2/ failed', 'hunter22'],
  ['the user of a proxy', 'proxy http://hunter22@proxy.example.com:3128 refused', 'hunter22'],
  ['a header', 'Authorization: Bearer eyJhbGciOi.abc-def_1', 'eyJhbGciOi'],
  ['a basic header', 'sent Basic dXNlcjpodW50ZXIyMg==', 'dXNlcjpodW50'],
  ['a signed address', 'https://b.s3.amazonaws.com/k?X-Amz-Signature=0123abcd&x=1', '0123abcd'],
  ['a session', 'https://b.s3.amazonaws.com/k?X-Amz-Security-Token=FwoGZX', 'FwoGZX'],
  ['a key id', 'The key AKIAIOSFODNN7EXAMPLE is not valid', 'AKIAIOSFODNN7EXAMPLE'],
  ['a password by name', 'docker login failed: password=hunter22', 'hunter22'],
  ['a field in JSON within a text', '{"client_secret":"hunter22"}', 'hunter22'],
])('%s never reaches a log', (_what, text, secret) => {
  const { lines, log } = logged();
  log.info(text, { nested: [{ text }] });
  log.error('Failed', new Error(text));
  expect(lines).toHaveLength(2);
  expect(lines.join('\n')).not.toContain(secret);
  expect(lines.join('\n')).toContain('(not logged)');
});

test.each([
  'https://mcr.microsoft.com/v2/windows/servercore/manifests/sha256:0123abcd was not found',
  'arn:aws:states:eu-central-1:123456789012:execution:winbake-2022-core-rebake:run-1',
  'mcr.microsoft.com/windows/servercore@sha256:0123456789abcdef',
  'someone@example.com holds promotion until 2025-10-20T00:00:00.000Z: release week',
])('what is no secret stays: %s', (text) => {
  expect(hideSecretsInText(text)).toBe(text);
});

test('every line is one JSON object, whatever was given', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (message, fields) => {
        const { lines, log } = logged();
        log.info(message, fields);
        log.error(message, message);
        expect(lines.map((line) => line.includes('\n'))).toEqual([false, false]);
        expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toHaveLength(2);
      },
    ),
  );
});

test('an answer and a failure are lines, and the failure is thrown on', async () => {
  const { lines, log } = logged();
  const decide = withLog(
    log,
    (works: boolean) =>
      works ? Promise.resolve({ decision: 'nothing', set: 'large' }) : Promise.reject(new TypeError('no')),
    ({ decision }) => ({ decision }),
  );
  expect(await decide(true)).toEqual({ decision: 'nothing', set: 'large' });
  await expect(decide(false)).rejects.toThrow(TypeError);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { level: 'info', message: 'Answered', pipeline: '2022-core', decision: 'nothing' },
    expect.objectContaining({ level: 'error', message: 'Failed', error: 'TypeError', reason: 'no' }),
  ]);
});

test('every function logs through the log that hides secrets', () => {
  const folder = join(__dirname, '../../lib/handlers');
  const functions = readdirSync(folder).filter((name) => name.endsWith('.lambda.ts'));
  expect(functions).toHaveLength(7);
  const without = functions.filter((name) => {
    const files = [name, name.replace('.lambda', '')].map((file) => readFileSync(join(folder, file), 'utf8'));
    const text = files.join('');
    return !text.includes('withLog(') || /console\.|stdout/.test(text);
  });
  expect(without).toEqual([]);
});
