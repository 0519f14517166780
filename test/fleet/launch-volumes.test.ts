import { App, Size, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  ContainerImage,
  Ec2Service,
  Ec2TaskDefinition,
  FileSystemType,
  NetworkMode,
  ServiceManagedVolume,
} from 'aws-cdk-lib/aws-ecs';
import { WindowsAmi } from '../../lib/ami/windows-ami';
import { WindowsOs } from '../../lib/ami/windows-os';
import { WindowsCapacityProvider } from '../../lib/fleet/windows-capacity-provider';
import { WindowsTaskDefinition } from '../../lib/fleet/windows-task-definition';
import { onlyProperties } from '../support/only-resource';

const os = WindowsOs.SERVER_2022_CORE;

/** A service of a fleet that gives each of its tasks a volume with this file system. */
function shopWith(fileSystemType?: FileSystemType, isPlain = false): Stack {
  const stack = new Stack(new App(), 'Shop', { env: { account: '111111111111', region: 'eu-west-1' } });
  const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
  const hosts = new WindowsCapacityProvider(stack, 'Windows', {
    cluster,
    ami: WindowsAmi.fromChannel({ os }),
  });
  const taskDefinition = isPlain
    ? new Ec2TaskDefinition(stack, 'Task', { networkMode: NetworkMode.NAT })
    : new WindowsTaskDefinition(stack, 'Task', { os });
  const image = ContainerImage.fromRegistry('contoso/web:1');
  const container = taskDefinition.addContainer('web', { image, cpu: 512, memoryLimitMiB: 1024 });
  const volume = new ServiceManagedVolume(stack, 'Volume', {
    name: 'data',
    managedEBSVolume: {
      size: Size.gibibytes(15),
      ...(fileSystemType === undefined ? {} : { fileSystemType }),
    },
  });
  volume.mountIn(container, { containerPath: 'C:\\data', readOnly: false });
  taskDefinition.addVolume(volume);
  new Ec2Service(stack, 'Service', {
    cluster,
    taskDefinition,
    minHealthyPercent: 0,
    capacityProviderStrategies: [hosts.strategy()],
  }).addVolume(volume);
  return stack;
}

test.each([false, true])(
  'a volume of EBS that a service gives to each task is there: plain task %s',
  (isPlain) => {
    const stack = shopWith(FileSystemType.NTFS, isPlain);
    const template = Template.fromStack(stack);
    expect(onlyProperties(template, 'AWS::ECS::TaskDefinition').Volumes).toEqual([
      { Name: 'data', ConfiguredAtLaunch: true },
    ]);
    expect(onlyProperties(template, 'AWS::ECS::Service').VolumeConfigurations).toEqual([
      { Name: 'data', ManagedEBSVolume: expect.objectContaining({ FilesystemType: 'ntfs', SizeInGiB: 15 }) },
    ]);
    Annotations.fromStack(stack).hasNoWarning('/Shop/Service', Match.stringLikeRegexp('winbake'));
  },
);

test('so is one that a call gives to a task', () => {
  const stack = new Stack(new App(), 'Shop');
  const volumes = [{ name: 'data', configuredAtLaunch: true }];
  const task = new WindowsTaskDefinition(stack, 'Task', { os, volumes });
  const image = ContainerImage.fromRegistry('contoso/web:1');
  const container = task.addContainer('web', { image, cpu: 512, memoryLimitMiB: 1024 });
  container.addMountPoints({ sourceVolume: 'data', containerPath: 'C:\\data', readOnly: false });
  const { Volumes } = onlyProperties(Template.fromStack(stack), 'AWS::ECS::TaskDefinition');
  expect(Volumes).toEqual([{ Name: 'data', ConfiguredAtLaunch: true }]);
});

test.each([
  [FileSystemType.EXT4, false],
  [FileSystemType.XFS, true],
])('a file system of Linux ends synthesis: %s, plain task %s', (fileSystemType, isPlain) => {
  expect(() => Template.fromStack(shopWith(fileSystemType, isPlain))).toThrow(
    `Service Shop/Service: volume data must have the file system NTFS on Windows; got: '${fileSystemType}'. Say ` +
      '"fileSystemType: FileSystemType.NTFS", and take a snapshot of a Windows volume where it is made from one.',
  );
});

test('one without a file system is warned of', () => {
  Annotations.fromStack(shopWith()).hasWarning(
    '/Shop/Service',
    Match.stringLikeRegexp('volume data names no file system, for which ECS takes xfs by its reference'),
  );
});
