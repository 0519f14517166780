import { type JsonObject, isJsonObject } from '../../../contract/values/json';
import type { Rule } from '../rule';
import {
  asText,
  inside,
  list,
  mustBeOneOf,
  mustHave,
  mustOnlyHave,
  objects,
  shown,
  text,
  twice,
  when,
  UNKNOWN_TEXT,
} from '../values';
import { wrongName, wrongWholeVersion } from './names';
import {
  data,
  steps,
  WORKFLOW_ACTIONS_GUIDE as ACTIONS,
  WORKFLOW_GUIDE as GUIDE,
  WORKFLOW_STEP_RULES,
} from './workflow-step-rules';
import { contentOf, notInOnePlace, notYaml, tooLong, wrongSchemaVersion } from './yaml-document';
import { workflowAction } from './workflow-actions';

const API = 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_CreateWorkflow.html';

const MOST_STEPS = 15;
const MAKES_AN_AMI = ['CreateImage', 'CreateImageFromIso', 'RegisterImage'];
const AMI_DISTRIBUTION = ['DistributeImage', 'ModifyImageAttributes', 'ApplyImageConfigurations'];

/** Whether a document makes an AMI that the stages after it could take; one for containers hands its instance on. */
export function lacksImageId(document: JsonObject): boolean {
  const content = contentOf(document);
  return content !== undefined && !outputNames(content).includes('ImageId');
}

function outputNames(content: JsonObject): readonly string[] {
  return objects(content, 'outputs').flatMap((output) => text(output, 'name') ?? []);
}

function isForContainers(document: JsonObject): boolean {
  return (
    steps(document).some(({ action }) => action === 'BootstrapInstanceForContainer') &&
    !steps(document).some(({ action }) => MAKES_AN_AMI.includes(String(action)))
  );
}

/** What `CreateWorkflow`, or the creation of a pipeline or image with it, refuses in a workflow. */
export const WORKFLOW_RULES: readonly Rule[] = [
  {
    id: 'workflow/name',
    source: API,
    wayOut: 'Rename the workflow.',
    refused: { Name: 'golden build (new)' },
    check: wrongName,
  },
  {
    id: 'workflow/version',
    source: API,
    wayOut: 'Wildcards are for references to a workflow, not for its creation.',
    refused: { Version: '1.0.x' },
    check: wrongWholeVersion,
  },
  {
    id: 'workflow/type',
    source: API,
    wayOut: 'Name the stage in capitals.',
    refused: { Type: 'VALIDATE' },
    check: (document) => mustBeOneOf(document, 'Type', ['BUILD', 'TEST', 'DISTRIBUTION']),
  },
  {
    id: 'workflow/place',
    source: API,
    wayOut: 'Keep the document inline in Data, or name its object with Uri.',
    refused: { Uri: 's3://bucket/workflow.yml' },
    check: notInOnePlace,
  },
  {
    id: 'workflow/size',
    source: API,
    wayOut: 'Put the document into S3 and name it with Uri.',
    refused: data({ description: '-'.repeat(16_000) }),
    check: tooLong,
  },
  {
    id: 'workflow/yaml',
    source: GUIDE,
    wayOut: 'Mend the YAML; it is indented with spaces, never with tabs.',
    refused: { Data: 'schemaVersion: 1.0\nsteps:\n\t- name: Launch\n' },
    check: notYaml,
  },
  {
    id: 'workflow/schema-version',
    source: GUIDE,
    wayOut: 'The only version of the schema is 1.0.',
    refused: data({ schemaVersion: 2.2 }),
    check: wrongSchemaVersion,
  },
  {
    id: 'workflow/fields',
    source: GUIDE,
    wayOut: 'Correct the name of the field, or leave it out.',
    refused: data({ phases: [] }),
    check: (document) =>
      mustOnlyHave(contentOf(document) ?? {}, 'the document', [
        'name',
        'description',
        'schemaVersion',
        'parameters',
        'steps',
        'outputs',
      ]),
  },
  {
    id: 'workflow/steps',
    source: GUIDE,
    wayOut: `A workflow has 1 to ${MOST_STEPS} steps; move what can be a component's work into one.`,
    refused: data({ steps: [] }),
    check: (document) => {
      const content = contentOf(document);
      const count = list(content, 'steps').length;
      return when(
        content !== undefined && (count < 1 || count > MOST_STEPS),
        `steps must be a list of 1 to ${MOST_STEPS}; got: ${count}`,
      );
    },
  },
  ...WORKFLOW_STEP_RULES,
  {
    id: 'workflow/reference',
    source: 'https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-dynamic-vars.html',
    wayOut: 'Refer to a step before this one, by an output that its action has, or to a declared parameter.',
    refused: data({ outputs: [{ name: 'ImageId', value: '$.stepOutputs.CreateImage.imageId' }] }),
    check: (document) => wrongReferences(contentOf(document) ?? {}),
  },
  {
    id: 'workflow/parameters',
    source: GUIDE,
    wayOut: 'A parameter has a name of its own, one of four types, and a default of that type.',
    refused: data({ parameters: [{ name: 'wait', type: 'bool' }] }),
    check: (document) => {
      const parameters = objects(contentOf(document), 'parameters');
      return [
        ...parameters.flatMap((parameter) =>
          inside(`parameter ${String(parameter['name'])}`, [
            ...mustHave(parameter, 'it', ['name']),
            ...mustBeOneOf(parameter, 'type', ['string', 'integer', 'boolean', 'stringList']),
            ...wrongDefault(parameter),
          ]),
        ),
        ...twice(parameters.map(({ name }) => String(name))).map(
          (name) => `parameters must have names of their own; got: ${name} twice`,
        ),
      ];
    },
  },
  {
    id: 'workflow/outputs',
    source: GUIDE,
    wayOut: 'Each output has a name of its own and a value.',
    refused: data({ outputs: [{ name: 'ImageId' }] }),
    check: (document) => {
      const outputs = objects(contentOf(document), 'outputs');
      return [
        ...outputs.flatMap((output) => mustHave(output, 'an output', ['name', 'value'])),
        ...twice(outputNames(contentOf(document) ?? {})).map(
          (name) => `outputs must have names of their own; got: ${name} twice`,
        ),
      ];
    },
  },
  {
    id: 'workflow/image-id',
    source: 'https://github.com/CloudSnorkel/cdk-github-runners/pull/812',
    wayOut: 'Hand the AMI on: an output ImageId with the imageId of the step that makes it.',
    refused: data({ outputs: [] }),
    check: (document) =>
      when(
        text(document, 'Type') === 'BUILD' && lacksImageId(document) && !isForContainers(document),
        `a build workflow must have the output ImageId to build an AMI; got: ${shown(
          outputNames(contentOf(document) ?? {}),
        )}`,
      ),
  },
  {
    id: 'workflow/distribution',
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/39785',
    wayOut:
      'Distribute with DistributeImage or DistributeContainerImage, or leave distribution to the service.',
    refused: {
      Type: 'DISTRIBUTION',
      ...data({ steps: [{ name: 'Wait', action: 'WaitForAction' }], outputs: [] }),
    },
    check: (document) =>
      when(
        text(document, 'Type') === 'DISTRIBUTION' &&
          contentOf(document) !== undefined &&
          !steps(document).some(({ action }) => /^Distribute(Container)?Image$/.test(String(action))),
        'a distribution workflow of your own must distribute an image; got: no step that does',
      ),
  },
  {
    id: 'workflow/one-kind',
    source: ACTIONS,
    wayOut: 'Make two workflows of it.',
    refused: {
      Type: 'DISTRIBUTION',
      ...data({
        steps: [
          { name: 'Amis', action: 'DistributeImage' },
          {
            name: 'Containers',
            action: 'DistributeContainerImage',
            inputs: { instanceId: 'i-0123456789abcdef0' },
          },
        ],
        outputs: [],
      }),
    },
    check: (document) => {
      const actions = steps(document).map(({ action }) => String(action));
      return when(
        actions.includes('DistributeContainerImage') &&
          actions.some((action) => AMI_DISTRIBUTION.includes(action)),
        `a workflow distributes AMIs or containers, never both; got: ${actions.join(', ')}`,
      );
    },
  },
];

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  stringList: Array.isArray,
};

