import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { WindowsAmiPipeline, WindowsOs } from '../../lib/index';

const WARNING = Match.stringLikeRegexp('^No "vpc" is given');

test('a pipeline without a VPC warns that many accounts have no default one', () => {
  const stack = new Stack(new App(), 'Platform');
  new WindowsAmiPipeline(stack, 'Pipeline', { os: WindowsOs.SERVER_2022_CORE });
  Annotations.fromStack(stack).hasWarning('/Platform/Pipeline', WARNING);
});

test('a pipeline with one does not', () => {
  const stack = new Stack(new App(), 'Platform');
  new WindowsAmiPipeline(stack, 'Pipeline', { os: WindowsOs.SERVER_2022_CORE, vpc: new Vpc(stack, 'Vpc') });
  Annotations.fromStack(stack).hasNoWarning('*', WARNING);
});
