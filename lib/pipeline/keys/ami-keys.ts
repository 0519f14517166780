import { Annotations, RemovalPolicy, Stack, Token, Validations } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, type IKey } from 'aws-cdk-lib/aws-kms';
import {
  AwsCustomResource,
  AwsCustomResourcePolicy,
  PhysicalResourceId,
  type AwsSdkCall,
} from 'aws-cdk-lib/custom-resources';
import { Construct, type IConstruct } from 'constructs';
import {
  amiKeyAlias,
  amiKeyDescription,
  AUTO_SCALING_GRANT,
  autoScalingRoleArn,
} from '../../contract/names/resources';
import { flattenReference } from '../../internal/allow';
import { EndingLogs } from '../../internal/handler-function';
import { keyAdministration, letEc2Use, VOLUME_KEY_USE } from '../../internal/keys';
import type { PipelineSettings } from '../props/pipeline-settings';
import type { AccountSettings } from '../props/windows-ami-account-props';

/**
 * Lets this account and others start instances from AMIs that are encrypted with a key, Auto Scaling's own roles among them;
 * false where the key's policy is not known here, and so not changed.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/share-amis-with-kms-key.html
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
 */
function letInstancesUse(scope: IConstruct, key: IKey, accounts: readonly string[]): boolean {
  const { partition, region } = Stack.of(scope);
  const throughEc2 = { 'kms:ViaService': `ec2.${region}.amazonaws.com` };
  const principals = accounts.map((other) => new AccountPrincipal(other));
  const others = [
    { principals, actions: VOLUME_KEY_USE, conditions: { StringEquals: throughEc2 } },
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
  const own = letEc2Use(scope, key);
  const added = (accounts.length === 0 ? [] : others).map((one) =>
    key.addToResourcePolicy(new PolicyStatement({ ...one, resources: ['*'] })),
  );
  return own && added.every(({ statementAdded }) => statementAdded);
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

/**
 * Lets Auto Scaling of this account start instances from AMIs that are encrypted with keys of the pipelines' account. Its own
 * role cannot be given policies, so it needs a grant of each key, made from here. A grant stays when the account goes:
 * instances that run need it to start again.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html#policy-example-cmk-cross-account-access
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html
 */
export class AmiKeyGrants extends Construct {
  private readonly logs: EndingLogs;

  constructor(scope: Construct, id: string, settings: AccountSettings) {
    super(scope, id);
    this.logs = new EndingLogs(this, 'Logs', settings);
    const { account, partition, region } = Stack.of(this);
    const { amiKeyArns, pipelineAccount, pipelines } = settings;
    const grantee = autoScalingRoleArn(partition, account);
    const role = this.call(
      'AutoScalingRole',
      {
        service: 'IAM',
        action: 'createServiceLinkedRole',
        parameters: { AWSServiceName: 'autoscaling.amazonaws.com' },
        physicalResourceId: PhysicalResourceId.of(grantee),
        // Most accounts have it, which is an error of the service.
        ignoreErrorCodesMatching: 'InvalidInput',
      },
      {
        action: 'iam:CreateServiceLinkedRole',
        resource: grantee,
        conditions: { StringEquals: { 'iam:AWSServiceName': 'autoscaling.amazonaws.com' } },
      },
    );
    const anyKey = `arn:${partition}:kms:${region}:${pipelineAccount}:key/*`;
    const wildcardReason =
      'The key is made by the pipeline and found by its alias, so its id is not known before; its own policy lets in who may.';
    const found = () =>
      pipelines.map(({ pipelineName }) => {
        const key = this.call(
          `Find${pipelineName}`,
          {
            service: 'KMS',
            action: 'describeKey',
            parameters: {
              KeyId: `arn:${partition}:kms:${region}:${pipelineAccount}:${amiKeyAlias(pipelineName)}`,
            },
            physicalResourceId: PhysicalResourceId.fromResponse('KeyMetadata.Arn'),
            outputPaths: ['KeyMetadata.Arn'],
          },
          { action: 'kms:DescribeKey', resource: anyKey, wildcardReason },
        );
        return [pipelineName, key.getResponseField('KeyMetadata.Arn')] as const;
      });
    const keys = amiKeyArns?.map((arn, index) => [keyName(arn, index), arn] as const) ?? found();
    this.explainProvider();
    for (const [name, KeyId] of keys) {
      const grant = this.call(
        `Grant${name}`,
        {
          service: 'KMS',
          action: 'createGrant',
          // By its name a second try finds the first one's grant.
          parameters: {
            KeyId,
            GranteePrincipal: grantee,
            Operations: AUTO_SCALING_GRANT,
            Name: 'winbake-auto-scaling',
          },
          physicalResourceId: PhysicalResourceId.fromResponse('GrantId'),
          outputPaths: ['GrantId'],
        },
        {
          action: 'kms:CreateGrant',
          resource: amiKeyArns === undefined ? anyKey : KeyId,
          conditions: { StringEquals: { 'kms:GranteePrincipal': grantee } },
          wildcardReason,
        },
      );
      grant.node.addDependency(role);
    }
  }

  /** The function that makes the calls of custom resources is one for the whole stack. */
  private explainProvider(): void {
    const id = `AWS${AwsCustomResource.PROVIDER_FUNCTION_UUID.replaceAll('-', '')}`;
    const reason =
      "The function is CDK's own and comes with aws-cdk-lib, as does its role, which writes its logs.";
    Validations.of(Stack.of(this).node.findChild(id)).acknowledge(
      { id: 'AwsSolutions-L1', reason },
      {
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
        reason,
      },
    );
  }

  private call(
    id: string,
    call: AwsSdkCall,
    { action, conditions, resource, wildcardReason }: CallPermission,
  ): AwsCustomResource {
    const made = new AwsCustomResource(this, id, {
      onUpdate: call,
      logGroup: this.logs,
      installLatestAwsSdk: false,
      policy: AwsCustomResourcePolicy.fromStatements([
        new PolicyStatement({
          actions: [action],
          resources: [resource],
          ...(conditions === undefined ? {} : { conditions }),
        }),
      ]),
    });
    if (wildcardReason !== undefined) {
      Validations.of(made).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${flattenReference(Stack.of(this).resolve(resource))}]`,
        reason: wildcardReason,
      });
    }
    return made;
  }
}

/** A key that is made together with the account has no id yet. */
function keyName(arn: string, index: number): string {
  return Token.isUnresolved(arn) ? `Key${index}` : (arn.split('/').at(-1) ?? arn);
}

interface CallPermission {
  readonly action: string;
  readonly resource: string;
  readonly conditions?: Readonly<Record<string, unknown>>;
  readonly wildcardReason?: string;
}
