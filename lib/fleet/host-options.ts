import { Annotations, Size } from 'aws-cdk-lib';
import { BlockDeviceVolume, EbsDeviceVolumeType, type BlockDevice } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import type { WindowsAmi } from '../ami/windows-ami';
import { letEc2Use } from '../internal/keys';
import { checkNumber, refuse } from '../internal/validate';

/** The root volume of a fleet's instances, gp3 and always encrypted. */
export interface FleetVolume {
  /**
   * Its size, at least the AMI's.
   *
   * @default Size.gibibytes(100)
   */
  readonly size?: Size;

  /**
   * Its throughput in MiB a second, 125 to 2000, at most a quarter of `iops`.
   *
   * @default 250
   */
  readonly throughput?: number;

  /**
   * Its operations a second, 3000 to 80000.
   *
   * @default 3000
   */
  readonly iops?: number;

  /**
   * How much of the AMI's snapshot is loaded a second, 100 to 300 MiB. Without it the cached images are read from S3 at their
   * first use, which can be slower than a pull; recommended, and charged for each volume by the snapshot's data and the rate: about
   * 0.0012 USD for a GiB at 100 MiB and 0.0036 USD at 300 in us-east-1, see docs/costs.md.
   *
   * @see https://docs.aws.amazon.com/ebs/latest/userguide/initalize-volume.html
   * @default - loaded when read
   */
  readonly volumeInitializationRate?: Size;

  /**
   * The key that it is encrypted with. A key of the app lets EC2 use it for this account, Auto Scaling included; the policy of an imported
   * one must do so already.
   *
   * @default - the account's default key of EBS
   */
  readonly encryptionKey?: IKey;
}

/**
 * The root device of a fleet's launch template; undefined where it names none, so that EC2 starts from the snapshots of Fast Launch.
 * Warns where the pipeline, as far as it is known, and the fleet do not fit together.
 */
export function rootDevice(
  scope: IConstruct,
  {
    ami,
    fastLaunch = false,
    volume,
  }: {
    readonly ami: WindowsAmi;
    readonly fastLaunch?: boolean | undefined;
    readonly volume?: FleetVolume | undefined;
  },
  maxCapacity: number,
): BlockDevice | undefined {
  const { _hasFastLaunch: hasFastLaunch, pipelineName } = ami;
  if (fastLaunch && volume !== undefined) {
    refuse(
      scope,
      'volume',
      'must be left out with "fastLaunch", which no instance uses whose launch template names a root device',
      Object.keys(volume).join(', '),
      'Say it of the pipeline: its volume is then the one of instances.',
    );
  }
  if (hasFastLaunch !== undefined && hasFastLaunch !== fastLaunch) {
    Annotations.of(scope).addWarningV2(
      'winbake:fastLaunch',
      hasFastLaunch
        ? `The pipeline ${pipelineName} keeps snapshots of Fast Launch, which this fleet never uses, since its launch template names a root ` +
            'device. Say "fastLaunch" of the fleet, without "volume".'
        : `The pipeline ${pipelineName} has no Fast Launch, so that "fastLaunch" of the fleet only takes its volume from the AMI. Say ` +
            '"fastLaunch" of the pipeline too, or leave it out.',
    );
  }
  return fastLaunch ? undefined : fleetVolume(scope, volume, maxCapacity);
}

/** What all volumes of a region may load in a second together; a launch beyond it fails. */
const REGION_MEBIBYTES = 5000;

/** Fills in the defaults, and ends synthesis where a value cannot be used. */
function fleetVolume(scope: IConstruct, volume: FleetVolume = {}, maxCapacity: number): BlockDevice {
  const { encryptionKey, volumeInitializationRate, iops = 3000, throughput = 250 } = volume;
  const size = (volume.size ?? Size.gibibytes(100)).toGibibytes();
  checkNumber(scope, 'volume.size', size, {
    least: 50,
    most: 16384,
    wayOut: "It is counted in GiB, and must be at least the pipeline's.",
  });
  checkNumber(scope, 'volume.iops', iops, {
    least: 3000,
    most: 80_000,
    wayOut: 'Leave it out to take what gp3 has by itself.',
  });
  checkNumber(scope, 'volume.throughput', throughput, {
    least: 125,
    most: Math.min(2000, iops / 4),
    wayOut: 'gp3 gives a quarter of a MiB a second for each operation; raise "volume.iops".',
  });
  if (volumeInitializationRate !== undefined) {
    checkRate(scope, volumeInitializationRate, maxCapacity);
  }
  if (encryptionKey !== undefined && !letEc2Use(scope, encryptionKey)) {
    Annotations.of(scope).addWarningV2(
      'winbake:volumeKeyPolicy',
      'The policy of "volume.encryptionKey" belongs to somebody else; unless it lets AWSServiceRoleForAutoScaling of this account use it, as ' +
        'docs/fleets.md says, no instance starts.',
    );
  }
  return {
    deviceName: '/dev/sda1',
    volume: BlockDeviceVolume.ebs(size, {
      volumeType: EbsDeviceVolumeType.GP3,
      encrypted: true,
      throughput,
      ...(volume.iops === undefined ? {} : { iops }),
      ...(volumeInitializationRate === undefined ? {} : { volumeInitializationRate }),
      ...(encryptionKey === undefined ? {} : { kmsKey: encryptionKey }),
    }),
  };
}

function checkRate(scope: IConstruct, rate: Size, maxCapacity: number): void {
  const mebibytes = rate.toMebibytes();
  checkNumber(scope, 'volume.volumeInitializationRate', mebibytes, {
    least: 100,
    most: 300,
    wayOut: 'It is counted in MiB a second; leave it out to load what is read.',
  });
  if (mebibytes * maxCapacity > REGION_MEBIBYTES) {
    Annotations.of(scope).addWarningV2(
      'winbake:initializationRate',
      `"volume.volumeInitializationRate" of ${mebibytes} MiB/s on ${maxCapacity} instances is ${mebibytes * maxCapacity} MiB/s, and a region ` +
        `has ${REGION_MEBIBYTES} MiB/s unless its quota was raised; launches beyond it fail. Lower the rate or "maxCapacity".`,
    );
  }
}

/** Who may read the metadata of a fleet's instances, always by session (IMDSv2). */
export interface InstanceMetadata {
  /**
   * How many hops an answer may take, 1 to 64. The ECS agent of Windows runs on the instance itself and needs one; containers
   * behind the instance's own network need two.
   *
   * @default 1
   */
  readonly httpPutResponseHopLimit?: number;

  /**
   * Whether tasks with network interfaces of their own reach it.
   *
   * @default false
   */
  readonly taskAccess?: boolean;

  /**
   * Whether it shows the instance's tags.
   *
   * @default false
   */
  readonly instanceMetadataTags?: boolean;
}

/** Fills in the defaults, and ends synthesis where a value cannot be used. */
export function instanceMetadata(
  scope: IConstruct,
  metadata: InstanceMetadata = {},
): Required<InstanceMetadata> {
  const { httpPutResponseHopLimit = 1, instanceMetadataTags = false, taskAccess = false } = metadata;
  checkNumber(scope, 'metadata.httpPutResponseHopLimit', httpPutResponseHopLimit, {
    least: 1,
    most: 64,
    wayOut: 'Leave it out to let only the instance itself read it.',
  });
  return { httpPutResponseHopLimit, instanceMetadataTags, taskAccess };
}
