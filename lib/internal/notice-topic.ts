import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type Role, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, type IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { allow } from './allow';
import { allowKeyUse, keyAdministration } from './keys';

/** Allows a role to publish to a topic, encrypted or not. */
export function allowNotices(role: Role, topic: ITopic): void {
  allow(role, { actions: ['sns:Publish'], resources: [topic.topicArn] });
  allowKeyUse(role, topic.masterKey, 'sns');
}

/**
 * The topic through which people are notified. Without a key of the user's it has one of its own, since alarms cannot publish to
 * a topic with the key that AWS manages.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
export class NoticeTopic extends Topic {
  constructor(
    scope: Construct,
    id: string,
    {
      encryptionKey,
      pipelineName,
    }: { readonly encryptionKey?: IKey | undefined; readonly pipelineName: string },
  ) {
    const key =
      encryptionKey ??
      new Key(scope, `${id}Key`, {
        description: `Winbake ${pipelineName}: notices to people`,
        enableKeyRotation: true,
        policy: keyAdministration(),
        removalPolicy: RemovalPolicy.DESTROY,
      });
    super(scope, id, {
      displayName: `Winbake ${pipelineName}`,
      masterKey: key,
      enforceSSL: true,
    });
    const alarms = {
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
    };
    key.addToResourcePolicy(
      new PolicyStatement({ ...alarms, actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: ['*'] }),
    );
    this.addToResourcePolicy(
      new PolicyStatement({ ...alarms, actions: ['sns:Publish'], resources: [this.topicArn] }),
    );
  }
}
