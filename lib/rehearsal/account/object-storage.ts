import { readFileSync } from 'node:fs';
import type { DocumentStore } from '../../core/ports/stores';
import type { Caller } from '../iam/role-policies';

/** An object: its bytes, and the version that an entity tag would tell. */
interface StoredObject {
  readonly body: Buffer;
  readonly version: string;
}

/** The buckets of the pretended account, in memory. */
export class ObjectStorage {
  private readonly objects = new Map<string, StoredObject>();
  private writes = 0;

  /** Puts a file of this computer under a key, as a deployment does with assets. */
  putFile(bucket: string, key: string, path: string): void {
    this.put(bucket, key, readFileSync(path));
  }

  put(bucket: string, key: string, body: Buffer): void {
    this.writes += 1;
    this.objects.set(`${bucket}/${key}`, { body, version: `"${this.writes}"` });
  }

  get(bucket: string, key: string): StoredObject | undefined {
    return this.objects.get(`${bucket}/${key}`);
  }

  /** The keys of a bucket, in order. */
  keys(bucket: string): readonly string[] {
    return [...this.objects.keys()]
      .filter((name) => name.startsWith(`${bucket}/`))
      .map((name) => name.slice(bucket.length + 1))
      .sort();
  }

  /**
   * A bucket as a caller may use it.
   * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
   */
  documents(bucket: string, caller: Caller): DocumentStore {
    const arn = (key: string) => `arn:aws:s3:::${bucket}/${key}`;
    const overwrite = (key: string, text: string) => {
      caller.require('s3:PutObject', arn(key));
      this.put(bucket, key, Buffer.from(text));
    };
    return {
      read: (key) => {
        caller.require('s3:GetObject', arn(key));
        const stored = this.get(bucket, key);
        if (stored === undefined) {
          // Without the right to list, S3 says "forbidden" of an object that is not there.
          caller.require('s3:ListBucket', `arn:aws:s3:::${bucket}`);
          return Promise.resolve(undefined);
        }
        return Promise.resolve({ text: stored.body.toString('utf8'), version: stored.version });
      },
      write: (key, text, version) => {
        caller.require('s3:PutObject', arn(key));
        if (version !== undefined) {
          // A write with If-Match reads the entity tag.
          caller.require('s3:GetObject', arn(key));
        }
        if (this.get(bucket, key)?.version !== version) {
          return Promise.resolve(false);
        }
        overwrite(key, text);
        return Promise.resolve(true);
      },
      overwrite: (key, text) => {
        overwrite(key, text);
        return Promise.resolve();
      },
    };
  }
}
