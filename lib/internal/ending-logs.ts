import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** How logs are kept. */
export interface EndingLogsProps {
  readonly logRetention: RetentionDays;
  /** Left out, CloudWatch Logs encrypts with a key of its own. */
  readonly encryptionKey?: IKey | undefined;
  /** Left out, CloudFormation names the group. */
  readonly logGroupName?: string;
  /** Whether it stays when its stack is deleted, since it says how that went. */
  readonly outlivesStack?: boolean;
}

/** A log group that keeps nothing for ever, and goes with its stack unless said otherwise. */
export class EndingLogs extends LogGroup {
  constructor(
    scope: Construct,
    id: string,
    { encryptionKey, logGroupName, logRetention, outlivesStack = false }: EndingLogsProps,
  ) {
    super(scope, id, {
      retention: logRetention,
      removalPolicy: outlivesStack ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
      ...(encryptionKey === undefined ? {} : { encryptionKey }),
      ...(logGroupName === undefined ? {} : { logGroupName }),
    });
  }
}
