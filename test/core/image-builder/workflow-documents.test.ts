import { parse } from 'yaml';
import {
  BUILD_WORKFLOW,
  renderWorkflow,
  TEST_WORKFLOW,
  type BuildWorkflowDocument,
} from '../../../lib/core/image-builder/workflows';

interface Rendered {
  readonly steps: readonly {
    readonly name: string;
    readonly action: string;
    readonly inputs: Readonly<Record<string, string>>;
  }[];
  readonly outputs?: readonly { readonly name: string; readonly value: string }[];
}

const rendered = (document: Parameters<typeof renderWorkflow>[0]) =>
  parse(renderWorkflow(document)) as Rendered;

test('the build workflow hands its AMI on as ImageId, from the step that makes it', () => {
  expect(renderWorkflow(BUILD_WORKFLOW)).toMatch(
    /\noutputs:\n {2}- name: ImageId\n {4}value: \$\.stepOutputs\.CreateOutputAMI\.imageId\n$/,
  );
  const { outputs, steps } = rendered(BUILD_WORKFLOW);
  const [, name] = /^\$\.stepOutputs\.(\w+)\.imageId$/.exec(outputs![0]!.value) ?? [];
  expect(steps.find((step) => step.name === name)?.action).toBe('CreateImage');
});

test('no build workflow can be written without it', () => {
  const { outputs, ...lacking } = BUILD_WORKFLOW;
  // @ts-expect-error -- Image Builder refuses it.
  const document: BuildWorkflowDocument = lacking;
  // @ts-expect-error -- The name must be the one that Image Builder asks for.
  const misnamed: BuildWorkflowDocument = { ...lacking, outputs: [{ ...outputs[0], name: 'AmiId' }] };
  expect([document, misnamed].map(rendered).map((one) => one.outputs?.[0]?.name)).toEqual([
    undefined,
    'AmiId',
  ]);
});

test('nothing is handed on from a test', () => {
  expect(rendered(TEST_WORKFLOW).outputs).toBeUndefined();
});

test.each([BUILD_WORKFLOW, TEST_WORKFLOW])(
  '$name refers to steps before, and names each once',
  (document) => {
    const { steps } = rendered(document);
    const names = steps.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    steps.slice(1).forEach(({ inputs }, index) => {
      const [, source] = /^\$\.stepOutputs\.(\w+)\.instanceId$/.exec(inputs['instanceId.$'] ?? '') ?? [];
      expect(names.slice(0, index + 1)).toContain(source);
    });
  },
);
