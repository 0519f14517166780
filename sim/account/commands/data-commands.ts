import {
  authorizationPage,
  everywhere,
  objectsOf,
  onArn,
  textOf,
  textsOf,
  type CommandInput,
  type Place,
  type ServiceCommands,
} from './command-row';

/** The ARN of a parameter; those of AWS itself belong to no account. */
export function parameterArn(name: string, { account, region }: Place): string {
  const owner = name.startsWith('/aws/') ? '' : account;
  return `arn:aws:ssm:${region}:${owner}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}

const ssm: ServiceCommands = {
  service: 'ssm',
  source: authorizationPage('awssystemsmanager'),
  rows: {
    GetParameter: onParameter('ssm:GetParameter', 'Name', { Name: '/winbake/2022-core/pipeline' }),
    GetParameters: {
      needs: (input, place) =>
        textsOf(input, 'Names').map((name) => ({
          action: 'ssm:GetParameters',
          resource: parameterArn(name, place),
        })),
      sample: { Names: ['/winbake/2022-core/pipeline', '/winbake/fleets/shop/lease'] },
    },
    DeleteParameter: onParameter('ssm:DeleteParameter', 'Name', { Name: '/winbake/2022-core/pipeline' }),
    GetParametersByPath: {
      ...onParameter('ssm:GetParametersByPath', 'Path', { Path: '/winbake', Recursive: true }),
      source: 'https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-retrieval-authorization.html',
    },
    PutParameter: {
      needs: (input, place) => [
        { action: 'ssm:PutParameter', resource: parameterArn(textOf(input, 'Name'), place) },
        ...(input['DataType'] === 'aws:ec2:image' ? [{ action: 'ec2:DescribeImages', resource: '*' }] : []),
      ],
      source: 'https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html',
      sample: {
        Name: '/winbake/a',
        Value: 'ami-1',
        Type: 'String',
        Overwrite: true,
        DataType: 'aws:ec2:image',
      },
    },
  },
};

function onParameter(action: string, member: string, sample: CommandInput) {
  return {
    needs: (input: CommandInput, place: Place) => [
      { action, resource: parameterArn(textOf(input, member), place) },
    ],
    sample,
  };
}

const Bucket = 'winbake-bucket';

function bucketArn(input: CommandInput): string {
  return `arn:aws:s3:::${textOf(input, 'Bucket')}`;
}

function objectArn(input: CommandInput): string {
  return `${bucketArn(input)}/${textOf(input, 'Key')}`;
}

const s3: ServiceCommands = {
  service: 's3',
  source: authorizationPage('amazons3'),
  rows: {
    GetObject: {
      needs: (input) => [{ action: 's3:GetObject', resource: objectArn(input) }],
      sample: { Bucket, Key: 'catalog/2022.json' },
    },
    PutObject: {
      needs: (input) => [
        { action: 's3:PutObject', resource: objectArn(input) },
        // A write with If-Match reads the entity tag.
        ...(input['IfMatch'] === undefined ? [] : [{ action: 's3:GetObject', resource: objectArn(input) }]),
      ],
      source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html',
      sample: {
        Bucket,
        Key: 'catalog/2022.json',
        Body: '{}',
        ContentType: 'application/json',
        IfMatch: '"1"',
      },
    },
    DeleteObjects: {
      needs: (input) =>
        objectsOf((input['Delete'] ?? {}) as CommandInput, 'Objects').map((object) => ({
          action: object['VersionId'] === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion',
          resource: `${bucketArn(input)}/${textOf(object, 'Key')}`,
        })),
      sample: { Bucket, Delete: { Objects: [{ Key: 'a', VersionId: '1' }], Quiet: true } },
    },
    ListObjectVersions: {
      needs: (input) => [
        {
          action: 's3:ListBucketVersions',
          resource: bucketArn(input),
          context: { 's3:prefix': textOf(input, 'Prefix') },
        },
      ],
      sample: { Bucket },
    },
    GetBucketTagging: {
      needs: (input) => [{ action: 's3:GetBucketTagging', resource: bucketArn(input) }],
      sample: { Bucket },
    },
    DeleteBucket: {
      needs: (input) => [{ action: 's3:DeleteBucket', resource: bucketArn(input) }],
      sample: { Bucket },
    },
    ListBuckets: everywhere('s3:ListAllMyBuckets', { BucketRegion: 'us-east-1' }),
  },
};

const sts: ServiceCommands = {
  service: 'sts',
  source: authorizationPage('awssecuritytokenservice'),
  rows: {
    AssumeRole: {
      needs: (input) => [
        {
          action: 'sts:AssumeRole',
          resource: textOf(input, 'RoleArn'),
          context: {
            'sts:RoleSessionName': textOf(input, 'RoleSessionName'),
            ...(input['ExternalId'] === undefined ? {} : { 'sts:ExternalId': textOf(input, 'ExternalId') }),
          },
        },
      ],
      sample: {
        RoleArn: 'arn:aws:iam::210987654321:role/winbake',
        RoleSessionName: 'winbake-2022-core',
        DurationSeconds: 900,
      },
    },
    GetCallerIdentity: {
      needs: () => [],
      source: 'https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html',
      sample: {},
    },
  },
};

const sns: ServiceCommands = {
  service: 'sns',
  source: authorizationPage('amazonsns'),
  rows: {
    Publish: {
      needs: (input) => [{ action: 'sns:Publish', resource: textOf(input, 'TopicArn') }],
      sample: {
        TopicArn: 'arn:aws:sns:us-east-1:123456789012:notices',
        Subject: 'Baked',
        Message: 'An AMI.',
      },
    },
  },
};

const eventbridge: ServiceCommands = {
  service: 'eventbridge',
  source: authorizationPage('amazoneventbridge'),
  rows: {
    PutEvents: {
      needs: (input, { account, region }) =>
        objectsOf(input, 'Entries').map((entry) => {
          const bus = textOf(entry, 'EventBusName');
          return {
            action: 'events:PutEvents',
            resource: bus.startsWith('arn:')
              ? bus
              : `arn:aws:events:${region}:${account}:event-bus/${bus === '' ? 'default' : bus}`,
            context: {
              'events:source': textOf(entry, 'Source'),
              'events:detail-type': textOf(entry, 'DetailType'),
            },
          };
        }),
      sample: { Entries: [{ Source: 'winbake', DetailType: 'Bake Finished', Detail: '{}' }] },
    },
  },
};

const keyArn = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555';

/** An alias names a key only to KMS itself, which asks for the key's own ARN. */
function onKey(action: string, more: CommandInput = {}) {
  return {
    needs: (input: CommandInput, { account, region }: Place) => {
      const id = textOf(input, 'KeyId');
      const kind = id.startsWith('alias/') ? '' : 'key/';
      return [
        { action, resource: id.startsWith('arn:') ? id : `arn:aws:kms:${region}:${account}:${kind}${id}` },
      ];
    },
    sample: { KeyId: keyArn, ...more },
  };
}

const kms: ServiceCommands = {
  service: 'kms',
  source: authorizationPage('awskeymanagementservice'),
  rows: {
    DescribeKey: onKey('kms:DescribeKey'),
    GetKeyPolicy: onKey('kms:GetKeyPolicy', { PolicyName: 'default' }),
    ScheduleKeyDeletion: onKey('kms:ScheduleKeyDeletion', { PendingWindowInDays: 7 }),
    ListKeys: everywhere('kms:ListKeys'),
  },
};

const logs: ServiceCommands = {
  service: 'cloudwatch-logs',
  source: authorizationPage('amazoncloudwatchlogs'),
  rows: {
    DescribeLogGroups: {
      needs: (input, { account, region }) => [
        {
          action: 'logs:DescribeLogGroups',
          resource: `arn:aws:logs:${region}:${account}:log-group:${textOf(input, 'logGroupNamePrefix')}*`,
        },
      ],
      sample: { logGroupNamePrefix: '/aws/imagebuilder/winbake' },
    },
    DeleteLogGroup: onLogGroup('logs:DeleteLogGroup'),
    FilterLogEvents: onLogGroup('logs:FilterLogEvents'),
  },
};

function onLogGroup(action: string) {
  return {
    needs: (input: CommandInput, { account, region }: Place) => [
      {
        action,
        resource: `arn:aws:logs:${region}:${account}:log-group:${textOf(input, 'logGroupName')}`,
      },
    ],
    sample: { logGroupName: '/aws/imagebuilder/winbake' },
  };
}

const iam: ServiceCommands = {
  service: 'iam',
  source: authorizationPage('awsidentityandaccessmanagementiam'),
  rows: {
    GetRole: {
      needs: (input, { account }) => [
        { action: 'iam:GetRole', resource: `arn:aws:iam::${account}:role/${textOf(input, 'RoleName')}` },
      ],
      sample: { RoleName: 'winbake-decide' },
    },
    GetInstanceProfile: {
      needs: (input, { account }) => [
        {
          action: 'iam:GetInstanceProfile',
          resource: `arn:aws:iam::${account}:instance-profile/${textOf(input, 'InstanceProfileName')}`,
        },
      ],
      sample: { InstanceProfileName: 'winbake-instance' },
    },
    SimulatePrincipalPolicy: {
      ...onArn('iam:SimulatePrincipalPolicy', 'PolicySourceArn', ''),
      sample: {
        PolicySourceArn: 'arn:aws:iam::123456789012:role/web-execution',
        ActionNames: ['s3:GetObject'],
        ResourceArns: ['arn:aws:s3:::specs/web.json'],
      },
    },
  },
};

const lambda: ServiceCommands = {
  service: 'lambda',
  source: authorizationPage('awslambda'),
  rows: {
    Invoke: {
      needs: (input, place) => [{ action: 'lambda:InvokeFunction', resource: functionArn(input, place) }],
      sample: { FunctionName: 'winbake-operate', Qualifier: 'accept', Payload: new Uint8Array([123, 125]) },
    },
    GetFunctionConfiguration: {
      needs: (input, place) => [
        { action: 'lambda:GetFunctionConfiguration', resource: functionArn(input, place) },
      ],
      sample: { FunctionName: 'winbake-operate' },
    },
  },
};

/** A function's ARN, with the qualifier that the call names. */
export function functionArn(input: CommandInput, { account, region }: Place): string {
  const name = textOf(input, 'FunctionName');
  const arn = name.startsWith('arn:') ? name : `arn:aws:lambda:${region}:${account}:function:${name}`;
  const qualifier = textOf(input, 'Qualifier');
  return qualifier === '' ? arn : `${arn}:${qualifier}`;
}

const EXECUTION = 'arn:aws:states:us-east-1:123456789012:execution:rebake:one';
/** What a caller pulls with; of which repositories, their policies say. */
const ecr: ServiceCommands = {
  service: 'ecr',
  source: authorizationPage('amazonelasticcontainerregistry'),
  rows: { GetAuthorizationToken: everywhere('ecr:GetAuthorizationToken') },
};

const secretsManager: ServiceCommands = {
  service: 'secrets-manager',
  source: authorizationPage('awssecretsmanager'),
  rows: {
    // Which secret a part of an ARN means, the service knows, and asks.
    GetSecretValue: {
      needs: () => [],
      sample: { SecretId: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:registry-AbCdEf' },
    },
  },
};

const STATE_MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:rebake';

const sfn: ServiceCommands = {
  service: 'sfn',
  source: authorizationPage('awsstepfunctions'),
  rows: {
    DescribeExecution: onArn('states:DescribeExecution', 'executionArn', EXECUTION),
    StopExecution: onArn('states:StopExecution', 'executionArn', EXECUTION),
    StartExecution: onArn('states:StartExecution', 'stateMachineArn', STATE_MACHINE),
    DescribeStateMachine: onArn('states:DescribeStateMachine', 'stateMachineArn', STATE_MACHINE),
  },
};

/** Of parameters, objects, keys, messages, functions and executions. */
export const DATA_COMMANDS: readonly ServiceCommands[] = [
  ssm,
  s3,
  sts,
  sns,
  eventbridge,
  kms,
  logs,
  iam,
  lambda,
  sfn,
  ecr,
  secretsManager,
];
