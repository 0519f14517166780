import { Validations, type Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Function as LambdaFunction, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Provider } from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';
import { allow, explainWildcard } from './allow';
import { EndingLogs } from './handler-function';

/** What a provider of custom resources needs. */
export interface ResourceProviderProps {
  readonly handler: IFunction;
  readonly logRetention: RetentionDays;
  /** The key of the logs; left out, CloudWatch Logs encrypts with a key of its own. */
  readonly encryptionKey?: IKey | undefined;
  /**
   * The handler is polled until it is complete; left out, its first answer counts. CloudFormation itself waits for an hour at most.
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
   */
  readonly polls?: { readonly every: Duration; readonly atMost: Duration };
}

const VERSIONS = "aws-cdk-lib's provider invokes whichever version of the function is deployed.";

/** Makes a handler the provider of custom resources; the role and the log group of CDK's part are made in `scope`. */
export class ResourceProvider extends Provider {
  constructor(scope: Construct, id: string, props: ResourceProviderProps) {
    const { polls, encryptionKey, handler, logRetention } = props;
    const logGroup = new EndingLogs(scope, 'Logs', { encryptionKey, logRetention });
    const roleOf = (name: string) => {
      const role = new Role(scope, name, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      allow(role, {
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      });
      explainWildcard(role, `${handler.functionArn}:*`, VERSIONS);
      return role;
    };
    super(scope, id, {
      onEventHandler: handler,
      frameworkOnEventRole: roleOf('Role'),
      logGroup,
      ...(polls === undefined
        ? {}
        : {
            isCompleteHandler: handler,
            frameworkCompleteAndTimeoutRole: roleOf('PollRole'),
            queryInterval: polls.every,
            totalTimeout: polls.atMost,
          }),
    });
    if (polls !== undefined) {
      this.acknowledgeWaiter();
    }
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-L1',
      reason: "The function and its runtime are CDK's own and come with aws-cdk-lib.",
    });
  }

  private acknowledgeWaiter(): void {
    const waiter = this.node.findChild('waiter-state-machine');
    for (const one of this.node.children) {
      if (one instanceof LambdaFunction) {
        explainWildcard(waiter.node.findChild('Role'), `${one.functionArn}:*`, VERSIONS);
      }
    }
    for (const id of ['AwsSolutions-SF1', 'AwsSolutions-SF2']) {
      Validations.of(waiter).acknowledge({
        id,
        reason: 'It polls the handler, which logs each of its answers.',
      });
    }
  }
}