function wrongDefault(parameter: JsonObject): readonly string[] {
  const type = text(parameter, 'type') ?? 'string';
  const preset = parameter['default'];
  const known = typeof preset !== 'string' || asText(preset) !== undefined;
  return when(
    preset !== undefined && preset !== null && known && TYPES[type]?.(preset) === false,
    `its default must be a ${type}; got: ${shown(preset)}`,
  );
}

const REFERENCE = /\$\.(stepOutputs|parameters|workflowOutputs|imagebuilder)\.([\w-]+)(?:\.([\w-]+))?/g;

/** What the parts of a document refer to that is not there: a step that comes later, an output or a parameter. */
function wrongReferences(content: JsonObject): readonly string[] {
  const steps = objects(content, 'steps');
  const parameters = new Set(objects(content, 'parameters').flatMap((one) => text(one, 'name') ?? []));
  const before = new Map<string, unknown>();
  const wrong: string[] = [];
  for (const step of steps) {
    wrong.push(...lost(step, `step ${String(step['name'])}`, before, parameters));
    before.set(String(step['name']), step['action']);
  }
  return [
    ...wrong,
    ...objects(content, 'outputs').flatMap((output) =>
      lost(output, `output ${String(output['name'])}`, before, parameters),
    ),
  ];
}

function lost(
  part: JsonObject,
  where: string,
  before: ReadonlyMap<string, unknown>,
  parameters: ReadonlySet<string>,
): readonly string[] {
  return textsIn(part).flatMap((value) =>
    [...value.matchAll(REFERENCE)].flatMap(([reference, kind, name = '', output]) => {
      if (kind === 'parameters' && !parameters.has(name)) {
        return [`${where} refers to ${reference}, a parameter that is not declared`];
      }
      if (kind !== 'stepOutputs') {
        return [];
      }
      if (!before.has(name)) {
        return [`${where} refers to ${reference}, which no step before it has`];
      }
      const action = workflowAction(before.get(name));
      return action !== undefined && output !== undefined && !action.outputs.includes(output)
        ? [`${where} refers to ${reference}; ${String(before.get(name))} has ${shown(action.outputs)}`]
        : [];
    }),
  );
}

/** Every text in a value but those with an unknown part, which may be another name. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    return value.includes(`.${UNKNOWN_TEXT}`) ? [] : [value];
  }
  if (Array.isArray(value)) {
    return value.flatMap(textsIn);
  }
  return isJsonObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
