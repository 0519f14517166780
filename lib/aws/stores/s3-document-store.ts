import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3ServiceException,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { DocumentStore } from '../../core/ports/stores';

/** A conditional write that lost: another wrote, wrote at that moment, or deleted what was to be replaced. */
function isLost(error: unknown): boolean {
  return (
    error instanceof S3ServiceException &&
    (LOST.includes(error.$metadata.httpStatusCode ?? 0) || error.name === 'NoSuchKey')
  );
}

/** The status of a conditional write that lost, and of one that met another writer at that moment. */
const LOST = [412, 409];

/**
 * A bucket as a document store; versions are entity tags, and conditional writes keep two writers apart.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function s3DocumentStore(client: S3Client, bucket: string): DocumentStore {
  const put = async (key: string, text: string, condition: { IfMatch?: string; IfNoneMatch?: string }) => {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: text,
        ContentType: 'application/json',
        ...condition,
      }),
    );
  };
  return {
    read: async (key) => {
      try {
        const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return { text: (await object.Body?.transformToString()) ?? '', version: object.ETag ?? '' };
      } catch (error) {
        if (error instanceof NoSuchKey) {
          return undefined;
        }
        throw error;
      }
    },
    write: async (key, text, version) => {
      try {
        await put(key, text, version === undefined ? { IfNoneMatch: '*' } : { IfMatch: version });
        return true;
      } catch (error) {
        if (isLost(error)) {
          return false;
        }
        throw error;
      }
    },
    overwrite: (key, text) => put(key, text, {}),
  };
}
