import type { Role } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { allow } from '../internal/allow';

/** Lets a role tell people through a topic, encrypted or not. */
export function allowNotices(role: Role, topic: ITopic): void {
  allow(role, { actions: ['sns:Publish'], resources: [topic.topicArn] });
  if (topic.masterKey !== undefined) {
    allow(role, { actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [topic.masterKey.keyArn] });
  }
}
