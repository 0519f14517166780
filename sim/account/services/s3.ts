import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import {
  NoSuchKey,
  S3ServiceException,
  type DeleteBucketCommandInput,
  type DeleteBucketCommandOutput,
  type DeleteObjectsCommandInput,
  type DeleteObjectsCommandOutput,
  type GetBucketTaggingCommandInput,
  type GetBucketTaggingCommandOutput,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  type ListBucketsCommandInput,
  type ListBucketsCommandOutput,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  type PutObjectCommandInput,
  type PutObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { assumed, page } from '../provenance';
import { declared, operation, undeclared, type Call, type SimulatedService } from '../simulated-service';

/** A bucket as a stack makes it. */
export interface BucketProps {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly isVersioned?: boolean;
  /** The key that its objects are encrypted with, which readers and writers must be allowed to use. */
  readonly keyArn?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

interface ObjectVersion {
  readonly key: string;
  readonly id: string;
  readonly body: Buffer;
  readonly etag: string;
  readonly modified: Date;
  readonly isDeleteMarker: boolean;
}

interface Bucket {
  readonly props: BucketProps;
  readonly created: Date;
  /** By key, the newest last. */
  readonly objects: Map<string, readonly ObjectVersion[]>;
}

/** What the simulated S3 hangs on. */
export interface SimulatedS3Options {
  /** Whether another writer is at a key at this moment, so that a conditional write conflicts. */
  readonly isContended?: (bucket: string, key: string) => boolean;
}

const API = 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_';
const ERRORS = page('https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html');
const CONDITIONS = page('https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html');
const ORDER = assumed('ListObjectVersions pages by the number of versions alone, whatever their size.');
const PAGE_SIZE = 1000;

/** The buckets of all accounts. */
export class SimulatedS3 implements SimulatedService {
  readonly id = 's3';
  readonly ServiceException = S3ServiceException;
  private readonly buckets = new Map<string, Bucket>();
  private writes = 0;

  constructor(private readonly options: SimulatedS3Options = {}) {}

  readonly operations = {
    GetObject: operation<GetObjectCommandInput, GetObjectCommandOutput>(
      page(`${API}GetObject.html`),
      (call) => this.getObject(call),
    ),
    PutObject: operation<PutObjectCommandInput, PutObjectCommandOutput>(CONDITIONS, (call) =>
      this.putObject(call),
    ),
    DeleteObjects: operation<DeleteObjectsCommandInput, DeleteObjectsCommandOutput>(
      page(`${API}DeleteObjects.html`),
      ({ input, now }) => this.deleteObjects(input, now),
    ),
    ListObjectVersions: operation<ListObjectVersionsCommandInput, ListObjectVersionsCommandOutput>(
      ORDER,
      ({ input }) => this.listObjectVersions(input),
    ),
    GetBucketTagging: operation<GetBucketTaggingCommandInput, GetBucketTaggingCommandOutput>(
      page(`${API}GetBucketTagging.html`),
      ({ input }) => {
        const { tags = {} } = this.bucket(input.Bucket).props;
        if (Object.keys(tags).length === 0) {
          throw refusal('NoSuchTagSet', 404, 'The TagSet does not exist');
        }
        return { TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
      },
    ),
    DeleteBucket: operation<DeleteBucketCommandInput, DeleteBucketCommandOutput>(
      page(`${API}DeleteBucket.html`),
      ({ input }) => {
        this.deleteBucket(input.Bucket);
        return {};
      },
    ),
    ListBuckets: operation<ListBucketsCommandInput, ListBucketsCommandOutput>(
      page(`${API}ListBuckets.html`),
      ({ caller, input }) => ({
        Buckets: [...this.buckets.values()]
          .filter(({ props }) => props.account === caller.account)
          .filter(({ props }) => (input.BucketRegion ?? props.region) === props.region)
          .map(({ created, props }) => ({
            Name: props.name,
            CreationDate: created,
            BucketRegion: props.region,
          })),
      }),
    ),
  };

  /** Makes a bucket, or gives one that is there other properties. */
  createBucket(props: BucketProps, created: Date): void {
    const before = this.buckets.get(props.name);
    this.buckets.set(props.name, { created, objects: new Map(), ...before, props });
  }

  /** Throws a refusal where the bucket has objects. */
  deleteBucket(name: string | undefined): void {
    if (this.bucket(name).objects.size > 0) {
      throw refusal('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty');
    }
    this.buckets.delete(name ?? '');
  }

  /** Uploads a file of this computer as a deployment does, to a bucket that is made where it is not there. */
  putFile(props: BucketProps, key: string, path: string, now: Date): void {
    if (!this.buckets.has(props.name)) {
      this.createBucket(props, now);
    }
    this.put(props.name, key, readFileSync(path), now);
  }

  /** Puts an object without asking who does it, as a deployment does with assets. */
  put(bucketName: string, key: string, body: Buffer, modified: Date): ObjectVersion {
    const bucket = this.bucket(bucketName);
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    return this.add(bucket, { key, body, etag, modified, isDeleteMarker: false });
  }

  /** An object's bytes without asking who reads it; undefined where there is none. */
  read(bucketName: string, key: string): Buffer | undefined {
    return current(this.bucket(bucketName), key)?.body;
  }

  /** The keys of a bucket in order, without asking who lists them. */
  keys(bucketName: string): readonly string[] {
    const bucket = this.bucket(bucketName);
    return [...bucket.objects.keys()].filter((key) => current(bucket, key) !== undefined).sort();
  }

  private getObject({ input, place, require }: Call<GetObjectCommandInput>) {
    const { Bucket: name = '', Key = '' } = input;
    const bucket = this.bucket(name);
    const found = current(bucket, Key);
    if (found === undefined) {
      // Without the right to list, S3 says "denied" of an object that is not there.
      require({ action: 's3:ListBucket', resource: `arn:aws:s3:::${name}`, context: { 's3:prefix': Key } });
      throw declared(NoSuchKey, 'The specified key does not exist.', ERRORS, 404);
    }
    requireKey(bucket, ['kms:Decrypt'], place.region, require);
    return {
      Body: bodyOf(found.body),
      ContentLength: found.body.length,
      ETag: found.etag,
      LastModified: found.modified,
      ...(bucket.props.isVersioned === true ? { VersionId: found.id } : {}),
    };
  }

  private putObject({ input, now, place, require }: Call<PutObjectCommandInput>) {
    const { Body = '', Bucket: name = '', IfMatch, IfNoneMatch, Key = '' } = input;
    const bucket = this.bucket(name);
    requireKey(bucket, ['kms:GenerateDataKey'], place.region, require);
    const before = current(bucket, Key);
    if (IfMatch !== undefined && before === undefined) {
      throw undeclared(
        S3ServiceException,
        { name: 'NoSuchKey', status: 404, message: 'The specified key does not exist.' },
        CONDITIONS,
      );
    }
    if (
      (IfMatch !== undefined && before?.etag !== IfMatch) ||
      (IfNoneMatch !== undefined && before !== undefined)
    ) {
      throw undeclared(
        S3ServiceException,
        {
          name: 'PreconditionFailed',
          status: 412,
          message: 'At least one of the pre-conditions you specified did not hold',
        },
        CONDITIONS,
      );
    }
    const isConditional = IfMatch !== undefined || IfNoneMatch !== undefined;
    if (isConditional && this.options.isContended?.(name, Key) === true) {
      throw undeclared(
        S3ServiceException,
        {
          name: 'ConditionalRequestConflict',
          status: 409,
          message:
            'The conditional request cannot succeed due to a conflicting operation against this resource.',
        },
        CONDITIONS,
      );
    }
    const written = this.put(name, Key, Buffer.from(Body as string), now);
    return {
      ETag: written.etag,
      ...(bucket.props.isVersioned === true ? { VersionId: written.id } : {}),
    };
  }

  private deleteObjects({ Bucket: name, Delete }: DeleteObjectsCommandInput, now: Date) {
    const bucket = this.bucket(name);
    const objects = Delete?.Objects ?? [];
    const isMarked = (version: string | undefined) =>
      version === undefined && bucket.props.isVersioned === true;
    for (const { Key = '', VersionId } of objects) {
      const versions = bucket.objects.get(Key) ?? [];
      if (isMarked(VersionId)) {
        this.add(bucket, {
          key: Key,
          body: Buffer.alloc(0),
          etag: '',
          modified: now,
          isDeleteMarker: true,
        });
        continue;
      }
      const kept = VersionId === undefined ? [] : versions.filter(({ id }) => id !== VersionId);
      if (kept.length === 0) {
        bucket.objects.delete(Key);
      } else {
        bucket.objects.set(Key, kept);
      }
    }
    const deleted = objects.map((one) => (isMarked(one.VersionId) ? { ...one, DeleteMarker: true } : one));
    return Delete?.Quiet === true ? {} : { Deleted: deleted };
  }

  private listObjectVersions(input: ListObjectVersionsCommandInput) {
    const { KeyMarker, MaxKeys = PAGE_SIZE, Prefix = '', VersionIdMarker } = input;
    const all = [...this.bucket(input.Bucket).objects.values()]
      .flatMap((versions) => [...versions].reverse())
      .filter(({ key }) => key.startsWith(Prefix))
      .sort((one, other) => (one.key === other.key ? 0 : one.key < other.key ? -1 : 1));
    const after = all.findIndex(({ id, key }) => key === KeyMarker && id === VersionIdMarker);
    const shown = all.slice(after + 1, after + 1 + MaxKeys);
    const last = shown.at(-1);
    const isTruncated = last !== undefined && last !== all.at(-1);
    const listed = (isMarker: boolean) =>
      shown
        .filter(({ isDeleteMarker }) => isDeleteMarker === isMarker)
        .map(({ id, key, modified }) => ({ Key: key, VersionId: id, LastModified: modified }));
    return {
      Versions: listed(false),
      DeleteMarkers: listed(true),
      IsTruncated: isTruncated,
      ...(isTruncated ? { NextKeyMarker: last.key, NextVersionIdMarker: last.id } : {}),
    };
  }

  private add(bucket: Bucket, object: Omit<ObjectVersion, 'id'>): ObjectVersion {
    this.writes += 1;
    const isVersioned = bucket.props.isVersioned === true;
    const version = { ...object, id: isVersioned ? `version-${String(this.writes)}` : 'null' };
    const before = isVersioned ? (bucket.objects.get(object.key) ?? []) : [];
    bucket.objects.set(object.key, [...before, version]);
    return version;
  }

  private bucket(name = ''): Bucket {
    const found = this.buckets.get(name);
    if (found === undefined) {
      throw refusal('NoSuchBucket', 404, 'The specified bucket does not exist');
    }
    return found;
  }
}

function current({ objects }: Bucket, key: string): ObjectVersion | undefined {
  const newest = objects.get(key)?.at(-1);
  return newest?.isDeleteMarker === true ? undefined : newest;
}

function requireKey(
  { props }: Bucket,
  actions: readonly string[],
  region: string,
  require: Call['require'],
): void {
  for (const action of props.keyArn === undefined ? [] : actions) {
    const context = { 'kms:ViaService': `s3.${region}.amazonaws.com` };
    require({ action, resource: props.keyArn ?? '', context });
  }
}

function refusal(name: string, status: number, message: string) {
  return undeclared(S3ServiceException, { name, status, message }, ERRORS);
}

/** What the SDK makes of an object's bytes: a stream that can be read as text. */
function bodyOf(bytes: Buffer): NonNullable<GetObjectCommandOutput['Body']> {
  return Object.assign(Readable.from([bytes]), {
    transformToString: (encoding?: string) =>
      Promise.resolve(bytes.toString(encoding as BufferEncoding | undefined)),
    transformToByteArray: () => Promise.resolve(new Uint8Array(bytes)),
    transformToWebStream: () => new Blob([new Uint8Array(bytes)]).stream(),
  });
}
