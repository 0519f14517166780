import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { addStacks } from '../bin/app';

const app = new App();
addStacks(app);
const assembly = app.synth();

function findings(scope: App): readonly string[] {
  const { violations } = new AwsSolutionsChecks(scope).validateScope(scope);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
  );
}

test('the app has nothing that cdk-nag asks about and no reason answers', () => {
  expect(findings(app)).toEqual([]);
});

test('cdk-nag does ask', () => {
  const other = new App();
  new Bucket(new Stack(other, 'Other'), 'Bucket');
  expect(findings(other)).toEqual(expect.arrayContaining([expect.stringMatching(/^AwsSolutions-S10 /)]));
});

test('the app is synthesized without an account', () => {
  expect(assembly.manifest.missing ?? []).toEqual([]);
  expect(assembly.stacks.map((stack) => stack.environment.account)).toEqual([
    'unknown-account',
    'unknown-account',
  ]);
});

test("the pipeline's stack is deployed before the fleet's", () => {
  const fleet = assembly.getStackByName('WinbakeFleet');
  expect(fleet.dependencies.map((one) => one.id)).toContain('WinbakePipeline');
});

test('no warning is left but that it bakes in the default VPC', () => {
  const found = app.node
    .findAll()
    .filter(Stack.isStack)
    .map((stack) => Annotations.fromStack(stack))
    .flatMap((one) => [...one.findWarning('*', Match.anyValue()), ...one.findError('*', Match.anyValue())]);
  expect(found.map(({ entry }) => entry.data)).toEqual([expect.stringMatching(/^No "vpc" is given/)]);
});

test.each([
  ['2016', 'SERVER_2016_FULL'],
  ['2019', 'SERVER_2019_CORE'],
  ['2025', 'SERVER_2025_CORE'],
])('release %s is %s', (release, os) => {
  const chosen = new App({ context: { release } });
  addStacks(chosen);
  const template = Template.fromStack(Stack.of(chosen.node.findChild('WinbakePipeline')));
  template.hasResourceProperties('Custom::WinbakeSeed', { os });
});

test('a release that is none ends synthesis in one sentence', () => {
  expect(() => {
    addStacks(new App({ context: { release: '2012' } }));
  }).toThrow(`The context value "release" is one of 2016, 2019, 2022, 2025; got: '2012'.`);
});
