import { readFileSync } from 'node:fs';
import { actionScope } from '../../../support/shell-host';
import { componentOf, documentOf, run, runComponent, type DocumentParts } from './component-fixture';
import { parseComponent } from '../../../../sim/windows/awstoe/parse-component';

const PARTS: DocumentParts = {
  parameters: [{ Size: { type: 'string' } }, { Colour: { type: 'string', default: 'blue' } }],
  constants: [{ Wood: { type: 'string', value: 'oak' } }],
};
const TRANSFERS = [
  { source: 's3://bucket/one', destination: 'C:\\Work\\one' },
  { source: 's3://bucket/two', destination: 'C:\\Work\\two' },
];
const DOWNLOAD = { action: 'S3Download', inputs: TRANSFERS };

/** What a step that prints a text prints, after steps of its own. */
async function printed(text: string, steps: readonly object[] = [], scope = actionScope()): Promise<string> {
  await scope.storage.put('bucket', 'one', Buffer.from('1'));
  await scope.storage.put('bucket', 'two', Buffer.from('2'));
  const component = componentOf([...steps, run(`cat <<'END' > c/log`, text, 'END')], PARTS);
  const { result } = await runComponent(scope, component, { Size: 'large' });
  expect(result.failure?.reason).toBeUndefined();
  return readFileSync(scope.host.pathOf('C:\\log'), 'utf8').replace(/\n$/, '');
}

test.each([
  ['{{ Size }} {{Size}} {{Size }} {{ Size}}', 'large large large large'],
  ['{{ Colour }} {{ Wood }}', 'blue oak'],
  ['{{ loop.index }}', '{{ loop.index }}'],
])('%s is %s', async (text, expected) => {
  expect(await printed(text)).toBe(expected);
});

test.each([
  ['{{ build.Step1.outputs.stdout }}', [run('echo " made "; echo warned >&2')], ' made \n'],
  ['{{ build.Step1.outputs.stdout }}', [run('printf made')], 'made'],
  ['{{ build.Step1.inputs[1].destination }}', [DOWNLOAD], 'C:\\Work\\two'],
  ['{{ build.Step1.inputs[0].source }}', [DOWNLOAD], 's3://bucket/one'],
  ['{{ build.Letters only.outputs.stdout }}', [{ name: 'Letters only', ...run('printf yes') }], 'yes'],
])('%s is what the earlier step was given or printed', async (text, steps, expected) => {
  expect(await printed(text, steps)).toBe(expected);
});

test('references lead from validate to build, and an input is what it was filled in with', async () => {
  const scope = actionScope();
  await scope.storage.put('bucket', 'large', Buffer.from('1'));
  const download = {
    action: 'S3Download',
    inputs: [{ source: 's3://bucket/{{ Size }}', destination: 'C:\\Work\\one' }],
  };
  const validate = [run('echo {{ build.Step1.inputs[0].source }} > c/log')];
  await runComponent(scope, componentOf([download], { ...PARTS, validate }), { Size: 'large' });
  expect(readFileSync(scope.host.pathOf('C:\\log'), 'utf8')).toBe('s3://bucket/large\n');
});

const earlier = 'names no earlier step of the same document and stage';

