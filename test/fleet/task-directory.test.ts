import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  ContainerImage,
  DomainJoinedCredentialSpec,
  DomainlessCredentialSpec,
  type CredentialSpec,
} from 'aws-cdk-lib/aws-ecs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { WindowsOs } from '../../lib/ami/windows-os';
import {
  WindowsTaskDefinition,
  type WindowsTaskDefinitionProps,
} from '../../lib/fleet/windows-task-definition';
import { onlyProperties } from '../support/only-resource';
import { policyStatements } from '../support/policy-statements';

const os = WindowsOs.SERVER_2022_CORE;
const CONTAINER = { image: ContainerImage.fromRegistry('contoso/web:1'), cpu: 1024, memoryLimitMiB: 2048 };

describe('a share of FSx for Windows File Server', () => {
  function withShare(one: WindowsOs = os) {
    const stack = new Stack(new App(), 'Shop', { env: { account: '111111111111', region: 'eu-west-1' } });
    const credentials = new Secret(stack, 'Directory');
    const share = {
      fileSystemId: 'fs-0123456789abcdef0',
      rootDirectory: 'share\\orders',
      domain: 'shop.local',
    };
    const volumes = [{ name: 'logs', host: { sourcePath: 'C:\\logs' } }];
    const fsxVolumes = [{ name: 'orders', credentials, ...share }];
    const task = new WindowsTaskDefinition(stack, 'Task', { os: one, volumes, fsxVolumes });
    const container = task.addContainer('web', CONTAINER);
    container.addMountPoints({ sourceVolume: 'orders', containerPath: 'C:\\orders', readOnly: false });
    return { stack, task, share };
  }

  test('is mounted, beside other volumes', () => {
    const { share, stack } = withShare();
    const template = Template.fromStack(stack);
    const { Volumes } = onlyProperties(template, 'AWS::ECS::TaskDefinition');
    const [secret] = Object.keys(template.findResources('AWS::SecretsManager::Secret'));
    expect(Volumes).toEqual([
      { Name: 'logs', Host: { SourcePath: 'C:\\logs' } },
      {
        Name: 'orders',
        FSxWindowsFileServerVolumeConfiguration: {
          FileSystemId: share.fileSystemId,
          RootDirectory: share.rootDirectory,
          AuthorizationConfig: { CredentialsParameter: { Ref: secret }, Domain: share.domain },
        },
      },
    ]);
  });

  test('its name and its credentials may be read by the execution role alone', () => {
    const { stack } = withShare();
    const found = Object.entries(policyStatements(Template.fromStack(stack))).filter(([, statements]) =>
      /fsx:|secretsmanager:/.test(JSON.stringify(statements)),
    );
    expect(found).toHaveLength(1);
    const [[role, statements]] = found as [(typeof found)[number]];
    expect(role).toMatch(/ExecutionRole/);
    expect(statements).toContainEqual({
      Effect: 'Allow',
      Action: 'fsx:DescribeFileSystems',
      Resource: expect.objectContaining({
        'Fn::Join': [
          '',
          expect.arrayContaining([':fsx:eu-west-1:111111111111:file-system/fs-0123456789abcdef0']),
        ],
      }),
    });
    expect(JSON.stringify(statements)).toContain('secretsmanager:GetSecretValue');
  });

  test('is not there on Windows Server 2016', () => {
    expect(() => withShare(WindowsOs.SERVER_2016_FULL)).toThrow(
      `[Shop/Task] "fsxVolumes" must not be used on Windows Server 2016; got: 'orders'. Later releases have them.`,
    );
  });

  test('what aws-cdk-lib would drop of a volume ends synthesis', () => {
    const volume = { name: 'orders', fsxWindowsFileServerVolumeConfiguration: { fileSystemId: 'fs-1' } };
    expect(() => {
      const stack = new Stack(new App(), 'Shop');
      new WindowsTaskDefinition(stack, 'Task', { os, volumes: [volume] }).addContainer('web', CONTAINER);
      Template.fromStack(stack);
    }).toThrow(
      'Volume orders: aws-cdk-lib would drop "fsxWindowsFileServerVolumeConfiguration". Name the share in "fsxVolumes", or add ' +
        'to the task definition by an escape hatch what aws-cdk-lib does not know.',
    );
  });
});

describe('Active Directory', () => {
  function statementsOf(
    spec: (stack: Stack) => CredentialSpec,
    props: Partial<WindowsTaskDefinitionProps> = {},
  ) {
    const stack = new Stack(new App(), 'Shop', { env: { account: '111111111111', region: 'eu-west-1' } });
    const task = new WindowsTaskDefinition(stack, 'Task', { os, ...props });
    task.addContainer('web', { ...CONTAINER, credentialSpecs: [spec(stack)] });
    const all = Object.entries(policyStatements(Template.fromStack(stack)));
    const execution = all
      .filter(([role]) => /ExecutionRole/.test(role))
      .flatMap(([, statements]) => statements);
    return { stack, execution, others: all.filter(([role]) => !/ExecutionRole/.test(role)) };
  }

  test('the execution role reads the credential spec, wherever it is kept', () => {
    const parameter = statementsOf((stack) =>
      DomainlessCredentialSpec.fromSsmParameter(
        StringParameter.fromStringParameterName(stack, 'Spec', '/directory/web'),
      ),
    );
    expect(parameter.execution).toContainEqual({
      Effect: 'Allow',
      Action: 'ssm:GetParameters',
      Resource: {
        'Fn::Join': [
          '',
          ['arn:', { Ref: 'AWS::Partition' }, ':ssm:eu-west-1:111111111111:parameter/directory/web'],
        ],
      },
    });
    const object = statementsOf((stack) =>
      DomainJoinedCredentialSpec.fromS3Bucket(new Bucket(stack, 'Specs'), 'web.json'),
    );
    expect(object.execution).toContainEqual({
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: {
        'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringMatching(/^Specs/), 'Arn'] }, '/web.json']],
      },
    });
    const file = statementsOf(() => new DomainJoinedCredentialSpec('file://web.json'));
    expect(file.execution.map(({ Action }) => Action)).toEqual([
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
    ]);
  });

  test('the execution role reads the user that joins without a domain-joined host, and no other role does', () => {
    const stack = new Stack(new App(), 'Shop');
    const user = new Secret(stack, 'User');
    const task = new WindowsTaskDefinition(stack, 'Task', { os, domainlessUserCredentials: user });
    task.addContainer('web', CONTAINER);
    const readers = Object.entries(policyStatements(Template.fromStack(stack))).filter(([, statements]) =>
      JSON.stringify(statements).includes('secretsmanager:GetSecretValue'),
    );
    expect(readers.map(([role]) => role)).toEqual([expect.stringMatching(/ExecutionRole/)]);
  });

  test('Windows Server 2016 has no domainless gMSA', () => {
    const spec = () => new DomainlessCredentialSpec('arn:aws:s3:::specs/web.json');
    expect(() => statementsOf(spec, { os: WindowsOs.SERVER_2016_FULL })).toThrow(
      'Container web: domainless gMSA is not there on Windows Server 2016. Join the hosts to the domain, or use a later release.',
    );
    expect(() =>
      statementsOf(() => new DomainJoinedCredentialSpec('file://web.json'), {
        os: WindowsOs.SERVER_2016_FULL,
      }),
    ).not.toThrow();
  });
});
