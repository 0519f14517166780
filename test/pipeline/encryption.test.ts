import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Key, type IKey } from 'aws-cdk-lib/aws-kms';
import { WindowsAmiAccount, WindowsAmiPipeline, WindowsOs } from '../../lib/index';
import { onlyProperties } from '../support/only-resource';
import { policyStatements } from '../support/policy-statements';
import { resolvedText } from '../support/resolved-text';

const os = WindowsOs.SERVER_2022_CORE;
const OTHER = '222222222222';

function pipelineWith(props: { readonly accounts?: string[]; readonly imported?: boolean } = {}) {
  const stack = new Stack(new App(), 'Platform', { env: { account: '111111111111', region: 'eu-west-1' } });
  const arn = 'arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const encryptionKey = props.imported ? Key.fromKeyArn(stack, 'Own', arn) : new Key(stack, 'Own');
  new WindowsAmiPipeline(stack, 'Pipeline', {
    os,
    encryptionKey,
    distribution: { accounts: props.accounts ?? [] },
  });
  return { stack, template: Template.fromStack(stack) };
}

const { template } = pipelineWith();
const [ownKey = ''] = Object.keys(template.findResources('AWS::KMS::Key')).filter((id) =>
  id.startsWith('Own'),
);
const keyArn = { 'Fn::GetAtt': [ownKey, 'Arn'] };

function withKey(role: string): readonly string[] {
  const statements =
    Object.entries(policyStatements(template)).find(([id]) => id.startsWith(role))?.[1] ?? [];
  return statements
    .filter(({ Resource }) => JSON.stringify(Resource) === JSON.stringify(keyArn))
    .map(({ Action, Condition }) => `${[Action].flat().join()} ${JSON.stringify(Condition)}`);
}

test('one key encrypts bucket, topic, queue and all logs', () => {
  expect(onlyProperties(template, 'AWS::S3::Bucket').BucketEncryption).toEqual({
    ServerSideEncryptionConfiguration: [
      {
        BucketKeyEnabled: true,
        ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn },
      },
    ],
  });
  expect(resolvedText(onlyProperties(template, 'AWS::SNS::Topic').KmsMasterKeyId)).toContain(ownKey);
  expect(onlyProperties(template, 'AWS::SQS::Queue').KmsMasterKeyId).toEqual(keyArn);
  const groups = Object.values(template.findResources('AWS::Logs::LogGroup'));
  expect(groups.length).toBeGreaterThan(7);
  expect(groups.map(({ Properties }) => Properties.KmsKeyId)).toEqual(groups.map(() => keyArn));
  template.resourceCountIs('AWS::KMS::Key', 1);
});

const through = (...services: string[]) =>
  services.map(
    (service) =>
      `kms:Decrypt,kms:GenerateDataKey {"StringEquals":{"kms:ViaService":"${service}.eu-west-1.amazonaws.com"}}`,
  );

test.each([
  ['PipelineInstanceRole', ['s3']],
  ['PipelineDecideRole', ['sns', 's3']],
  ['PipelinePublishRole', ['s3']],
  ['PipelineHousekeepingRole', ['sqs', 'sns', 's3']],
  ['PipelineOperateRole', ['s3']],
  ['PipelineHousekeepingTargetRole', ['sqs']],
  ['PipelineRebakeRole', []],
  ['PipelineExecutionRole', []],
])('%s uses it through %j and nothing else', (role, services) => {
  expect([...withKey(role)].sort()).toEqual(through(...services).sort());
});

test('the seed writes with it through s3, and reads nothing', () => {
  const written = through('s3').map((statement) => statement.replace('kms:Decrypt,', ''));
  expect([...withKey('PipelineSeedHandlerRole')]).toEqual(written);
});

