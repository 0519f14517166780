import { isJsonObject, type JsonObject } from '../../../contract/values/json';
import type { Rule } from '../rule';
import {
  at,
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
} from '../values';
import { wrongTags } from '../launch-template-rules';
import { wrongName } from './names';

const API = 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_Distribution.html';
const AMI_API =
  'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_AmiDistributionConfiguration.html';

const AMI = { Name: 'golden-{{ imagebuilder:buildDate }}' };
const OUTPUTS = [
  'AmiDistributionConfiguration',
  'ContainerDistributionConfiguration',
  'FastLaunchConfigurations',
  'LaunchTemplateConfigurations',
  'LicenseConfigurationArns',
  'S3ExportConfiguration',
  'SsmParameterConfigurations',
];

/** A distribution configuration that is accepted. */
export const DISTRIBUTION_EXAMPLE: JsonObject = {
  Name: 'golden',
  Distributions: [{ Region: 'eu-west-1', AmiDistributionConfiguration: AMI }],
};

const distribution = (change: JsonObject): JsonObject => ({
  Distributions: [{ Region: 'eu-west-1', AmiDistributionConfiguration: AMI, ...change }],
});
const ami = (change: JsonObject): JsonObject =>
  distribution({ AmiDistributionConfiguration: { ...AMI, ...change } });

/** What a check finds in the distribution to each region. */
function each(document: JsonObject, check: (one: JsonObject) => readonly string[]): readonly string[] {
  return objects(document, 'Distributions').flatMap((one, index) =>
    inside(`distribution ${text(one, 'Region') ?? index + 1}`, check(one)),
  );
}

const eachAmi = (document: JsonObject, check: (one: unknown) => readonly string[]): readonly string[] =>
  each(document, (one) => check(at(one, 'AmiDistributionConfiguration')));

