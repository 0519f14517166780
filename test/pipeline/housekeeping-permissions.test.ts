import { App, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { WindowsAmiPipeline, WindowsOs } from '../../lib/index';
import { actionsOf, policyStatements } from '../support/policy-statements';

const stack = new Stack(new App(), 'Pipeline', { env: { account: '111122223333', region: 'eu-central-1' } });
new WindowsAmiPipeline(stack, 'Pipeline', {
  os: WindowsOs.SERVER_2022_CORE,
  distribution: { accounts: ['444455556666'] },
});
const statements = policyStatements(Template.fromStack(stack));

test.each(['housekeeping', 'operate'])('%s removes AMIs of its own pipeline alone', (kind) => {
  const [, own = []] =
    Object.entries(statements).find(([role]) => role.toLowerCase().startsWith(`pipeline${kind}role`)) ?? [];
  const that = (action: string) => own.filter((one) => actionsOf([one]).includes(action));
  expect(that('ec2:DeregisterImage')).toEqual([
    expect.objectContaining({
      Action: expect.arrayContaining(['ec2:EnableImageDeprecation', 'ec2:DisableImage', 'ec2:EnableImage']),
      Condition: { StringEquals: { 'aws:ResourceTag/winbake:pipeline': '2022-core' } },
    }),
  ]);
  for (const action of [
    'ec2:DeleteSnapshot',
    'ec2:DeregisterImage',
    'ec2:ModifyImageAttribute',
    'ssm:DeleteParameter',
  ]) {
    expect(that(action)).toHaveLength(1);
    expect(JSON.stringify(that(action)[0]!.Resource)).not.toBe('"*"');
  }
  expect(that('ec2:DeleteSnapshot')[0]).toHaveProperty('Condition');
  const [parameters] = that('ssm:DeleteParameter');
  expect(JSON.stringify(parameters!.Resource)).toContain('/winbake/2022-core/by-revision/*');
  expect(JSON.stringify(that('sts:AssumeRole')[0]!.Resource)).toContain(
    '444455556666:role/winbake-account-eu-central-1',
  );
});

test('nobody else of the pipeline may remove an AMI', () => {
  const may = Object.entries(statements).filter(([, own]) => actionsOf(own).includes('ec2:DeregisterImage'));
  expect(may).toHaveLength(2);
});

test('housekeeping alone removes components and workflows, those with the name and the tag of its pipeline', () => {
  const may = Object.entries(statements).flatMap(([role, own]) =>
    own
      .filter((one) => actionsOf([one]).includes('imagebuilder:DeleteComponent'))
      .map((one) => ({ role, one })),
  );
  expect(may).toHaveLength(1);
  expect(may[0]!.role).toMatch(/^PipelineHousekeepingRole|^PipelineCareRole/i);
  const { Action, Condition, Resource } = may[0]!.one;
  expect(Action).toEqual(['imagebuilder:DeleteComponent', 'imagebuilder:DeleteWorkflow']);
  expect(Condition).toEqual({ StringEquals: { 'aws:ResourceTag/winbake:pipeline': '2022-core' } });
  const resources = (Resource as readonly unknown[]).map((one) => JSON.stringify(one));
  expect(resources.map((text) => /111122223333:([^"]+)"/.exec(text)?.[1])).toEqual([
    'component/winbake-2022-core-*',
    'workflow/build/winbake-2022-core-*',
    'workflow/test/winbake-2022-core-*',
  ]);
});

test('housekeeping of a nested pipeline asks for the deployments of the stack around it, and comes after them', () => {
  const root = new Stack(new App(), 'Platform');
  const nested = new NestedStack(root, 'Nested');
  new WindowsAmiPipeline(nested, 'Pipeline', { os: WindowsOs.SERVER_2022_CORE });
  const [around] = Object.values(Template.fromStack(root).findResources('AWS::CloudFormation::Stack'));
  const handedOver = Object.entries(
    around!['Properties'].Parameters as Record<string, { readonly Ref?: string }>,
  );
  const [parameter = ''] = handedOver.find(([, { Ref }]) => Ref === 'AWS::StackId') ?? [];
  const inside = Template.fromStack(nested);
  const asked = resourcesOf(inside, 'cloudformation:DescribeStacks');
  expect(asked).toEqual([{ Ref: parameter }]);
  inside.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: { source: ['aws.cloudformation'], detail: { 'stack-id': [{ Ref: parameter }] } },
  });
});

/** The resources on which roles may do something. */
function resourcesOf(template: Template, action: string): readonly unknown[] {
  return Object.values(policyStatements(template)).flatMap((own) =>
    own.filter((one) => actionsOf([one]).includes(action)).map(({ Resource }) => Resource),
  );
}
