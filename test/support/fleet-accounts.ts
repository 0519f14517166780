import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { autoScalingFleet } from '../../lib/aws/fleets/auto-scaling-fleet';
import { ecsContainerHosts } from '../../lib/aws/fleets/ecs-container-hosts';
import { fleetDeletion } from '../../lib/aws/fleets/fleet-resources';
import type { Place } from '../../sim/account/commands/command-row';
import { Sessions, userOf, type Principal } from '../../sim/account/principal';
import { SimulatedAutoScaling } from '../../sim/account/services/auto-scaling';
import { SimulatedStacks } from '../../sim/account/services/cloudformation';
import { fleetOperations, SimulatedEc2 } from '../../sim/account/services/ec2';
import { SimulatedEcs } from '../../sim/account/services/ecs';
import { SimulatedFleets } from '../../sim/account/services/fleets';
import { SimulatedAccounts } from '../../sim/account/simulated-accounts';

/** The fleets and stacks of all accounts of a test file. */
export const FLEETS = new SimulatedFleets();
export const STACKS = new SimulatedStacks();
/** An AMI from which EC2 refuses launches. */
export const DISABLED = 'ami-0000000000000000d';

const accounts = new SimulatedAccounts({
  services: [
    new SimulatedAutoScaling(FLEETS, (id, { account: owner }) => ({
      owner,
      ...(id === DISABLED ? { refused: `The image ID '${id}' is no longer available` } : {}),
    })),
    new SimulatedEc2(fleetOperations(FLEETS)),
    new SimulatedEcs(FLEETS),
    STACKS,
  ],
  sessions: new Sessions(),
  now: () => new Date('2025-10-14T22:00:00Z'),
});
let end: () => void = () => undefined;

beforeAll(() => {
  end = accounts.install();
});

afterAll(() => {
  end();
});

/** The clients of functions and of the command line, which take account and region from whoever calls. */
export const CLIENTS = {
  autoScaling: new AutoScalingClient(),
  cloudFormation: new CloudFormationClient(),
  ec2: new EC2Client(),
  ecs: new ECSClient(),
};

let made = 0;

/** An account that no other fleet is in. */
export function freshPlace(): Place {
  made += 1;
  return { account: String(100_000_000_000 + made), region: 'us-east-1' };
}

/** Somebody who may do everything in an account. */
export function everything({ account }: Place): Principal {
  return userOf(account, 'everything', [{ Effect: 'Allow', Action: '*', Resource: '*' }]);
}

/** Does something as somebody in a region. */
export function as<T>(caller: Principal, { region }: Place, work: () => Promise<T>): Promise<T> {
  return accounts.as(caller, region, work);
}

/** A port each of whose calls somebody makes. */
export function actingAs<T extends object>(port: T, caller: Principal, place: Place): T {
  return new Proxy(port, {
    get: (target, name, receiver) => {
      const member: unknown = Reflect.get(target, name, receiver);
      return typeof member !== 'function'
        ? member
        : (...given: unknown[]) =>
            as(caller, place, () => (member as (...all: unknown[]) => Promise<unknown>).apply(target, given));
    },
  });
}

/** The real adapters of a fleet, as somebody who may do everything unless said. */
export function fleetPorts(
  place: Place,
  names: {
    readonly autoScalingGroup: string;
    readonly launchTemplateId: string;
    readonly cluster: string;
  },
  caller = everything(place),
) {
  const { autoScaling, ec2, ecs } = CLIENTS;
  return {
    control: actingAs(autoScalingFleet(autoScaling, ec2, names), caller, place),
    hosts: actingAs(ecsContainerHosts(ecs, names.cluster), caller, place),
    deletion: fleetDeletion(CLIENTS, names),
  };
}
