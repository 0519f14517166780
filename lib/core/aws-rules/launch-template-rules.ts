import { isJsonObject, type JsonObject } from '../../contract/values/json';
import type { Rule } from './rule';
import {
  at,
  flag,
  has,
  inside,
  isKnown,
  list,
  mustBeOneOf,
  mustHave,
  mustLieIn,
  mustMatch,
  number,
  objects,
  roughText,
  shown,
  text,
  texts,
  twice,
  when,
} from './values';

const API = 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestLaunchTemplateData.html';

const DATA = {
  ImageId: 'ami-0123456789abcdef0',
  InstanceType: 'm7i.large',
  SecurityGroupIds: ['sg-0123456789abcdef0'],
  UserData: 'PHBvd2Vyc2hlbGw+ZXhpdCAwPC9wb3dlcnNoZWxsPg==',
  MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
  BlockDeviceMappings: [
    { DeviceName: '/dev/sda1', Ebs: { VolumeType: 'gp3', VolumeSize: 100, Throughput: 250 } },
  ],
  TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'hosts' }] }],
};

/** A launch template that is accepted. */
export const LAUNCH_TEMPLATE_EXAMPLE: JsonObject = { LaunchTemplateName: 'hosts', LaunchTemplateData: DATA };

const data = (change: JsonObject): JsonObject => ({ LaunchTemplateData: { ...DATA, ...change } });
const dataOf = (document: JsonObject): unknown => at(document, 'LaunchTemplateData');

/**
 * What a launch can tag.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateTagSpecificationRequest.html
 */
const LAUNCHED = ['instance', 'volume', 'elastic-gpu', 'network-interface', 'spot-instances-request'];

