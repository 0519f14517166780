import type { JsonObject } from '../../../contract/values/json';
import { type Neighbours, referred, type Rule } from '../rule';
import {
  at,
  has,
  inside,
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
  UNKNOWN_TEXT,
  when,
} from '../values';
import { wrongBase64, wrongTags, wrongVolumes } from '../launch-template-rules';
import { wrongName, wrongRecipeVersion } from './names';
import { contentOf } from './yaml-document';

const RECIPE_API = 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_CreateImageRecipe.html';

/** A recipe has so many components at most. */
const MOST_COMPONENTS = 20;

const PARENT =
  /^(ami-[0-9a-f]{8,17}|ssm:[/\w.:-]+|prod-[a-z0-9]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|arn:aws[^:]*:imagebuilder:[^:]+:([0-9]{12}|aws[a-z-]*):image\/[a-z0-9-_]+\/(\d+|x)\.(\d+|x)\.(\d+|x)(\/(\d+|x))?)$/;
/** The end of a component's ARN, whose beginning may only be known in the account. */
const COMPONENT = /:component\/[a-z0-9-_]+\/(\d+|x)\.(\d+|x)\.(\d+|x)(\/\d+)?$/;

const CLI = 'arn:aws:imagebuilder:eu-west-1:aws:component/aws-cli-version-2-windows/x.x.x';

/** A recipe that is accepted. */
export const RECIPE_EXAMPLE: JsonObject = {
  Name: 'golden',
  Version: '1.0.x',
  ParentImage: 'ssm:/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-Base',
  Components: [{ ComponentArn: CLI }],
  BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 60, VolumeType: 'gp3' } }],
};

const volume = (ebs: JsonObject): JsonObject => ({
  BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: ebs }],
});

/** What `CreateImageRecipe` refuses, or EC2 when an image of the recipe is built. */
export const RECIPE_RULES: readonly Rule[] = [
  {
    id: 'recipe/name',
    source: RECIPE_API,
    wayOut: 'Rename the recipe.',
    refused: { Name: 'golden:2022' },
    check: wrongName,
  },
  {
    id: 'recipe/version',
    source: 'https://docs.aws.amazon.com/imagebuilder/latest/userguide/ibhow-semantic-versioning.html',
    wayOut: 'Right of an x are only further ones.',
    refused: { Version: '1.x.0' },
    check: wrongRecipeVersion,
  },
  {
    id: 'recipe/parent-image',
    source: RECIPE_API,
    wayOut:
      'Name an image of Image Builder by its ARN, an AMI, a product of the Marketplace, or ssm: and a parameter.',
    refused: { ParentImage: 'arn:aws:ec2:eu-west-1::image/ami-0123456789abcdef0' },
    check: (document) => wrongParent(roughText(document, 'ParentImage')),
  },
  {
    id: 'recipe/components',
    source: RECIPE_API,
    wayOut: 'Put several steps into one component.',
    refused: { Components: Array.from({ length: MOST_COMPONENTS + 1 }, () => ({ ComponentArn: CLI })) },
    check: (document) => {
      const components = at(document, 'Components');
      return when(
        Array.isArray(components) && (components.length < 1 || components.length > MOST_COMPONENTS),
        `Components must be a list of 1 to ${MOST_COMPONENTS}; got: ${list(document, 'Components').length}`,
      );
    },
  },
  {
    id: 'recipe/component-arn',
    source: RECIPE_API,
    wayOut: 'Use the ARN that Image Builder gave, which spells the name in lower case.',
    refused: { Components: [{ ComponentArn: CLI.replace('/x.x.x', '') }] },
    check: (document) =>
      objects(document, 'Components').flatMap((component) => {
        const arn = roughText(component, 'ComponentArn');
        return [
          ...mustHave(component, 'a component', ['ComponentArn']),
          ...when(
            arn !== undefined && isArn(arn) && !COMPONENT.test(arn),
            `ComponentArn must name a component and its version; got: ${shown(arn)}`,
          ),
        ];
      }),
  },
  {
    id: 'recipe/component-parameters',
    source: 'https://github.com/aws-ia/terraform-aws-ec2-image-builder/issues/106',
    wayOut: 'Give each parameter that the document declares, as Name and a list Value with one text.',
    refused: { Components: [{ ComponentArn: CLI, Parameters: [{ Name: 'Folder', Value: 'C:\\' }] }] },
    check: (document, neighbours) =>
      objects(document, 'Components').flatMap((component) => wrongParameters(component, neighbours)),
  },
  {
    id: 'recipe/volumes',
    source: 'https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html',
    wayOut: 'Ask for what the type of the volume has.',
    refused: volume({ VolumeSize: 60, VolumeType: 'io1' }),
    check: wrongVolumes,
  },
  {
    id: 'recipe/volume-limits',
    source:
      'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_EbsInstanceBlockDeviceSpecification.html',
    wayOut: 'Image Builder has limits of its own; a volume can be changed after the launch.',
    refused: volume({ VolumeSize: 60, VolumeType: 'gp3', Iops: 8000, Throughput: 1500 }),
    check: (document) =>
      objects(document, 'BlockDeviceMappings').flatMap((device) => {
        const ebs = at(device, 'Ebs');
        const limits = { VolumeSize: [1, 16_000], Iops: [100, 64_000], Throughput: [125, 1000] } as const;
        return Object.entries(limits).flatMap(([name, [least, most]]) => {
          const value = number(ebs, name);
          return when(
            value !== undefined && (value < least || value > most),
            `${name} must be ${least} to ${most}; got: ${value ?? ''}`,
          );
        });
      }),
  },
  {
    id: 'recipe/user-data',
    source:
      'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_AdditionalInstanceConfiguration.html',
    wayOut: 'Encode the script in Base64, and download what does not fit.',
    refused: { AdditionalInstanceConfiguration: { UserDataOverride: '<powershell>exit 0</powershell>' } },
    check: (document) =>
      wrongBase64(roughText(at(document, 'AdditionalInstanceConfiguration'), 'UserDataOverride')),
  },
  {
    id: 'recipe/working-directory',
    source: RECIPE_API,
    wayOut: 'Leave an empty one out.',
    refused: { WorkingDirectory: '' },
    check: (document) => {
      const folder = text(document, 'WorkingDirectory');
      return when(
        folder !== undefined && (folder === '' || folder.length > 1024),
        `WorkingDirectory must have 1 to 1024 characters; got: ${shown(folder)}`,
      );
    },
  },
  {
    id: 'recipe/tags',
    source: RECIPE_API,
    wayOut: 'Name your own tags otherwise.',
    refused: { AmiTags: { 'aws:release': '2022' } },
    check: (document) => [...wrongTags(document, 'Tags'), ...wrongTags(document, 'AmiTags')],
  },
];

