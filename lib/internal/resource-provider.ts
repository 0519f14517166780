import { Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Provider } from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';
import { allow, explainWildcard } from './allow';
import { EndingLogs } from './ending-logs';

/** What a provider of custom resources needs. */
export interface ResourceProviderProps {
  readonly handler: IFunction;
  readonly logRetention: RetentionDays;
  /** The key of the logs; left out, CloudWatch Logs encrypts with a key of its own. */
  readonly encryptionKey?: IKey | undefined;
}

/** Lets a handler answer for custom resources; the role and the log group of CDK's part are made in `scope`. */
export class ResourceProvider extends Provider {
  constructor(scope: Construct, id: string, { encryptionKey, handler, logRetention }: ResourceProviderProps) {
    const logGroup = new EndingLogs(scope, 'Logs', { encryptionKey, logRetention });
    const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    allow(role, {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    });
    super(scope, id, { onEventHandler: handler, frameworkOnEventRole: role, logGroup });
    explainWildcard(
      role,
      `${handler.functionArn}:*`,
      "aws-cdk-lib's provider invokes whichever version of the handler is deployed.",
    );
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-L1',
      reason: "The function and its runtime are CDK's own and come with aws-cdk-lib.",
    });
  }
}