test('its policy lets in the logs and the alarms of this account alone', () => {
  const { KeyPolicy } = template.findResources('AWS::KMS::Key')[ownKey]!['Properties'];
  const services = (KeyPolicy.Statement as { Principal: { Service?: string }; Condition?: object }[]).filter(
    ({ Principal }) => Principal.Service !== undefined,
  );
  expect(
    services.map(({ Condition, Principal }) => [Principal.Service, Object.keys(Condition ?? {})]),
  ).toEqual([
    ['logs.eu-west-1.amazonaws.com', ['ArnLike']],
    ['cloudwatch.amazonaws.com', ['StringEquals']],
  ]);
});

test('of a key with a policy that is not known here, the way out is said', () => {
  const message = Match.stringLikeRegexp('must let CloudWatch Logs and CloudWatch use it');
  Annotations.fromStack(pipelineWith({ imported: true }).stack).hasWarning('/Platform/Pipeline', message);
  Annotations.fromStack(pipelineWith().stack).hasNoWarning('*', message);
});

describe('the key of AMIs for other accounts', () => {
  const { template: shared } = pipelineWith({ accounts: [OTHER] });
  const [amiKey] = Object.entries(shared.findResources('AWS::KMS::Key')).filter(([id]) =>
    id.includes('AmiKey'),
  );
  const statements = amiKey![1]['Properties'].KeyPolicy.Statement as {
    readonly Action: string | string[];
    readonly Principal: { readonly AWS: unknown };
    readonly Condition?: Record<string, Record<string, unknown>>;
  }[];

  test('stays when its stack goes, and encrypts the volume', () => {
    expect(amiKey![1]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    const recipe = onlyProperties(shared, 'AWS::ImageBuilder::ImageRecipe');
    expect(recipe.BlockDeviceMappings[0].Ebs.KmsKeyId).toEqual({ 'Fn::GetAtt': [amiKey![0], 'Arn'] });
  });

  test('other accounts use it through EC2, and grant it to nobody but their Auto Scaling', () => {
    const of = (account: string) =>
      statements.filter(({ Principal }) => JSON.stringify(Principal).includes(account));
    const grants = of(OTHER).filter(({ Action }) => [Action].flat().includes('kms:CreateGrant'));
    expect(grants.map(({ Condition = {} }) => Object.keys(Condition).sort())).toEqual([
      ['Bool', 'StringEquals'],
      ['ForAllValues:StringEquals', 'StringEquals'],
    ]);
    const [, autoScaling] = grants;
    const grantees = autoScaling!.Condition!['StringEquals']!['kms:GranteePrincipal'];
    expect([grantees].flat().map(resolvedText)).toEqual([
      `arn:aws:iam::${OTHER}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    ]);
    const direct = of(OTHER).filter(({ Condition }) => Condition === undefined);
    expect(direct.map(({ Action }) => Action)).toEqual(['kms:DescribeKey']);
  });

  test('Image Builder uses it through EC2 only', () => {
    const [, own = []] =
      Object.entries(policyStatements(shared)).find(([id]) => id.startsWith('PipelineExecutionRole')) ?? [];
    const kms = own.filter(({ Action }) => [Action].flat().some((action) => action.startsWith('kms:')));
    expect(kms).toHaveLength(2);
    for (const { Condition } of kms) {
      expect(Condition).toMatchObject({ StringLike: { 'kms:ViaService': 'ec2.*.amazonaws.com' } });
    }
  });
});

describe('a key of AMIs that was given', () => {
  const withVolumeKey = (make: (stack: Stack) => IKey, accounts: string[]) => {
    const stack = new Stack(new App(), 'Platform', { env: { account: '111111111111', region: 'eu-west-1' } });
    new WindowsAmiPipeline(stack, 'Pipeline', {
      os,
      volume: { encryptionKey: make(stack) },
      distribution: { accounts },
    });
    return { stack, template: Template.fromStack(stack) };
  };
  const warning = Match.stringLikeRegexp('must let Auto Scaling and other accounts use it');

  test.each([
    ['this account alone', [], 1],
    ['other accounts too', [OTHER], 5],
  ])('lets instances of %s use it', (_name, accounts, more) => {
    const { stack, template: own } = withVolumeKey((scope) => new Key(scope, 'Own'), accounts);
    const [, key] = Object.entries(own.findResources('AWS::KMS::Key')).find(([id]) => id.startsWith('Own'))!;
    // Beside the statement of CDK.
    expect(key['Properties'].KeyPolicy.Statement).toHaveLength(1 + more);
    Annotations.fromStack(stack).hasNoWarning('*', warning);
  });

  test('of somebody else has to do so itself, which is said', () => {
    const arn = 'arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    const { stack } = withVolumeKey((scope) => Key.fromKeyArn(scope, 'Own', arn), [OTHER]);
    Annotations.fromStack(stack).hasWarning('/Platform/Pipeline', warning);
  });
});

describe('an account lets its Auto Scaling use the keys of AMIs', () => {
  const KEY = 'arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const calls = (...keys: string[]) => {
    const stack = new Stack(new App(), 'Account', { env: { account: OTHER, region: 'eu-west-1' } });
    new WindowsAmiAccount(stack, 'Winbake', {
      pipelineAccount: '111111111111',
      pipelines: [{ os }],
      ...(keys.length === 0
        ? {}
        : { amiKeys: keys.map((arn, index) => Key.fromKeyArn(stack, `Key${index}`, arn)) }),
    });
    const synthesized = Template.fromStack(stack);
    const made = Object.entries(synthesized.findResources('Custom::AWS')).map(([id, { Properties }]) => {
      const call = JSON.parse(resolvedText(Properties.Create)) as { action: string; parameters: object };
      return [id, call.action, call.parameters] as const;
    });
    expect(
      Object.values(synthesized.findResources('Custom::AWS')).map(({ Properties }) => Properties.Delete),
    ).toEqual(made.map(() => undefined));
    return made.map(([, action, parameters]) => [action, parameters] as const);
  };
  const GRANTEE = `arn:aws:iam::${OTHER}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
  const role = ['createServiceLinkedRole', { AWSServiceName: 'autoscaling.amazonaws.com' }];
  const grantOf = (KeyId: unknown) => [
    'createGrant',
    expect.objectContaining({ KeyId, GranteePrincipal: GRANTEE, Name: 'winbake-auto-scaling' }),
  ];

  test('by the alias under which a pipeline keeps its key', () => {
    expect(calls()).toEqual([
      role,
      ['describeKey', { KeyId: 'arn:aws:kms:eu-west-1:111111111111:alias/winbake-2022-core-amis' }],
      grantOf(expect.stringContaining('KeyMetadata.Arn')),
    ]);
    expect(
      resolvedText(
        Object.values(pipelineWith({ accounts: [OTHER] }).template.findResources('AWS::KMS::Alias'))[0]![
          'Properties'
        ].AliasName,
      ),
    ).toBe('alias/winbake-2022-core-amis');
  });

  test('or those that it is given', () => {
    expect(calls(KEY)).toEqual([role, grantOf(KEY)]);
  });

  test('also one that has no ARN before it is deployed', () => {
    const stack = new Stack(new App(), 'Account', { env: { account: OTHER, region: 'eu-west-1' } });
    new WindowsAmiAccount(stack, 'Winbake', {
      pipelineAccount: '111111111111',
      pipelines: [{ os }],
      amiKeys: [new Key(stack, 'Copies')],
    });
    Template.fromStack(stack).hasResourceProperties('Custom::AWS', {
      Create: {
        'Fn::Join': ['', Match.arrayWith([{ 'Fn::GetAtt': [Match.stringLikeRegexp('^Copies'), 'Arn'] }])],
      },
    });
  });

  test('of its own region', () => {
    expect(() => calls(KEY.replace('eu-west-1', 'us-east-1'))).toThrow(
      `[Account/Winbake] "amiKeys" must be keys of this region; got: '${KEY.replace('eu-west-1', 'us-east-1')}'.`,
    );
  });
});
