import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { WindowsAmiPipeline } from '../../lib/pipeline/windows-ami-pipeline';
import type { WindowsAmiPipelineProps } from '../../lib/pipeline/props/windows-ami-pipeline-props';
import { pipelineDescriptionSchema } from '../../lib/contract/documents/pipeline-description';
import type { DescribedPipeline } from '../../lib/contract/names/environment';
import { WindowsOs } from '../../lib/ami/windows-os';
import { onlyResource } from '../support/only-resource';
import { resolvedText } from '../support/resolved-text';

const os = WindowsOs.SERVER_2022_CORE;

function templateOf(props: Partial<WindowsAmiPipelineProps> = {}): Template {
  const stack = new Stack(new App(), 'Platform');
  new WindowsAmiPipeline(stack, 'Pipeline', { os, ...props });
  return Template.fromStack(stack);
}

const template = templateOf();
const record = onlyResource(template, 'AWS::SSM::Parameter')['Properties'];
const text = resolvedText(record.Value);

/** The properties of the functions that have names, by name. */
const functions = Object.fromEntries(
  Object.values(template.findResources('AWS::Lambda::Function')).map(({ Properties }) => [
    Properties.FunctionName ?? '',
    Properties,
  ]),
);

test('the parameter of the pipeline holds a description that its readers take, and nothing else', () => {
  expect(record).toMatchObject({ Type: 'String', Name: '/winbake/2022-core/pipeline' });
  const document: unknown = JSON.parse(text);
  // The schema drops what it does not know.
  const read: DescribedPipeline = pipelineDescriptionSchema.parse(document);
  expect(read).toEqual(document);
  expect(read).toMatchObject({ pipeline: '2022-core', account: '123456789012', region: 'eu-central-1' });
});

test.each(['publish', 'housekeeping', 'operate'])('%s is given the same text', (kind) => {
  const { Environment, Handler } = functions[`winbake-2022-core-${kind}`];
  expect(resolvedText(Environment.Variables.WINBAKE_PIPELINE_DESCRIPTION)).toBe(text);
  expect(Handler).toBe(`${kind}.handler`);
});

test('the gate and housekeeping alone notify people', () => {
  const notifying = Object.keys(functions).flatMap((name) => {
    const topic: unknown = functions[name].Environment?.Variables?.WINBAKE_TOPIC_ARN;
    return topic === undefined ? [] : [[name, topic]];
  });
  const topic = { Ref: expect.stringMatching(/^PipelineTopic\w{8}$/) as string };
  expect(Object.fromEntries(notifying)).toEqual({
    'winbake-2022-core-decide': topic,
    'winbake-2022-core-housekeeping': topic,
  });
});

test('decide is given the name alone', () => {
  const { Environment } = functions['winbake-2022-core-decide'];
  expect(Environment.Variables).toMatchObject({ WINBAKE_PIPELINE: '2022-core' });
  expect(Environment.Variables).not.toHaveProperty('WINBAKE_PIPELINE_DESCRIPTION');
});

test('what the description names has that very name', () => {
  const { operateFunctionArn, stateMachineArn } = pipelineDescriptionSchema.parse(JSON.parse(text));
  expect(Object.keys(functions)).toContain(operateFunctionArn.split(':').at(-1));
  template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
    StateMachineName: stateMachineArn.split(':').at(-1),
  });
});

test('the roles that other accounts trust begin with the prefix of the parameters', () => {
  const other = templateOf({ parameterPrefix: '/team.a/winbake' });
  const names = Object.values(other.findResources('AWS::IAM::Role')).flatMap(({ Properties }) =>
    Properties.RoleName === undefined ? [] : [resolvedText(Properties.RoleName)],
  );
  expect(names.sort()).toEqual(
    ['decide', 'housekeeping', 'operate', 'publish'].map(
      (kind) => `team-a-winbake-2022-core-${kind}-eu-central-1`,
    ),
  );
});

test('a role whose name would be too long is said at synthesis', () => {
  expect(() => templateOf({ pipelineName: 'a'.repeat(28) })).not.toThrow();
  expect(() => templateOf({ pipelineName: 'a'.repeat(29) })).toThrow(
    /"pipelineName" must leave the role winbake-a{29}-housekeeping-<region> at most 64 characters; got: 65\. Shorten/,
  );
});

/** The bytes of the variables of each function, as Lambda measures them. */
function measuredVariables(template: Template): readonly number[] {
  return Object.values(template.findResources('AWS::Lambda::Function')).map(({ Properties }) => {
    const variables = Object.entries((Properties.Environment?.Variables ?? {}) as Record<string, unknown>);
    const texts = variables.map(([name, value]) => [name, resolvedText(value)]);
    return Buffer.byteLength(JSON.stringify(Object.fromEntries(texts)));
  });
}

test.each([24, 40, 60])('%i accounts in two regions fit into parameter and environment', (count) => {
  const many = templateOf(spread(count));
  const bytes = (value: unknown) => Buffer.byteLength(resolvedText(value));
  expect(bytes(onlyResource(many, 'AWS::SSM::Parameter')['Properties'].Value)).toBeLessThan(4096);
  expect(Math.max(...measuredVariables(many))).toBeLessThan(4096);
});

test('more accounts than a description can hold end synthesis with the number and the way out', () => {
  expect(() => templateOf(spread(200))).toThrow(
    /^\[Platform\/Pipeline\] "distribution" must leave what the pipeline's functions and its parameter hold at most 3800 bytes; got: \d{4} bytes \(accounts: 201, regions: 2\)\. Name fewer, and let a second pipeline serve the others\.$/,
  );
});

test("at the limit it is the distribution or the policy of the AMIs' key that is named, and what still passes fits", () => {
  const fits = (count: number) => {
    try {
      return templateOf(spread(count));
    } catch (error) {
      expect(String(error)).toMatch(/"distribution" must leave|rule key\/size/);
      return undefined;
    }
  };
  let [most, least] = [60, 200];
  while (least - most > 1) {
    const middle = Math.floor((most + least) / 2);
    [most, least] = fits(middle) === undefined ? [most, middle] : [middle, least];
  }
  const atLimit = fits(most)!;
  expect(Math.max(...measuredVariables(atLimit))).toBeLessThan(4096);
  const { Value } = onlyResource(atLimit, 'AWS::SSM::Parameter')['Properties'];
  const bytes = Buffer.byteLength(resolvedText(Value));
  expect(most).toBeGreaterThan(100);
  expect(bytes).toBeLessThan(4096);
});

const KEY_ARN = 'arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** A pipeline that publishes to so many accounts in two regions. */
function spread(accounts: number): Partial<WindowsAmiPipelineProps> {
  return {
    distribution: {
      accounts: Array.from({ length: accounts }, (_, index) => String(100_000_000_000 + index)),
      regions: [
        {
          region: 'eu-west-1',
          encryptionKey: Key.fromKeyArn(new Stack(), 'Key', KEY_ARN),
        },
      ],
    },
  };
}
