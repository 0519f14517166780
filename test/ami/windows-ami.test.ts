import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import {
  Instance,
  InstanceType,
  LaunchTemplate,
  OperatingSystemType,
  UserData,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { AmiChannel, WindowsAmi } from '../../lib/ami/windows-ami';
import { WindowsOs } from '../../lib/ami/windows-os';
import { WindowsAmiPipeline } from '../../lib/pipeline/windows-ami-pipeline';
import { WindowsCapacityProvider } from '../../lib/fleet/windows-capacity-provider';
import { documentedDefaults } from '../support/documented-defaults';
import { environmentWith, onlyProperties } from '../support/only-resource';

const os = WindowsOs.SERVER_2022_CORE;
const instanceType = new InstanceType('m6i.xlarge');
const REVISION_PARAMETER = '/winbake/2022-core/by-revision/20348.4294';

/** Each way to name an AMI, in a stack of its own, and the parameter that holds its id. */
const WAYS: readonly (readonly [string, (app: App) => WindowsAmi, string])[] = [
  [
    'a pipeline of the app',
    (app) => WindowsAmi.fromPipeline(new WindowsAmiPipeline(new Stack(app, 'Platform'), 'Pipeline', { os })),
    '/winbake/2022-core/current/ami-id',
  ],
  [
    'a channel by name',
    () => WindowsAmi.fromChannel({ os, pipelineName: 'web', channel: AmiChannel.LATEST }),
    '/winbake/web/latest/ami-id',
  ],
  ['a revision', () => WindowsAmi.fromRevision({ os, revision: 4294 }), `${REVISION_PARAMETER}/ami-id`],
];

describe.each(WAYS)('the AMI of %s', (_name, make, parameter) => {
  function inStack(use: (stack: Stack, vpc: Vpc, machineImage: WindowsAmi) => void): Template {
    const app = new App();
    const stack = new Stack(app, 'Shop');
    use(stack, new Vpc(stack, 'Vpc', { maxAzs: 1 }), make(app));
    return Template.fromStack(stack);
  }

  /** The default of the template's parameter that a property refers to. */
  function sourceOf(template: Template, imageId: { readonly Ref: string }): unknown {
    const [found] = Object.values(template.findParameters(imageId.Ref));
    return { Type: found?.['Type'], Default: found?.['Default'] };
  }

  const source = { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: parameter };
  const windowsUserData = { 'Fn::Base64': '<powershell>Write-Host "own"</powershell>' };

  test('starts an instance of ec2', () => {
    const template = inStack((stack, vpc, machineImage) => {
      new Instance(stack, 'Instance', { vpc, instanceType, machineImage }).addUserData('Write-Host "own"');
    });
    const instance = onlyProperties(template, 'AWS::EC2::Instance');
    expect(sourceOf(template, instance.ImageId)).toEqual(source);
    expect(instance.UserData).toEqual(windowsUserData);
  });

  test('stands in a launch template', () => {
    const template = inStack((stack, _vpc, machineImage) => {
      const userData = UserData.forWindows();
      userData.addCommands('Write-Host "own"');
      const launchTemplate = new LaunchTemplate(stack, 'Template', { machineImage, instanceType, userData });
      expect(launchTemplate.osType).toBe(OperatingSystemType.WINDOWS);
    });
    const { LaunchTemplateData } = onlyProperties(template, 'AWS::EC2::LaunchTemplate');
    expect(sourceOf(template, LaunchTemplateData.ImageId)).toEqual(source);
    expect(LaunchTemplateData.UserData).toEqual(windowsUserData);
  });

  test('starts the instances of an Auto Scaling group', () => {
    const template = inStack((stack, vpc, machineImage) => {
      const group = new AutoScalingGroup(stack, 'Group', { vpc, instanceType, machineImage });
      group.addUserData('Write-Host "own"');
      expect(group.osType).toBe(OperatingSystemType.WINDOWS);
    });
    const launch = onlyProperties(template, 'AWS::AutoScaling::LaunchConfiguration');
    expect(sourceOf(template, launch.ImageId)).toEqual(source);
    expect(launch.UserData).toEqual(windowsUserData);
  });
});

describe('a revision', () => {
  test('has no channel, and says what it is', () => {
    const ami = WindowsAmi.fromRevision({ os, revision: 4294 });
    expect(ami).toMatchObject({
      _pointer: 'revision 20348.4294',
      channel: undefined,
      publicationParameter: REVISION_PARAMETER,
    });
    expect(WindowsAmi.fromChannel({ os })._pointer).toBe('channel current');
  });

  test('a fleet follows its newest publication, and no channel', () => {
    const stack = new Stack(new App(), 'Shop');
    const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
    const ami = WindowsAmi.fromRevision({ os, revision: 4294 });
    new WindowsCapacityProvider(stack, 'Windows', { cluster, ami });
    const template = Template.fromStack(stack);
    expect(environmentWith(template, 'WINBAKE_FLEETS')).toMatchObject({
      WINBAKE_FLEETS: JSON.stringify({ [REVISION_PARAMETER]: ['cluster-2022-core'] }),
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { name: [REVISION_PARAMETER], operation: ['Create', 'Update'] } },
    });
    expect(JSON.stringify(template.toJSON())).not.toMatch(/(current|latest|previous)\/(publication|ami-id)/);
  });

  test.each([0, -1, 4294.5, 1_000_000_000, Number.NaN])('is no %s', (revision) => {
    expect(() => WindowsAmi.fromRevision({ os, revision })).toThrow(
      `"revision" must be the fourth number of an OS version of SERVER_2022_CORE, such as 4294 of 10.0.20348.4294; got: ${revision}.`,
    );
  });

  test('has the defaults of API.md', () => {
    const ami = WindowsAmi.fromRevision({ os, revision: 4294 });
    expect(documentedDefaults('WindowsAmiRevisionProps')).toEqual({
      pipelineName: `release and edition, such as \`${ami.pipelineName}\``,
      parameterPrefix: ami.parameterPrefix,
      pipelineAccount: 'the account of the stack that it is used in',
    });
  });
});
