import { App, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { WindowsOs } from '../../lib/ami/windows-os';
import { WindowsTaskDefinition } from '../../lib/fleet/windows-task-definition';

function imageOf(name: string, os: WindowsOs): Stack {
  const stack = new Stack(new App(), 'Shop');
  const task = new WindowsTaskDefinition(stack, 'Task', { os });
  task.addContainer('web', { image: ContainerImage.fromRegistry(name), cpu: 1024, memoryLimitMiB: 2048 });
  return stack;
}

describe('an image of another Windows than the task', () => {
  const [on2016, on2019, on2022, on2025] = [
    WindowsOs.SERVER_2016_FULL,
    WindowsOs.SERVER_2019_CORE,
    WindowsOs.SERVER_2022_CORE,
    WindowsOs.SERVER_2025_CORE,
  ];

  test.each([
    ['mcr.microsoft.com/windows/servercore:ltsc2019', on2022, '2019'],
    ['mcr.microsoft.com/windows/servercore:ltsc2022', on2019, '2022'],
    ['mcr.microsoft.com/windows/servercore:ltsc2025', on2022, '2025'],
    ['mcr.microsoft.com/windows:ltsc2019', on2022, '2019'],
    ['mcr.microsoft.com/windows/nanoserver:1809', on2022, '2019'],
    ['mcr.microsoft.com/windows/servercore:10.0.17763.8755', on2022, '2019'],
    ['mcr.microsoft.com/dotnet/framework/aspnet:4.8-windowsservercore-ltsc2019', on2016, '2019'],
    ['mcr.microsoft.com/dotnet/aspnet:8.0-nanoserver-1809', on2025, '2019'],
    [`mcr.microsoft.com/windows/servercore:ltsc2019@sha256:${'a'.repeat(64)}`, on2022, '2019'],
  ])('%s of Microsoft ends synthesis', (name, one, release) => {
    expect(() => Template.fromStack(imageOf(name, one))).toThrow(
      `Container web: the image is of Windows Server ${release} by its tag, and the task of ${one.release}; got: '${name}'. ` +
        'Windows starts no container of another build: name the tag of the release of the task, or change "os".',
    );
  });

  test.each([
    ['contoso/web:ltsc2019', on2022, '2019'],
    ['111111111111.dkr.ecr.eu-west-1.amazonaws.com/servercore:1.4-ltsc2016', on2019, '2016'],
  ])('%s of others is warned of', (name, one, release) => {
    const stack = imageOf(name, one);
    Annotations.fromStack(stack).hasWarning(
      '/Shop/Task/web',
      Match.stringLikeRegexp(`is of Windows Server ${release} by its tag, and the task of ${one.release}`),
    );
    Template.fromStack(stack);
  });

  test.each([
    ['mcr.microsoft.com/windows/servercore:ltsc2022', on2025],
    ['mcr.microsoft.com/windows/servercore:ltsc2016', on2016],
    ['mcr.microsoft.com/windows/nanoserver:1809', on2019],
    ['mcr.microsoft.com/dotnet/aspnet:8.0', on2022],
    ['mcr.microsoft.com/dotnet/framework/aspnet:4.8.1', on2022],
    ['mcr.microsoft.com/dotnet/framework/aspnet:4.8', on2019],
    ['contoso/web:1.2.1809', on2022],
    ['contoso/web', on2022],
    [`contoso/ltsc2019@sha256:${'a'.repeat(64)}`, on2022],
    ['localhost:5000/ltsc2019/web', on2022],
    [Token.asString({ Ref: 'Image' }), on2022],
  ])('%s is let through', (name, one) => {
    const stack = imageOf(name, one);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
    Template.fromStack(stack);
  });

  test.each([
    ['4.8', on2022, 'is not built since 2025-10-14.*4.8.1-windowsservercore-ltsc2022'],
    ['3.5', on2025, 'is not built since 2025-05-13'],
    ['4.8.1', on2019, 'under the shared tag 4.8.1 is not known.*4.8-windowsservercore-ltsc2019'],
  ])(
    'the shared tag %s, which has no image of the release any more, is warned of (dotnet-framework-docker#1265)',
    (tag, one, why) => {
      const stack = imageOf(`mcr.microsoft.com/dotnet/framework/aspnet:${tag}`, one);
      Annotations.fromStack(stack).hasWarning('/Shop/Task/web', Match.stringLikeRegexp(why));
    },
  );
});