/** What `CreateLaunchTemplate` refuses, or `RunInstances` and Auto Scaling when they are given it. */
export const LAUNCH_TEMPLATE_RULES: readonly Rule[] = [
  {
    id: 'launch-template/name',
    source: 'https://github.com/awsdocs/aws-cloudformation-user-guide/pull/132',
    wayOut: 'Shorten or respell it.',
    refused: { LaunchTemplateName: 'hosts of 2022' },
    check: (document) =>
      mustMatch(
        document,
        'LaunchTemplateName',
        /^[\w().\-/]{3,125}$/,
        '3 to 125 letters, digits and ( ) . - / _',
      ),
  },
  {
    id: 'launch-template/data',
    source: 'https://github.com/awsdocs/aws-cloudformation-user-guide/pull/453',
    wayOut: 'Give what the instances are to be.',
    refused: { LaunchTemplateData: {} },
    check: (document) => {
      const given = dataOf(document);
      return when(
        isJsonObject(given) && Object.keys(given).length === 0,
        'launch template data is required; got: {}',
      );
    },
  },
  {
    id: 'launch-template/user-data',
    source: 'https://github.com/github-aws-runners/terraform-aws-github-runner/issues/3700',
    wayOut: 'Encode it in Base64; keep what does not fit in S3 and download it.',
    refused: data({ UserData: 'A'.repeat(24_000) }),
    check: (document) => wrongBase64(roughText(dataOf(document), 'UserData')),
  },
  {
    id: 'launch-template/network',
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/4570',
    wayOut: 'Give security groups and subnets as part of each network interface.',
    refused: data({ NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: true }] }),
    check: (document) => {
      const given = dataOf(document);
      const interfaces = objects(given, 'NetworkInterfaces');
      const groups = ['SecurityGroupIds', 'SecurityGroups'].filter((name) => list(given, name).length > 0);
      return [
        ...when(
          interfaces.length > 0 && groups.length > 0,
          `when a network interface is given, the security groups must be a part of it; got: ${groups.join(', ')} beside it`,
        ),
        ...when(
          interfaces.length > 1 && interfaces.some((one) => flag(one, 'AssociatePublicIpAddress') === true),
          'a public address is given to a single network interface; got: several',
        ),
        ...twice(
          interfaces.flatMap((one) => {
            const index = text(one, 'DeviceIndex');
            return index === undefined ? [] : `${text(one, 'NetworkCardIndex') ?? '0'}.${index}`;
          }),
        ).map((index) => `network interfaces must have device indexes of their own; got: ${index} twice`),
      ];
    },
  },
  {
    id: 'launch-template/security-groups',
    source: API,
    wayOut: 'Give ids, sg- and 8 or 17 digits; names go into SecurityGroups.',
    refused: data({ SecurityGroupIds: ['hosts'] }),
    check: (document) =>
      texts(dataOf(document), 'SecurityGroupIds')
        .filter((id) => !/^sg-[\w-]+$/.test(id))
        .map((id) => `SecurityGroupIds must be ids; got: ${shown(id)}`),
  },
  {
    id: 'launch-template/image',
    source: API,
    wayOut: 'Name an AMI by its id, or resolve:ssm: and the parameter that holds it.',
    refused: data({ ImageId: 'ssm:/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-Base' }),
    check: (document) =>
      mustMatch(
        dataOf(document),
        'ImageId',
        /^(ami-[\w-]+|resolve:ssm:.+|\{\{resolve:.+)$/,
        'the id of an AMI',
      ),
  },
  {
    id: 'launch-template/instance-type',
    source: API,
    wayOut: 'Name a type, or describe it by requirements.',
    refused: data({ InstanceRequirements: { VCpuCount: { Min: 2 }, MemoryMiB: { Min: 4096 } } }),
    check: (document) => [
      ...when(
        has(dataOf(document), 'InstanceType') && has(dataOf(document), 'InstanceRequirements'),
        'InstanceType and InstanceRequirements cannot be given together; got: both',
      ),
      ...mustMatch(dataOf(document), 'InstanceType', /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'a type with its size'),
    ],
  },
  {
    id: 'launch-template/metadata',
    source:
      'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateInstanceMetadataOptionsRequest.html',
    wayOut: 'Leave it out for the defaults of the account.',
    refused: data({ MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 65 } }),
    check: (document) => {
      const options = at(dataOf(document), 'MetadataOptions');
      return inside('MetadataOptions', [
        ...mustBeOneOf(options, 'HttpTokens', ['optional', 'required']),
        ...mustBeOneOf(options, 'HttpEndpoint', ['enabled', 'disabled']),
        ...mustBeOneOf(options, 'HttpProtocolIpv6', ['enabled', 'disabled']),
        ...mustBeOneOf(options, 'InstanceMetadataTags', ['enabled', 'disabled']),
        ...mustLieIn(options, 'HttpPutResponseHopLimit', 1, 64),
      ]);
    },
  },
  {
    id: 'launch-template/metadata-tags',
    source: 'https://github.com/aws/karpenter-provider-aws/issues/1527',
    wayOut: 'Rename the tag, or leave tags out of the metadata.',
    refused: data({
      MetadataOptions: { InstanceMetadataTags: 'enabled' },
      TagSpecifications: [
        { ResourceType: 'instance', Tags: [{ Key: 'karpenter.sh/provisioner', Value: 'a' }] },
      ],
    }),
    check: (document) =>
      text(at(dataOf(document), 'MetadataOptions'), 'InstanceMetadataTags') === 'enabled'
        ? objects(dataOf(document), 'TagSpecifications')
            .filter((one) => text(one, 'ResourceType') === 'instance')
            .flatMap((one) => objects(one, 'Tags'))
            .flatMap((tag) =>
              mustMatch(tag, 'Key', /^[\w\-+=,.@:]{1,255}$/, 'letters, digits and - _ + = , . @ :'),
            )
        : [],
  },
  {
    id: 'launch-template/market',
    source: 'https://github.com/spinnaker/spinnaker/issues/6114',
    wayOut: 'Name the market: MarketType: spot, or capacity-block.',
    refused: data({ InstanceMarketOptions: { SpotOptions: { MaxPrice: '0.1' } } }),
    check: (document) => {
      const market = at(dataOf(document), 'InstanceMarketOptions');
      return [
        ...(isJsonObject(market) ? mustHave(market, 'InstanceMarketOptions', ['MarketType']) : []),
        ...mustBeOneOf(market, 'MarketType', [
          'spot',
          'capacity-block',
          'interruptible-capacity-reservation',
        ]),
      ];
    },
  },
  {
    id: 'launch-template/keys',
    source: 'https://github.com/rancher/rancher/issues/28146',
    wayOut: 'Encrypt the volume, too: Encrypted: true.',
    refused: data({ BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { KmsKeyId: 'alias/hosts' } }] }),
    check: (document) =>
      objects(dataOf(document), 'BlockDeviceMappings')
        .filter((device) => has(at(device, 'Ebs'), 'KmsKeyId') && !has(at(device, 'Ebs'), 'Encrypted'))
        .map(
          (device) =>
            `volume ${text(device, 'DeviceName') ?? ''}: KmsKeyId requires Encrypted to be set; got: nothing`,
        ),
  },
  {
    id: 'launch-template/volumes',
    source: 'https://github.com/runs-on/runs-on/issues/426',
    wayOut: 'Ask for what the type of the volume has.',
    refused: data({
      BlockDeviceMappings: [
        { DeviceName: '/dev/sda1', Ebs: { VolumeType: 'io2', Iops: 3000, Throughput: 250 } },
      ],
    }),
    check: (document) => wrongVolumes(dataOf(document)),
  },
  {
    id: 'launch-template/instance-tags',
    source: 'https://github.com/aws-cloudformation/cfn-lint/issues/975',
    wayOut: 'Name what is tagged at the launch, and at least one tag for it.',
    refused: data({ TagSpecifications: [{ Tags: [{ Key: 'Name', Value: 'hosts' }] }] }),
    check: (document) => {
      const specifications = objects(dataOf(document), 'TagSpecifications');
      return [
        ...specifications.flatMap((one) => [
          ...mustHave(one, 'a tag specification', ['ResourceType']),
          ...mustBeOneOf(one, 'ResourceType', LAUNCHED),
          ...when(
            Array.isArray(at(one, 'Tags')) && list(one, 'Tags').length === 0,
            'the tags of a tag specification cannot be empty; got: []',
          ),
          ...wrongTags(one, 'Tags'),
        ]),
        ...twice(specifications.flatMap((one) => text(one, 'ResourceType') ?? [])).map(
          (type) => `TagSpecifications must name a type once; got: ${type} twice`,
        ),
      ];
    },
  },
  {
    id: 'launch-template/own-tags',
    source: 'https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/979',
    wayOut: 'Tags of instances go into LaunchTemplateData; here only those of the template itself.',
    refused: {
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Owner', Value: 'platform' }] }],
    },
    check: (document) =>
      objects(document, 'TagSpecifications').flatMap((one) =>
        mustBeOneOf(one, 'ResourceType', ['launch-template']),
      ),
  },
  {
    id: 'launch-template/instance-profile',
    source:
      'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateIamInstanceProfileSpecificationRequest.html',
    wayOut: 'Give its ARN or its name.',
    refused: data({ IamInstanceProfile: { Arn: 'arn:aws:iam::111122223333:role/hosts' } }),
    check: (document) => {
      const profile = at(dataOf(document), 'IamInstanceProfile');
      return [
        ...when(
          has(profile, 'Arn') && has(profile, 'Name'),
          'IamInstanceProfile takes Arn or Name; got: both',
        ),
        ...mustMatch(profile, 'Arn', /:instance-profile\//, 'the ARN of an instance profile'),
        ...mustMatch(profile, 'Name', /^[\w+=,.@-]{1,128}$/, 'the name of an instance profile'),
      ];
    },
  },
];

/** User data that is no Base64, or too long for EC2. */
export function wrongBase64(encoded: string | undefined): readonly string[] {
  if (encoded === undefined || !isKnown(encoded)) {
    return [];
  }
  const isBase64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(encoded) && encoded.replace(/\s/g, '').length % 4 === 0;
  const bytes = Math.floor((encoded.replace(/[\s=]/g, '').length * 3) / 4);
  return [
    ...when(!isBase64, `user data must be Base64; got: ${shown(encoded)}`),
    ...when(isBase64 && bytes > 16_384, `user data must have at most 16384 bytes; got: ${bytes}`),
  ];
}

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