function isArn(value: string): boolean {
  return value.startsWith('arn:') || value.includes(':component/');
}

function wrongParent(parent: string | undefined): readonly string[] {
  if (parent === undefined || parent === UNKNOWN_TEXT) {
    return [];
  }
  // Of an ARN that CloudFormation joins, the end is known, and the service.
  const filled = parent.replace(/:\uE000/g, ':aws').replaceAll(UNKNOWN_TEXT, 'aws');
  const isKnown = filled === parent;
  const pattern = isKnown ? PARENT : /^(ssm:|.*:image\/|ami-)/;
  return when(
    (isKnown || parent.startsWith('arn')) && (!pattern.test(filled) || /:ec2:/.test(filled)),
    `ParentImage must be one of four forms; got: ${shown(parent)}`,
  );
}

function wrongParameters(component: JsonObject, neighbours: Neighbours): readonly string[] {
  const given = objects(component, 'Parameters');
  const shapes = given.flatMap((parameter) => {
    const value = at(parameter, 'Value');
    return [
      ...when(
        value !== undefined && typeof value !== 'symbol' && !Array.isArray(value),
        `Value of ${text(parameter, 'Name') ?? ''} must be a list with one text; got: ${shown(value)}`,
      ),
      ...texts(parameter, 'Value')
        .filter(({ length }) => length < 1 || length > 1024)
        .map(
          ({ length }) =>
            `Value of ${text(parameter, 'Name') ?? ''} must have 1 to 1024 characters; got: ${length}`,
        ),
    ];
  });
  const reference = at(component, 'ComponentArn');
  const found = referred(reference, 'component', neighbours);
  const content = found && contentOf(found);
  return found === undefined || content === undefined
    ? shapes
    : [...shapes, ...inside(`component ${text(found, 'Name') ?? ''}`, unmet(content, given))];
}

/** What a recipe gives beyond what a document declares, and what it lacks. */
function unmet(content: JsonObject, given: readonly JsonObject[]): readonly string[] {
  const declared = new Map(objects(content, 'parameters').flatMap((entry) => Object.entries(entry)));
  const names = given.flatMap((parameter) => text(parameter, 'Name') ?? []);
  return [
    ...names.filter((name) => !declared.has(name)).map((name) => `it does not declare the parameter ${name}`),
    ...[...declared]
      .filter(
        ([name, details]) =>
          !names.includes(name) && !has(details, 'default') && names.length === given.length,
      )
      .map(([name]) => `it needs a value for the parameter ${name}`),
  ];
}

