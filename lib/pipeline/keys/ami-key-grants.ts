import { Stack, Token, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  AwsCustomResource,
  AwsCustomResourcePolicy,
  PhysicalResourceId,
  type AwsSdkCall,
} from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { AUTO_SCALING_GRANT, amiKeyAlias, autoScalingRoleArn } from '../../contract/names/resources';
import { EndingLogs } from '../../internal/handler-function';
import { flattenReference } from '../../internal/allow';
import type { AccountSettings } from '../props/windows-ami-account-props';

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
