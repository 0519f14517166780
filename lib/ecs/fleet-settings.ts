import { Annotations, Size } from 'aws-cdk-lib';
import { InstanceClass, InstanceSize, InstanceType } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { checkFleetName } from '../internal/names';
import { checkNumber } from '../internal/validate';
import type { WindowsCapacityProviderProps } from './windows-capacity-provider-props';

/** The props of a fleet with every default filled in and every value checked. */
export interface FleetSettings {
  readonly fleetName: string;
  /** The fixed name of the Auto Scaling group. */
  readonly groupName: string;
  readonly instanceType: InstanceType;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly volumeSize: Size;
  readonly logRetention: RetentionDays;
}

/** Fills in the defaults, and ends synthesis where a prop cannot be used. */
export function fleetSettings(scope: IConstruct, props: WindowsCapacityProviderProps): FleetSettings {
  const { cluster, ami, minCapacity = 0, maxCapacity = 10 } = props;
  const fleetName = props.fleetName ?? `${slug(cluster.node.id)}-${ami.pipelineName}`;
  const volumeSize = props.volumeSize ?? Size.gibibytes(100);
  checkFleetName(scope, fleetName);
  checkNumber(scope, 'maxCapacity', maxCapacity, {
    least: 1,
    most: 1000,
    wayOut: 'A fleet that may have no instance cannot run a task.',
  });
  checkNumber(scope, 'minCapacity', minCapacity, {
    least: 0,
    most: maxCapacity,
    wayOut: 'Raise "maxCapacity", or leave it out to take 0.',
  });
  checkNumber(scope, 'volumeSize', volumeSize.toGibibytes(), {
    least: 50,
    most: 16384,
    wayOut: "It is counted in GiB, and must be at least the pipeline's.",
  });
  if (props.fleetName === undefined) {
    Annotations.of(scope).addInfo(`"fleetName" is ${fleetName}; the fleet keeps its state under it.`);
  }
  return {
    fleetName,
    groupName: `winbake-${fleetName}`,
    instanceType: props.instanceType ?? InstanceType.of(InstanceClass.M6I, InstanceSize.XLARGE),
    minCapacity,
    maxCapacity,
    volumeSize,
    logRetention: props.logRetention ?? RetentionDays.THIRTEEN_MONTHS,
  };
}

function slug(id: string): string {
  return id
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