/** What `CreateDistributionConfiguration` refuses, or the integration of an image that was built already. */
export const DISTRIBUTION_RULES: readonly Rule[] = [
  {
    id: 'distribution/name',
    source: API,
    wayOut: 'Rename the configuration.',
    refused: { Name: 'golden.images' },
    check: wrongName,
  },
  {
    id: 'distribution/regions',
    source: API,
    wayOut: 'Put all that is for a region into one entry of it.',
    refused: {
      Distributions: ['eu-west-1', 'eu-west-1'].map((Region) => ({
        Region,
        AmiDistributionConfiguration: AMI,
      })),
    },
    check: (document) => {
      const regions = objects(document, 'Distributions');
      return [
        ...regions.flatMap((one) =>
          mustMatch(one, 'Region', /^[a-z]{2}(-[a-z]+)+-\d$/, 'the name of a region, such as eu-west-1'),
        ),
        ...twice(regions.flatMap((one) => text(one, 'Region') ?? [])).map(
          (region) => `Distributions must name a region once; got: ${region} twice`,
        ),
      ];
    },
  },
  {
    id: 'distribution/outputs',
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/17390',
    wayOut:
      'Say what goes there, AmiDistributionConfiguration with a name at least, or leave the region out.',
    refused: { Distributions: [{ Region: 'eu-west-1' }] },
    check: (document) =>
      each(document, (one) =>
        when(
          !OUTPUTS.some((name) => has(one, name)),
          'one or more outputs must be given for each region; got: none',
        ),
      ),
  },
  {
    id: 'distribution/ami-name',
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/36610',
    wayOut: 'Put {{ imagebuilder:buildDate }} into it, which makes it unique.',
    refused: ami({ Name: 'AmazonLinux2-EKS-1.27' }),
    check: (document) =>
      eachAmi(document, (one) => {
        const name = roughText(one, 'Name');
        return when(
          name !== undefined && isKnown(name) && !/\{\{\s*imagebuilder:buildDate/.test(name),
          `the name of the AMI must contain {{ imagebuilder:buildDate }}; got: ${shown(name)}`,
        );
      }),
  },
  {
    id: 'distribution/ami-name-form',
    source: AMI_API,
    wayOut: 'Shorten or respell it.',
    refused: ami({ Name: 'golden/{{ imagebuilder:buildDate }}' }),
    check: (document) =>
      eachAmi(document, (one) =>
        mustMatch(
          one,
          'Name',
          /^(?=.{1,127}$)[-_A-Za-z0-9{][-_A-Za-z0-9\s:{}.]+[-_A-Za-z0-9}]$/,
          '1 to 127 letters, digits, spaces and - _ : { } .',
        ),
      ),
  },
  {
    id: 'distribution/accounts',
    source: 'https://github.com/rhythmictech/terraform-aws-imagebuilder-pipeline/pull/11',
    wayOut: 'Leave an empty list out; quote numbers of accounts, or YAML takes their zeros.',
    refused: ami({ LaunchPermissionConfiguration: { UserIds: [] } }),
    check: (document) =>
      eachAmi(document, (one) => {
        const permission = at(one, 'LaunchPermissionConfiguration') ?? at(one, 'LaunchPermission');
        return [
          ...wrongAccounts(one, 'TargetAccountIds'),
          ...wrongAccounts(permission, 'UserIds'),
          ...texts(permission, 'UserGroups')
            .filter((group) => group !== 'all')
            .map((group) => `UserGroups knows all alone; got: ${shown(group)}`),
          ...wrongArns(
            permission,
            'OrganizationArns',
            /:organizations::\d{12}:organization\/o-[a-z0-9]{10,32}$/,
          ),
          ...wrongArns(
            permission,
            'OrganizationalUnitArns',
            /:organizations::\d{12}:ou\/o-[a-z0-9]{10,32}\/ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$/,
          ),
        ];
      }),
  },
  {
    id: 'distribution/launch-templates',
    source:
      'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_LaunchTemplateConfiguration.html',
    wayOut: 'Give the id of the template, lt- and 17 characters; its name is not taken.',
    refused: distribution({ LaunchTemplateConfigurations: [{ LaunchTemplateId: 'golden-hosts' }] }),
    check: (document) =>
      each(document, (one) =>
        objects(one, 'LaunchTemplateConfigurations').flatMap((template) => [
          ...mustHave(template, 'a launch template', ['LaunchTemplateId']),
          ...mustMatch(template, 'LaunchTemplateId', /^lt-[a-z0-9-_]{17}$/, 'the id of a launch template'),
          ...mustMatch(template, 'AccountId', /^\d{12}$/, 'the twelve digits of an account'),
        ]),
      ),
  },
  {
    id: 'distribution/licenses',
    source: API,
    wayOut: 'Give the ARN of a license configuration.',
    refused: distribution({ LicenseConfigurationArns: ['lic-0123456789abcdef0123456789abcdef'] }),
    check: (document) =>
      each(document, (one) =>
        wrongArns(
          one,
          'LicenseConfigurationArns',
          /:license-manager:[^:]+:\d{12}:license-configuration[:/]lic-[a-z0-9-_]{32}$/,
        ),
      ),
  },
  {
    id: 'distribution/fast-launch',
    source: 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_FastLaunchConfiguration.html',
    wayOut: 'EC2 launches at least six at a time; name one launch template, with its version.',
    refused: distribution({ FastLaunchConfigurations: [{ Enabled: true, MaxParallelLaunches: 2 }] }),
    check: (document) =>
      each(document, (one) =>
        objects(one, 'FastLaunchConfigurations').flatMap((fast) => {
          const template = at(fast, 'LaunchTemplate');
          const launches = number(fast, 'MaxParallelLaunches');
          return inside('fast launch', [
            ...mustHave(fast, 'it', ['Enabled']),
            ...when(
              launches !== undefined && launches < 6,
              `MaxParallelLaunches must be 6 or more; got: ${launches ?? ''}`,
            ),
            ...mustLieIn(at(fast, 'SnapshotConfiguration'), 'TargetResourceCount', 1, 10_000),
            ...when(
              isJsonObject(template) &&
                has(template, 'LaunchTemplateId') === has(template, 'LaunchTemplateName'),
              'LaunchTemplate needs LaunchTemplateId or LaunchTemplateName, and not both',
            ),
          ]);
        }),
      ),
  },
  {
    id: 'distribution/fast-launch-version',
    source:
      'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FastLaunchLaunchTemplateSpecificationRequest.html',
    wayOut: 'Name the version; EC2 requires one where it is to keep snapshots ready.',
    refused: distribution({
      FastLaunchConfigurations: [{ Enabled: true, LaunchTemplate: { LaunchTemplateName: 'prepared' } }],
    }),
    check: (document) =>
      each(document, (one) =>
        objects(one, 'FastLaunchConfigurations').flatMap((fast) => {
          const template = at(fast, 'LaunchTemplate');
          return inside(
            'fast launch',
            isJsonObject(template) ? mustHave(template, 'LaunchTemplate', ['LaunchTemplateVersion']) : [],
          );
        }),
      ),
  },
  {
    id: 'distribution/parameters',
    source: 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_SsmParameterConfiguration.html',
    wayOut: 'Name a parameter as the parameter store does, and one of its two types of data.',
    refused: distribution({ SsmParameterConfigurations: [{ ParameterName: '/golden/{{ release }}' }] }),
    check: (document) =>
      each(document, (one) =>
        objects(one, 'SsmParameterConfigurations').flatMap((parameter) => [
          ...mustMatch(
            parameter,
            'ParameterName',
            /^[a-zA-Z0-9_.\-/]{1,1011}$/,
            'letters, digits and _ . - /',
          ),
          ...mustBeOneOf(parameter, 'DataType', ['text', 'aws:ec2:image']),
        ]),
      ),
  },
  {
    id: 'distribution/export',
    source: 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_S3ExportConfiguration.html',
    wayOut: 'An export needs a role, a bucket and one of three formats.',
    refused: distribution({
      S3ExportConfiguration: { RoleName: 'vmimport', S3Bucket: 'b', DiskImageFormat: 'QCOW2' },
    }),
    check: (document) =>
      each(document, (one) => {
        const target = at(one, 'S3ExportConfiguration');
        return isJsonObject(target)
          ? [
              ...mustHave(target, 'S3ExportConfiguration', ['RoleName', 'DiskImageFormat', 'S3Bucket']),
              ...mustBeOneOf(target, 'DiskImageFormat', ['VMDK', 'RAW', 'VHD']),
            ]
          : [];
      }),
  },
  {
    id: 'distribution/repository',
    source:
      'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ContainerDistributionConfiguration.html',
    wayOut: 'Name the service ECR and the repository.',
    refused: {
      Distributions: [
        { Region: 'eu-west-1', ContainerDistributionConfiguration: { ContainerTags: ['latest'] } },
      ],
    },
    check: (document) =>
      each(document, (one) => {
        const containers = at(one, 'ContainerDistributionConfiguration');
        return isJsonObject(containers)
          ? mustHave(containers, 'ContainerDistributionConfiguration', ['TargetRepository'])
          : [];
      }),
  },
  {
    id: 'distribution/tags',
    source: AMI_API,
    wayOut: 'Name your own tags otherwise.',
    refused: ami({ AmiTags: { 'aws:release': '2022' } }),
    check: (document) => eachAmi(document, (one) => wrongTags(one, 'AmiTags')),
  },
];

function wrongAccounts(owner: unknown, name: string): readonly string[] {
  return [
    ...when(
      Array.isArray(at(owner, name)) && list(owner, name).length === 0,
      `${name} must contain at least 1 items; got: an empty list`,
    ),
    ...texts(owner, name)
      .filter((account) => !/^\d{12}$/.test(account))
      .map((account) => `${name} must be accounts of twelve digits; got: ${shown(account)}`),
  ];
}

function wrongArns(owner: unknown, name: string, pattern: RegExp): readonly string[] {
  return texts(owner, name)
    .filter((arn) => !pattern.test(arn))
    .map((arn) => `${name} must be ARNs; got: ${shown(arn)}`);
}
