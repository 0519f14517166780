import { readFileSync } from 'node:fs';
import type {
  DocumentStore,
  ParameterStore,
  VersionedParameters,
  ParameterStores,
} from '../../../lib/core/ports/stores';
import { SIMULATED_ENVIRONMENT, type Environment, unmodelled } from '../cloudformation/environment';
import type { Caller } from '../iam/role-policies';
import type { Amis } from './amis';

/** An object: its bytes, and the version that an entity tag would tell. */
interface StoredObject {
  readonly body: Buffer;
  readonly version: string;
}

/** The buckets of the simulated account, in memory. */
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

/** The parameters of the simulated region, in memory, with what AWS itself publishes among them. */
export class Parameters {
  private readonly values = new Map<string, string>();
  private readonly versions = new Map<string, number>();

  constructor(
    private readonly amis: Amis,
    private readonly environment = SIMULATED_ENVIRONMENT,
  ) {}

  /** The value without asking who reads it, as CloudFormation and a person at the console would. */
  read(name: string): string | undefined {
    return this.values.get(name);
  }

  /** Sets a value that AWS publishes. */
  publish(name: string, value: string): void {
    this.set(name, value);
  }

  delete(name: string): void {
    this.values.delete(name);
    this.versions.delete(name);
  }

  /** All parameters below a path, by name. */
  below(path: string): Readonly<Record<string, string>> {
    const under = [...this.values].filter(([name]) => name.startsWith(`${path}/`));
    return Object.fromEntries(under.sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  /**
   * The store as a caller may use it; a parameter of type `aws:ec2:image` takes only an AMI that exists.
   * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html
   */
  store(caller: Caller): ParameterStore {
    return {
      get: (name) => {
        caller.require('ssm:GetParameter', parameterArn(name, this.environment));
        return Promise.resolve(this.values.get(name));
      },
      below: (path) => {
        caller.require('ssm:GetParametersByPath', parameterArn(path, this.environment));
        return Promise.resolve(this.below(path));
      },
      put: (name, value, type) => {
        caller.require('ssm:PutParameter', parameterArn(name, this.environment));
        if (type === 'aws:ec2:image') {
          caller.require('ec2:DescribeImages', '*');
          this.amis.requireExisting(value);
        }
        this.set(name, value);
        return Promise.resolve();
      },
    };
  }

  /**
   * The same parameters with the numbers of their writes.
   * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html
   */
  versioned(caller: Caller): VersionedParameters {
    return {
      read: (name) => {
        caller.require('ssm:GetParameter', parameterArn(name, this.environment));
        return Promise.resolve({ value: this.values.get(name), version: this.versions.get(name) ?? 0 });
      },
      write: (name, value) => {
        caller.require('ssm:PutParameter', parameterArn(name, this.environment));
        return Promise.resolve(this.set(name, value));
      },
    };
  }

  /** Gives the number of the write. */
  private set(name: string, value: string): number {
    const version = (this.versions.get(name) ?? 0) + 1;
    this.values.set(name, value);
    this.versions.set(name, version);
    return version;
  }
}

/** The ARN of a parameter; those of AWS itself belong to no account. */
export function parameterArn(name: string, { account, region }: Environment): string {
  return `arn:aws:ssm:${region}:${name.startsWith('/aws/') ? '' : account}:parameter${name}`;
}

/** The parameters that a caller reaches: those of the simulated region; what goes elsewhere stays pending. */
export function simulatedStores(
  parameters: Parameters,
  environment: Environment,
  caller: Caller,
): ParameterStores {
  return {
    of: ({ account, region }) =>
      account === environment.account && region === environment.region
        ? Promise.resolve(parameters.store(caller))
        : Promise.reject(unmodelled(`the account ${account} in ${region}`)),
  };
}
