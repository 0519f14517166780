import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { amiKeyDescription, logGroupsOf, resourceNameOf } from '../../lib/contract/names/resources';
import { WindowsAmiPipeline, WindowsOs } from '../../lib/index';

test('what a deleted stack leaves is found by the names that the pipeline gave it', () => {
  const stack = new Stack(new App(), 'Pipeline', {
    env: { account: '111122223333', region: 'eu-central-1' },
  });
  new WindowsAmiPipeline(stack, 'Pipeline', {
    os: WindowsOs.SERVER_2022_CORE,
    distribution: { accounts: ['444455556666'] },
  });
  const template = Template.fromStack(stack);
  const name = resourceNameOf('2022-core');
  template.hasResourceProperties('AWS::KMS::Key', { Description: amiKeyDescription('2022-core') });
  for (const LogGroupName of logGroupsOf('2022-core')) {
    template.hasResourceProperties('AWS::Logs::LogGroup', { LogGroupName });
  }
  template.hasResourceProperties('AWS::ImageBuilder::ImageRecipe', { Name: name });
  template.hasResourceProperties('AWS::Lambda::Function', { FunctionName: `${name}-operate` });
  template.hasResourceProperties('AWS::StepFunctions::StateMachine', { StateMachineName: `${name}-rebake` });
});

test('a stack deletes the roles that may make its log groups before the groups, so that none comes back', () => {
  const stack = new Stack(new App(), 'Pipeline');
  new WindowsAmiPipeline(stack, 'Pipeline', {
    os: WindowsOs.SERVER_2022_CORE,
    encryptionKey: new Key(stack, 'Key'),
  });
  const template = Template.fromStack(stack);
  const groups = logGroupsOf('2022-core').flatMap((LogGroupName) =>
    Object.keys(template.findResources('AWS::Logs::LogGroup', { Properties: { LogGroupName } })),
  );
  expect(groups).toHaveLength(2);
  const roles = Object.values(template.findResources('AWS::IAM::Role')).filter((role) =>
    /EC2InstanceProfileForImageBuilder|EC2ImageBuilderExecutionPolicy/.test(JSON.stringify(role)),
  );
  // What is made after something is deleted before it.
  expect(roles.map((role) => role['DependsOn'] as unknown)).toEqual([
    expect.arrayContaining(groups),
    expect.arrayContaining(groups),
  ]);
});
