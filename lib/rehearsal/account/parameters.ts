import type { ParameterStore } from '../../core/ports/parameter-store';
import { PRETENDED_ENVIRONMENT, type Environment } from '../assembly/environment';
import type { Caller } from '../iam/role-policies';
import type { Amis } from './amis';

/** The parameters of the pretended region, in memory, with what AWS itself publishes among them. */
export class Parameters {
  private readonly values = new Map<string, string>();

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
    this.values.set(name, value);
  }

  delete(name: string): void {
    this.values.delete(name);
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
        this.values.set(name, value);
        return Promise.resolve();
      },
    };
  }
}

/** The ARN of a parameter; those of AWS itself belong to no account. */
export function parameterArn(name: string, { account, region }: Environment): string {
  return `arn:aws:ssm:${region}:${name.startsWith('/aws/') ? '' : account}:parameter${name}`;
}