test.each<[string, readonly object[], DocumentParts, string]>([
  [
    '{{ Sizes }}',
    [],
    PARTS,
    '{{ Sizes }} is neither a parameter nor a constant; declared are: Size, Colour, Wood',
  ],
  ['{{ size }}', [], {}, '{{ size }} is neither a parameter nor a constant; declared are: none'],
  ['{{ json . }}', [], {}, '{{ json . }} is no reference'],
  ['{{ Si }}', [], {}, '{{ Si }} is no reference'],
  ['{{ build.Step9.outputs.stdout }}', [run('exit 0')], {}, earlier],
  ['{{ build.Step2.outputs.stdout }}', [run('exit 0')], {}, earlier],
  ['{{ test.Step1.outputs.stdout }}', [], { test: [run('exit 0')] }, earlier],
  ['{{ validate.Step1.outputs.stdout }}', [], { validate: [run('exit 0')] }, earlier],
  [
    '{{ build.Step1.outputs.stderr }}',
    [run('exit 0')],
    {},
    '{{ build.Step1.outputs.stderr }} names no output of step Step1; it has: stdout',
  ],
  [
    '{{ build.Step1.outputs.stdout }}',
    [{ action: 'UpdateOS' }],
    {},
    '{{ build.Step1.outputs.stdout }} names no output of step Step1; it has: none',
  ],
  ['{{ build.Step1.inputs[2].source }}', [DOWNLOAD], {}, 'names no text among the inputs of step Step1'],
  ['{{ build.Step1.inputs[0].target }}', [DOWNLOAD], {}, 'names no text among the inputs of step Step1'],
  ['{{ build.Step1.inputs.commands }}', [run('exit 0')], {}, 'names no text among the inputs of step Step1'],
  ['{{ Other.index }}', [], {}, '{{ Other.index }} names no loop of this step'],
])('%s after %j is refused before anything runs', (text, steps, parts, why) => {
  const step = `Step${steps.length + 1}`;
  expect(() => parseComponent(documentOf([...steps, run(`echo ${text}`)], parts))).toThrow(
    expect.objectContaining({
      code: 'REHEARSAL_FAILED',
      message: expect.stringMatching(
        new RegExp(
          `^Image Builder would refuse step ${step} of component part: .*${why.replaceAll(/[.[\]{}]/g, String.raw`\$&`)}\\.$`,
        ),
      ),
    }),
  );
});

test('nothing crosses from build to test', () => {
  const test = [run('echo {{ build.Step1.outputs.stdout }}')];
  expect(() => componentOf([run('exit 0')], { test })).toThrow(earlier);
});

test.each([
  [{ onFailure: 'Ignore', ...run('echo made; exit 1') }, 'did not succeed'],
  [{ if: { stringEquals: 'a', value: 'b' }, ...run('echo made') }, 'did not succeed'],
])('the output of a step that did not succeed fails who refers to it', async (step, why) => {
  const component = componentOf([step, run('echo {{ build.Step1.outputs.stdout }}')]);
  const { result } = await runComponent(actionScope(), component);
  expect(result.failure).toMatchObject({
    step: 'Step2',
    reason: `{{ build.Step1.outputs.stdout }} has no value: step Step1 ${why}.`,
  });
});

test('a parameter without a value fails the step', async () => {
  const component = componentOf([run('echo {{ Size }}')], PARTS);
  const { result } = await runComponent(actionScope(), component);
  expect(result.failure?.reason).toBe('The parameter Size has neither a value nor a default.');
});

describe('a parameter of Systems Manager', () => {
  const steps = [run('echo {{ aws:ssm:/my/param }} > c/log')];
  const readParameter = (name: string) => (name === '/my/param' ? 'mine' : undefined);

  test('is read with the role of the instance', async () => {
    const scope = actionScope({ readParameter });
    expect(await printed('{{ aws:ssm:/my/param }}', [], scope)).toBe('mine');
    const denied = actionScope({
      readParameter: () => {
        throw Object.assign(new Error('not you'), { name: 'AccessDeniedException' });
      },
    });
    const { result } = await runComponent(denied, componentOf(steps));
    expect(result.failure?.reason).toBe('AccessDeniedException: not you');
  });

  test('that is absent fails the step', async () => {
    const { result } = await runComponent(
      actionScope({ readParameter: () => undefined }),
      componentOf(steps),
    );
    expect(result.failure?.reason).toBe('ParameterNotFound: /my/param is no parameter of Systems Manager.');
  });

  test('with a name that is resolved is refused by name', () => {
    expect(() => componentOf([run('echo {{ aws:ssm:resolve(Size) }}')], PARTS)).toThrow(
      'The rehearsal does not model {{ aws:ssm:resolve(Size) }} in step Step1 of component part.',
    );
  });
});
