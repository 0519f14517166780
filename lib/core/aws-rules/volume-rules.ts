import {
  at,
  flag,
  has,
  inside,
  mustBeOneOf,
  mustLieIn,
  number,
  objects,
  shown,
  text,
  twice,
  when,
} from './values';

/** The limits of a type of volume; iops only where they can be asked for. */
interface VolumeType {
  /** The smallest and the greatest size, in GiB. */
  readonly size: readonly [number, number];
  readonly iops?: readonly [number, number];
  /** The most iops for each GiB of the volume. */
  readonly ratio?: number;
  /** Whether iops must be given. */
  readonly needsIops?: boolean;
}

/**
 * The types of volumes of EBS.
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
 */
const VOLUME_TYPES: Readonly<Record<string, VolumeType>> = {
  standard: { size: [1, 1024] },
  gp2: { size: [1, 16_384] },
  // Templates that ask for fewer iops than the 3000 that gp3 has are taken.
  gp3: { size: [1, 65_536], iops: [100, 80_000], ratio: 500 },
  io1: { size: [4, 16_384], iops: [100, 64_000], ratio: 50, needsIops: true },
  io2: { size: [4, 65_536], iops: [100, 256_000], ratio: 1000, needsIops: true },
  st1: { size: [125, 16_384] },
  sc1: { size: [125, 16_384] },
};

/** What is wrong with the volumes in a list of block devices, that of a recipe or of a launch template. */
export function wrongVolumes(owner: unknown): readonly string[] {
  const devices = objects(owner, 'BlockDeviceMappings');
  return [
    ...twice(devices.flatMap((device) => text(device, 'DeviceName') ?? [])).map(
      (name) => `BlockDeviceMappings must name a device once; got: ${name} twice`,
    ),
    ...devices.flatMap((device) =>
      inside(`volume ${text(device, 'DeviceName') ?? ''}`, wrongVolume(at(device, 'Ebs'))),
    ),
  ];
}

function wrongVolume(ebs: unknown): readonly string[] {
  const name = text(ebs, 'VolumeType');
  const type = name === undefined ? undefined : VOLUME_TYPES[name];
  return [
    ...mustBeOneOf(ebs, 'VolumeType', Object.keys(VOLUME_TYPES)),
    ...when(
      has(ebs, 'KmsKeyId') && flag(ebs, 'Encrypted') === false,
      'KmsKeyId needs Encrypted: true; got: false',
    ),
    ...when(
      name !== undefined && name !== 'gp3' && has(ebs, 'Throughput'),
      `Throughput can only be given for gp3; got: ${name ?? ''}`,
    ),
    ...(type === undefined || name === undefined ? [] : wrongOfType(ebs, name, type)),
  ];
}

function wrongOfType(ebs: unknown, name: string, type: VolumeType): readonly string[] {
  const [size, iops, throughput] = ['VolumeSize', 'Iops', 'Throughput'].map((one) => number(ebs, one));
  const most = Math.max(name === 'gp3' ? 3000 : 0, (type.ratio ?? 0) * (size ?? Infinity));
  const fastest = (iops ?? 3000) / 4;
  return [
    ...mustLieIn(ebs, 'VolumeSize', ...type.size),
    ...(type.iops === undefined
      ? when(has(ebs, 'Iops'), `Iops cannot be given for ${name}; got: ${shown(at(ebs, 'Iops'))}`)
      : mustLieIn(ebs, 'Iops', ...type.iops)),
    ...when(type.needsIops === true && !has(ebs, 'Iops'), `Iops must be given for ${name}; got: nothing`),
    ...when(
      iops !== undefined && type.iops !== undefined && iops > most,
      `Iops of ${name} must be at most ${most} for ${size ?? ''} GiB; got: ${iops ?? ''}`,
    ),
    ...(name === 'gp3' ? mustLieIn(ebs, 'Throughput', 125, 2000) : []),
    ...when(
      name === 'gp3' && throughput !== undefined && throughput > Math.max(125, fastest),
      `Throughput must be at most a quarter of Iops, ${fastest}; got: ${throughput ?? ''}`,
    ),
  ];
}

/** The tags of a resource, as a map or as a list: none may begin with `aws:`, be empty or occur twice. */
export function wrongTags(owner: unknown, name: string): readonly string[] {
  const value = at(owner, name);
  const keys = Array.isArray(value)
    ? objects(owner, name).flatMap((tag) => text(tag, 'Key') ?? [])
    : Object.keys(value ?? {});
  return [
    ...keys
      .filter((key) => /^aws:/i.test(key) || key === '' || key.length > 128)
      .map(
        (key) => `a key of ${name} must have 1 to 128 characters and not begin with aws:; got: ${shown(key)}`,
      ),
    ...twice(keys).map((key) => `${name} must name a key once; got: ${key} twice`),
  ];
}