const INFRASTRUCTURE_API =
  'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_CreateInfrastructureConfiguration.html';

/** An infrastructure configuration that is accepted. */
export const INFRASTRUCTURE_EXAMPLE: JsonObject = {
  Name: 'golden',
  InstanceProfileName: 'golden-instances',
  InstanceTypes: ['m7i.large', 'm6i.large'],
  InstanceMetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
};

/** What `CreateInfrastructureConfiguration` refuses. */
export const INFRASTRUCTURE_RULES: readonly Rule[] = [
  {
    id: 'infrastructure/name',
    source: INFRASTRUCTURE_API,
    wayOut: 'Rename the configuration.',
    refused: { Name: 'a' },
    check: wrongName,
  },
  {
    id: 'infrastructure/instance-profile',
    source: 'https://github.com/rhythmictech/terraform-aws-imagebuilder-pipeline/issues/14',
    wayOut: 'Give the name of an instance profile, neither its ARN nor a role.',
    refused: { InstanceProfileName: 'arn:aws:iam::111122223333:instance-profile/golden' },
    check: (document) =>
      mustMatch(document, 'InstanceProfileName', /^[\w+=,.@-]{1,256}$/, 'the name of an instance profile'),
  },
  {
    id: 'infrastructure/instance-types',
    source: INFRASTRUCTURE_API,
    wayOut: 'Name types such as m7i.large.',
    refused: { InstanceTypes: ['m7i'] },
    check: (document) =>
      texts(document, 'InstanceTypes')
        .filter((type) => !/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(type))
        .map((type) => `InstanceTypes must name types with their size; got: ${shown(type)}`),
  },
  {
    id: 'infrastructure/topic',
    source: INFRASTRUCTURE_API,
    wayOut: 'Give the ARN of a standard topic.',
    refused: { SnsTopicArn: 'golden-builds' },
    check: (document) =>
      mustMatch(
        document,
        'SnsTopicArn',
        /^arn:aws[^:]*:sns:[^:]+:\d{12}:[\w-]{1,256}$/,
        'the ARN of a topic',
      ),
  },
  {
    id: 'infrastructure/metadata',
    source: 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_InstanceMetadataOptions.html',
    wayOut: 'Leave it out for the defaults of EC2.',
    refused: { InstanceMetadataOptions: { HttpTokens: 'enabled' } },
    check: (document) => {
      const options = at(document, 'InstanceMetadataOptions');
      return inside('InstanceMetadataOptions', [
        ...mustBeOneOf(options, 'HttpTokens', ['optional', 'required']),
        ...mustLieIn(options, 'HttpPutResponseHopLimit', 1, 64),
      ]);
    },
  },
  {
    id: 'infrastructure/placement',
    source: 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_Placement.html',
    wayOut: 'Name one host, or the resource group of hosts, with the tenancy host.',
    refused: {
      Placement: { Tenancy: 'host', HostId: 'h-0123456789abcdef0', HostResourceGroupArn: 'arn:aws:rg' },
    },
    check: (document) => {
      const placement = at(document, 'Placement');
      return inside('Placement', [
        ...mustBeOneOf(placement, 'Tenancy', ['default', 'dedicated', 'host']),
        ...when(
          has(placement, 'HostId') && has(placement, 'HostResourceGroupArn'),
          'one of HostId and HostResourceGroupArn can be given; got: both',
        ),
      ]);
    },
  },
  {
    id: 'infrastructure/logging',
    source: 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_S3Logs.html',
    wayOut: 'Give the name of the bucket alone; a folder is S3KeyPrefix.',
    refused: { Logging: { S3Logs: { S3BucketName: 's3://golden-logs' } } },
    check: (document) => {
      const logs = at(at(document, 'Logging'), 'S3Logs');
      return mustMatch(logs, 'S3BucketName', /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket');
    },
  },
  {
    id: 'infrastructure/tags',
    source: INFRASTRUCTURE_API,
    wayOut: 'Name your own tags otherwise.',
    refused: { ResourceTags: { 'aws:owner': 'platform' } },
    check: (document) => {
      const tags = Object.keys(at(document, 'ResourceTags') ?? {}).length;
      return [
        ...wrongTags(document, 'ResourceTags'),
        ...when(tags > 30, `ResourceTags must be at most 30; got: ${tags}`),
      ];
    },
  },
];
