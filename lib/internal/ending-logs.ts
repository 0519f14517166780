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
}

/** A log group that keeps nothing for ever, and goes with its stack. */
export class EndingLogs extends LogGroup {
  constructor(scope: Construct, id: string, { encryptionKey, logGroupName, logRetention }: EndingLogsProps) {
    super(scope, id, {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(encryptionKey === undefined ? {} : { encryptionKey }),
      ...(logGroupName === undefined ? {} : { logGroupName }),
    });
  }
}
