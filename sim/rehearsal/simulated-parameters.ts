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
}
