import type { JsonObject } from '../../../contract/values/json';
import type { Rule } from '../rule';
import { at, has, inside, mustBeOneOf, mustHave, mustLieIn, mustMatch, texts, when, shown } from '../values';
import { wrongTags } from '../volume-rules';
import { wrongName } from './names';

const API =
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
    source: API,
    wayOut: 'Rename the configuration.',
    refused: { Name: 'a' },
    check: wrongName,
  },
  {
    id: 'infrastructure/instance-profile',
    source: 'https://github.com/rhythmictech/terraform-aws-imagebuilder-pipeline/issues/14',
    wayOut: 'Give the name of an instance profile, neither its ARN nor a role.',
    refused: { InstanceProfileName: 'arn:aws:iam::111122223333:instance-profile/golden' },
    check: (document) => [
      ...mustHave(document, 'the configuration', ['InstanceProfileName']),
      ...mustMatch(document, 'InstanceProfileName', /^[\w+=,.@-]{1,256}$/, 'the name of an instance profile'),
    ],
  },
  {
    id: 'infrastructure/instance-types',
    source: API,
    wayOut: 'Name types such as m7i.large.',
    refused: { InstanceTypes: ['m7i'] },
    check: (document) =>
      texts(document, 'InstanceTypes')
        .filter((type) => !/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(type))
        .map((type) => `InstanceTypes must name types with their size; got: ${shown(type)}`),
  },
  {
    id: 'infrastructure/topic',
    source: API,
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
    source: API,
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
