import { Size, Token } from 'aws-cdk-lib';
import { EbsDeviceVolumeType } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { checkNumber, refuse } from '../../internal/validate';

/** The root volume of the build instance, and so of the AMI. It is always encrypted. */
export interface BakeVolume {
  /**
   * Its size, at least 50 GiB, and 11 more for each of `previousRevisions`.
   *
   * @default Size.gibibytes(100)
   */
  readonly size?: Size;

  /**
   * Its type: gp3, gp2, io1 or io2.
   *
   * @default EbsDeviceVolumeType.GP3
   */
  readonly volumeType?: EbsDeviceVolumeType;

  /**
   * Its throughput in MiB a second, 125 to 1000, of gp3 only.
   *
   * @default 250
   */
  readonly throughput?: number;

  /**
   * Its operations a second. Of gp3 3000 are free.
   *
   * @default - what the type has by itself; io1 and io2 need a number
   */
  readonly iops?: number;

  /**
   * The key that it and its snapshot are encrypted with.
   *
   * @default - with `distribution.accounts` a new key that these accounts may use, else the account's default key of EBS
   */
  readonly encryptionKey?: IKey;
}

/** Image Builder starts from no other volume of Windows. */
const VOLUME_TYPES: readonly string[] = ['gp3', 'gp2', 'io1', 'io2'];

/** A volume with every default filled in. */
export interface VolumeSettings {
  readonly sizeGib: number;
  readonly volumeType: EbsDeviceVolumeType;
  readonly throughput: number | undefined;
  readonly iops: number | undefined;
  readonly encryptionKey: IKey | undefined;
}

/** What a revision of all default families took at most, unpacked, were no layer shared with another; docs/costs.md. */
const PREVIOUS_REVISION_GIB = 11;

/** Fills in the defaults, and ends synthesis where a prop cannot be used, or where the cached revisions do not fit. */
export function volumeSettings(
  scope: IConstruct,
  previousRevisions: number,
  volume: BakeVolume = {},
): VolumeSettings {
  const { encryptionKey, iops, volumeType = EbsDeviceVolumeType.GP3 } = volume;
  const sizeGib = (volume.size ?? Size.gibibytes(100)).toGibibytes();
  if (!VOLUME_TYPES.includes(volumeType)) {
    refuse(scope, 'volume.volumeType', `must be ${VOLUME_TYPES.join(', ')}`, volumeType, 'Take gp3.');
  }
  const isGp3 = volumeType === EbsDeviceVolumeType.GP3;
  checkNumber(scope, 'volume.size', sizeGib, {
    least: 50 + PREVIOUS_REVISION_GIB * previousRevisions,
    most: 16384,
    wayOut:
      'It is counted in GiB, and the base AMI alone has 50' +
      (previousRevisions === 0
        ? '.'
        : `; each of "previousRevisions", ${previousRevisions}, takes up to ${PREVIOUS_REVISION_GIB}. Give it more, or cache fewer revisions.`),
  });
  if (volume.throughput !== undefined && !isGp3) {
    refuse(scope, 'volume.throughput', 'needs a volume of gp3', volumeType, 'Leave it out, or take gp3.');
  }
  if (volume.throughput !== undefined) {
    checkNumber(scope, 'volume.throughput', volume.throughput, {
      least: 125,
      most: 1000,
      wayOut: 'Image Builder takes no more.',
    });
  }
  if (iops === undefined && volumeType.startsWith('io')) {
    refuse(scope, 'volume.iops', `must be given for ${volumeType}`, 'none', 'Say how many, or take gp3.');
  }
  if (iops !== undefined && !Token.isUnresolved(iops)) {
    if (volumeType === EbsDeviceVolumeType.GP2) {
      refuse(scope, 'volume.iops', 'cannot be chosen for gp2', String(iops), 'Leave it out, or take gp3.');
    }
    checkNumber(scope, 'volume.iops', iops, {
      least: 100,
      most: 64000,
      wayOut: 'Image Builder takes no more.',
    });
  }
  return {
    sizeGib,
    volumeType,
    throughput: isGp3 ? (volume.throughput ?? 250) : undefined,
    iops,
    encryptionKey,
  };
}
