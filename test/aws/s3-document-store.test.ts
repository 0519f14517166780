import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { s3DocumentStore } from '../../lib/aws/stores/s3-document-store';

const s3 = mockClient(S3Client);
const store = s3DocumentStore(new S3Client({ region: 'eu-central-1' }), 'bucket');
beforeEach(() => s3.reset());

function failure(status: number, name = 'Failure'): S3ServiceException {
  return new S3ServiceException({ name, $fault: 'client', $metadata: { httpStatusCode: status } });
}

test('an object is read with its entity tag', async () => {
  const Body = { transformToString: () => Promise.resolve('{"a":1}') } as never;
  s3.on(GetObjectCommand, { Bucket: 'bucket', Key: 'catalog/2022.json' }).resolves({ Body, ETag: '"1"' });
  expect(await store.read('catalog/2022.json')).toEqual({ text: '{"a":1}', version: '"1"' });
});

test('an object that is not there is undefined, and every other failure is one', async () => {
  s3.on(GetObjectCommand).rejectsOnce(new NoSuchKey({ message: 'none', $metadata: {} }));
  expect(await store.read('key')).toBeUndefined();
  s3.on(GetObjectCommand).rejects(failure(403, 'AccessDenied'));
  await expect(store.read('key')).rejects.toMatchObject({ name: 'AccessDenied' });
});

test.each([
  [undefined, { IfNoneMatch: '*' }],
  ['"7"', { IfMatch: '"7"' }],
])('a write at version %s is conditional', async (version, condition) => {
  s3.on(PutObjectCommand).resolves({});
  expect(await store.write('key', 'text', version)).toBe(true);
  expect(s3.commandCalls(PutObjectCommand)[0]!.args[0].input).toEqual({
    Bucket: 'bucket',
    Key: 'key',
    Body: 'text',
    ContentType: 'application/json',
    ...condition,
  });
});

test.each([
  [412, 'PreconditionFailed'],
  [409, 'ConditionalRequestConflict'],
  [404, 'NoSuchKey'],
])('a write that another one overtook (%i) answers false', async (status, name) => {
  s3.on(PutObjectCommand).rejects(failure(status, name));
  expect(await store.write('key', 'text', '"7"')).toBe(false);
});

test.each([
  [403, 'AccessDenied'],
  [404, 'NoSuchBucket'],
  [503, 'SlowDown'],
])('a write that failed otherwise (%i %s) is a failure', async (status, name) => {
  s3.on(PutObjectCommand).rejects(failure(status, name));
  await expect(store.write('key', 'text', '"7"')).rejects.toMatchObject({ name });
});

test('an overwrite has no condition', async () => {
  s3.on(PutObjectCommand).resolves({});
  await store.overwrite('key', 'text');
  const { input } = s3.commandCalls(PutObjectCommand)[0]!.args[0];
  expect(input).not.toHaveProperty('IfMatch');
  expect(input).not.toHaveProperty('IfNoneMatch');
});
