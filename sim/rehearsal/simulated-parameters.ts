import type { ParameterStore, VersionedParameters } from '../../lib/core/ports/stores';
import { parameterArn } from '../account/commands/data-commands';
import type { Caller } from '../aws/iam/role-policies';
import type { accountsOfStacks } from '../account/services/accounts-of-stacks';
import type { Environment } from '../aws/cloudformation/environment';
import type { VirtualClock } from '../clock/virtual-clock';

interface ParameterAccount {
  readonly clock: VirtualClock;
  readonly environment: Environment;
  readonly world: ReturnType<typeof accountsOfStacks>;
}

/** The parameters of an account's own region, for whoever does not ask for them through the SDK. */
export class SimulatedParameters {
  constructor(private readonly account: ParameterAccount) {}

  /** The value without asking who reads it, as CloudFormation and a person at the console would. */
  read(name: string): string | undefined {
    const { clock, environment, world } = this.account;
    // CloudFormation asks while the account is made.
    return (world as typeof world | undefined)?.ssm.read(environment, name, clock.now());
  }

  /** All parameters below a path, by name. */
  below(path: string): Readonly<Record<string, string>> {
    const { clock, environment, world } = this.account;
    return world.ssm.below(environment, path, clock.now());
  }

  /** The store as a caller of a port may use it; goes with the last port. */
  store(caller: Caller): ParameterStore {
    return {
      get: (name) => {
        caller.require('ssm:GetParameter', this.arn(name));
        return Promise.resolve(this.read(name));
      },
      below: (path) => {
        caller.require('ssm:GetParametersByPath', this.arn(path));
        return Promise.resolve(this.below(path));
      },
      put: (name, value, type) => {
        caller.require('ssm:PutParameter', this.arn(name));
        if (type === 'aws:ec2:image') {
          caller.require('ec2:DescribeImages', '*');
          if (!this.account.world.ec2.images.isVisible(value, this.account.environment)) {
            throw new Error(`InvalidAMIID.NotFound: the AMI ${value} does not exist.`);
          }
        }
        this.write(name, value);
        return Promise.resolve();
      },
    };
  }

  /** The same parameters with the numbers of their writes; goes with the last port. */
  versioned(caller: Caller): VersionedParameters {
    return {
      read: (name) => {
        caller.require('ssm:GetParameter', this.arn(name));
        return Promise.resolve({ value: this.read(name), version: this.version(name) });
      },
      write: (name, value) => {
        caller.require('ssm:PutParameter', this.arn(name));
        this.write(name, value);
        return Promise.resolve(this.version(name));
      },
    };
  }

  private arn(name: string): string {
    return parameterArn(name, this.account.environment);
  }

  private write(name: string, value: string): void {
    const { clock, environment, world } = this.account;
    world.ssm.publish(environment, name, value, clock.now());
  }

  private version(name: string): number {
    const { clock, environment, world } = this.account;
    return world.ssm.versionOf(environment, name, clock.now());
  }
}
