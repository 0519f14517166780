import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RemovalPolicy, Validations, type Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { allow } from './allow';
import { checkEnvironmentBytes } from './deployed-bytes';
import { allowKeyUse } from './keys';

/** `lib/internal` in the source tree and `dist/internal` in the package are both two levels below its root. */
const PACKAGE_ROOT = join(__dirname, '..', '..');

/** The names of the bundled handlers. */
export type HandlerName =
  'decide' | 'publish' | 'housekeeping' | 'operate' | 'seed' | 'rollout' | 'fleet-resources';

/** The folder of the bundled handlers, which share their code. */
function handlersFolder(): string {
  return existing(join(PACKAGE_ROOT, 'dist', 'functions'));
}

/** The archive of the scripts that run on the instance. */
export function instanceScriptsArchive(): string {
  return existing(join(PACKAGE_ROOT, 'dist', 'instance-scripts.zip'));
}

/** The script that starts a container host. */
export function containerHostScript(): string {
  return existing(join(PACKAGE_ROOT, 'scripts', 'container-host', 'Start-ContainerHost.ps1'));
}

function existing(path: string): string {
  if (!existsSync(path)) {
    throw new Error(
      `${path} is missing: this copy of winbake was not built. Run "npm run build" in its folder, or install it again.`,
    );
  }
  return path;
}

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

/** What a handler's function needs; `Environment` is its interface in `lib/contract/names/environment.ts`. */
export interface HandlerFunctionProps<Environment extends object> {
  readonly handler: HandlerName;
  readonly description: string;
  readonly environment: Environment & Readonly<Record<keyof Environment, string>>;
  readonly timeout: Duration;
  readonly logRetention: RetentionDays;
  /** The key of the logs; left out, CloudWatch Logs encrypts with a key of its own. */
  readonly encryptionKey?: IKey | undefined;
  /** Whether the logs stay when the stack is deleted. */
  readonly outlivesStack?: boolean;
  /** Left out, CloudFormation names the function. */
  readonly functionName?: string;
  /** Left out, CloudFormation names the role. */
  readonly roleName?: string;
  /** Where an event goes that failed even when tried again; for functions that are invoked without waiting for an answer. */
  readonly deadLetterQueue?: IQueue;
}

/** A bundled handler as a Lambda function, with a role and a log group of its own. */
export class HandlerFunction<Environment extends object> extends Construct {
  public readonly function: LambdaFunction;
  public readonly role: Role;

  constructor(scope: Construct, id: string, props: HandlerFunctionProps<Environment>) {
    super(scope, id);
    checkEnvironmentBytes(this, props.environment);
    const logGroup = new EndingLogs(this, 'Logs', props);
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      ...(props.roleName === undefined ? {} : { roleName: props.roleName }),
    });
    allow(this.role, {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    });
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_22_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(handlersFolder()),
      handler: `${props.handler}.handler`,
      role: this.role,
      environment: { ...props.environment },
      memorySize: 512,
      timeout: props.timeout,
      logGroup,
      ...(props.functionName === undefined ? {} : { functionName: props.functionName }),
      ...(props.deadLetterQueue === undefined ? {} : { deadLetterQueue: props.deadLetterQueue }),
    });
    // What the function fails at goes to the queue by its own role.
    allowKeyUse(this.role, props.deadLetterQueue?.encryptionMasterKey, 'sqs');
    Validations.of(this.function).acknowledge({
      id: 'AwsSolutions-L1',
      reason: 'The handlers are bundled and tested for Node.js 22, which is supported until April 2027.',
    });
  }
}
