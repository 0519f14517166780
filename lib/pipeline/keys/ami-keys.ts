import { Stack, RemovalPolicy, Annotations } from 'aws-cdk-lib';
import { AccountPrincipal, AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { IConstruct, Construct } from 'constructs';
import {
  AUTO_SCALING_GRANT,
  autoScalingRoleArn,
  amiKeyDescription,
  amiKeyAlias,
} from '../../contract/names/resources';
import { keyAdministration } from '../../internal/keys';
import type { PipelineSettings } from '../props/pipeline-settings';

/** What starts an instance from an encrypted snapshot and copies one. */
const USE = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/**
 * Lets this account and others start instances from AMIs that are encrypted with a key, Auto Scaling's own roles among them;
 * false where the key's policy is not known here, and so not changed.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/share-amis-with-kms-key.html
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
 */
function letInstancesUse(scope: IConstruct, key: IKey, accounts: readonly string[]): boolean {
  const { account, partition, region } = Stack.of(scope);
  const throughEc2 = { 'kms:ViaService': `ec2.${region}.amazonaws.com` };
  // As AWS's own key of EBS has it: whoever may use EC2 here.
  const own = {
    principals: [new AnyPrincipal()],
    actions: [...USE, 'kms:CreateGrant'],
    conditions: { StringEquals: { 'kms:CallerAccount': account, ...throughEc2 } },
  };
  const principals = accounts.map((other) => new AccountPrincipal(other));
  const others = [
    { principals, actions: USE, conditions: { StringEquals: throughEc2 } },
    {
      principals,
      actions: ['kms:CreateGrant'],
      conditions: { StringEquals: throughEc2, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
    // Before it starts instances, an account looks the key up by its alias and lets Auto Scaling in.
    { principals, actions: ['kms:DescribeKey'] },
    {
      principals,
      actions: ['kms:CreateGrant'],
      conditions: {
        StringEquals: {
          'kms:GranteePrincipal': accounts.map((other) => autoScalingRoleArn(partition, other)),
        },
        'ForAllValues:StringEquals': { 'kms:GrantOperations': AUTO_SCALING_GRANT },
      },
    },
  ];
  return [own, ...(accounts.length === 0 ? [] : others)]
    .map((one) => key.addToResourcePolicy(new PolicyStatement({ ...one, resources: ['*'] })))
    .every(({ statementAdded }) => statementAdded);
}

/**
 * The key of AMIs that other accounts start instances from, which AWS's own key of EBS does not allow. It stays when the
 * pipeline goes: instances that run need it to start again.
 */
class AmiKey extends Key {
  constructor(scope: Construct, id: string, pipelineName: string) {
    super(scope, id, {
      description: amiKeyDescription(pipelineName),
      alias: amiKeyAlias(pipelineName),
      enableKeyRotation: true,
      policy: keyAdministration(),
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}

/**
 * The key of AMIs in the pipeline's region: the one that was given, or one that other accounts may use where there are any.
 * Of a key whose policy is not known here it is said what it has to allow.
 */
export function amiKeyOf(scope: Construct, settings: PipelineSettings): IKey | undefined {
  const { distribution, pipelineName, volume } = settings;
  const { accounts } = distribution;
  const key =
    volume.encryptionKey ?? (accounts.length === 0 ? undefined : new AmiKey(scope, 'AmiKey', pipelineName));
  if (key !== undefined && !letInstancesUse(scope, key, accounts)) {
    Annotations.of(scope).addWarningV2(
      'winbake:amiKeyPolicy',
      'The policy of "volume.encryptionKey" belongs to somebody else; it must let Auto Scaling and other accounts use it, as docs/security.md says.',
    );
  }
  return key;
}

/** The ARNs of the keys of AMIs in all regions. */
export function keyArnsOf({ distribution }: PipelineSettings, amiKey: IKey | undefined): readonly string[] {
  const others = distribution.regions.flatMap(({ encryptionKeyArn }) => encryptionKeyArn ?? []);
  return amiKey === undefined ? others : [amiKey.keyArn, ...others];
}
