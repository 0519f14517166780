import type { Role } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { allow } from '../internal/allow';
import { allowKeyUse } from '../internal/key-use';

/** Lets a role tell people through a topic, encrypted or not. */
export function allowNotices(role: Role, topic: ITopic): void {
  allow(role, { actions: ['sns:Publish'], resources: [topic.topicArn] });
  allowKeyUse(role, topic.masterKey, 'sns');
}
