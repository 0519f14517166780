import type { ParameterStore, VersionedParameters } from '../../core/ports/stores';
import { PRETENDED_ENVIRONMENT, type Environment } from '../assembly/environment';
import type { Caller } from '../iam/role-policies';
import type { Amis } from './amis';

/** The parameters of the pretended region, in memory, with what AWS itself publishes among them. */
export class Parameters {
  private readonly values = new Map<string, string>();
  private readonly versions = new Map<string, number>();

  constructor(
    private readonly amis: Amis,
    private readonly environment = PRETENDED_ENVIRONMENT,
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
