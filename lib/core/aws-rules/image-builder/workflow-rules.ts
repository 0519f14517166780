import { isJsonObject, type JsonObject } from '../../../contract/values/json';
import type { Rule } from '../rule';
import {
  asText,
  has,
  inside,
  list,
  mustBeOneOf,
  mustHave,
  mustLieIn,
  mustOnlyHave,
  objects,
  roughText,
  shown,
  text,
  twice,
  when,
} from '../values';
import { wrongName, wrongWholeVersion } from './names';
import { type Stage, WORKFLOW_ACTIONS, workflowAction } from './workflow-actions';
import { wrongCondition } from './workflow-condition';
import { wrongReferences } from './workflow-references';
import { contentOf, notInOnePlace, notYaml, tooLong, wrongSchemaVersion } from './yaml-document';

const GUIDE = 'https://docs.aws.amazon.com/imagebuilder/latest/userguide/image-workflow-create-document.html';
const ACTIONS = 'https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html';
const API = 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_CreateWorkflow.html';

const MOST_STEPS = 15;
const MAKES_AN_AMI = ['CreateImage', 'CreateImageFromIso', 'RegisterImage'];
const AMI_DISTRIBUTION = ['DistributeImage', 'ModifyImageAttributes', 'ApplyImageConfigurations'];

const LAUNCH = { name: 'Launch', action: 'LaunchInstance', inputs: { waitFor: 'ssmAgent' } };
const INSTANCE = { 'instanceId.$': '$.stepOutputs.Launch.instanceId' };
const CREATE = { name: 'Create', action: 'CreateImage', inputs: INSTANCE };

/** A workflow that is accepted. */
export const WORKFLOW_EXAMPLE: JsonObject = {
  Name: 'golden-build',
  Version: '1.0.0',
  Type: 'BUILD',
  ...data({}),
};

/** The inline data of such a workflow, changed. */
export function data(change: JsonObject): JsonObject {
  const outputs = [{ name: 'ImageId', value: '$.stepOutputs.Create.imageId' }];
  return { Data: JSON.stringify({ schemaVersion: 1.0, steps: [LAUNCH, CREATE], outputs, ...change }) };
}

const withStep = (step: JsonObject): JsonObject => data({ steps: [LAUNCH, step, CREATE] });

function steps(document: JsonObject): readonly JsonObject[] {
  return objects(contentOf(document), 'steps');
}

/** What a check finds in each step. */
function eachStep(
  document: JsonObject,
  check: (step: JsonObject, action: string) => readonly string[],
): readonly string[] {
  return steps(document).flatMap((step) =>
    inside(`step ${String(step['name'])}`, check(step, String(step['action']))),
  );
}

function hasInput(step: JsonObject, name: string): boolean {
  const inputs = step['inputs'];
  return isJsonObject(inputs) && (has(inputs, name) || has(inputs, `${name}.$`));
}

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
  {
    id: 'workflow/step-name',
    source: GUIDE,
    wayOut: 'References spell it, so that spaces and hyphens cannot be.',
    refused: withStep({ name: 'Wait for it', action: 'WaitForAction' }),
    check: (document) =>
      steps(document).flatMap(({ name }) =>
        when(
          typeof name !== 'string' || (asText(name) !== undefined && !/^\w{3,128}$/.test(name)),
          `the name of a step must be 3 to 128 letters, digits and _; got: ${shown(name)}`,
        ),
      ),
  },
  {
    id: 'workflow/step-twice',
    source: GUIDE,
    wayOut: 'Rename one.',
    refused: withStep({ ...LAUNCH }),
    check: (document) =>
      twice(steps(document).map(({ name }) => String(name))).map(
        (name) => `steps must have names of their own; got: ${name} twice`,
      ),
  },
  {
    id: 'workflow/step-fields',
    source: GUIDE,
    wayOut: 'Correct the name of the field, or leave it out.',
    refused: withStep({ name: 'Wait', action: 'WaitForAction', maxAttempts: 3 }),
    check: (document) =>
      eachStep(document, (step) =>
        mustOnlyHave(step, 'it', [
          'name',
          'action',
          'description',
          'if',
          'inputs',
          'onFailure',
          'rollbackEnabled',
          'rollbackEnabled.$',
          'timeoutSeconds',
          'timeoutSeconds.$',
        ]),
      ),
  },
  {
    id: 'workflow/step-description',
    source: GUIDE,
    wayOut: 'Leave an empty description out.',
    refused: withStep({ name: 'Wait', action: 'WaitForAction', description: '' }),
    check: (document) =>
      eachStep(document, ({ description }) =>
        when(
          typeof description === 'string' && (description === '' || description.length > 1024),
          `its description must have 1 to 1024 characters; got: ${shown(description)}`,
        ),
      ),
  },
  {
    id: 'workflow/action',
    source: ACTIONS,
    wayOut: 'Spell it as the guide does; what AWSTOE does on the instance belongs into a component.',
    refused: withStep({ name: 'Install', action: 'ExecuteBash', inputs: { commands: ['true'] } }),
    check: (document) =>
      eachStep(document, (_step, action) =>
        when(
          workflowAction(action) === undefined && asText(action) !== undefined,
          `it needs a known action; got: ${action}; known are ${Object.keys(WORKFLOW_ACTIONS).join(', ')}`,
        ),
      ),
  },
  {
    id: 'workflow/stage',
    source: ACTIONS,
    wayOut: 'Move the step into a workflow of such a stage.',
    refused: withStep({ name: 'Scan', action: 'CollectImageScanFindings', inputs: INSTANCE }),
    check: (document) => {
      const type = text(document, 'Type') as Stage | undefined;
      return eachStep(document, (_step, action) => {
        const { stages } = workflowAction(action) ?? {};
        return when(
          type !== undefined && stages !== undefined && !stages.includes(type),
          `${action} is for the stages ${stages?.join(', ') ?? ''}; got: ${type ?? ''}`,
        );
      });
    },
  },
  {
    id: 'workflow/inputs',
    source: ACTIONS,
    wayOut: 'Give the input, or a reference to it under the same name with .$ behind it.',
    refused: withStep({ name: 'Apply', action: 'ExecuteComponents' }),
    check: (document) =>
      eachStep(document, (step, action) =>
        (workflowAction(action)?.inputs ?? [])
          .filter((name) => !hasInput(step, name))
          .map((name) => `${action} needs the input ${name}; got: ${shown(step['inputs'])}`),
      ),
  },
  {
    id: 'workflow/launch',
    source: ACTIONS,
    wayOut: 'An instance is waited for by its SSM agent, and by EC2 as healthCheck says.',
    refused: data({ steps: [{ ...LAUNCH, inputs: { waitFor: 'sshReady' } }, CREATE] }),
    check: (document) =>
      eachStep(document, (step, action) =>
        action !== 'LaunchInstance'
          ? []
          : [
              ...mustBeOneOf(step['inputs'], 'waitFor', ['ssmAgent']),
              ...mustBeOneOf(step['inputs'], 'healthCheck', ['RUNNING', 'STATUS_CHECK_PASSED']),
            ],
      ),
  },
  {
    id: 'workflow/payload',
    source: ACTIONS,
    wayOut: 'Put the rest where the receiver can read it, and name the place.',
    refused: withStep({
      name: 'Wait',
      action: 'WaitForAction',
      inputs: { lambdaFunctionName: 'approve', payload: '-'.repeat(16_385) },
    }),
    check: (document) =>
      eachStep(document, (step) =>
        ['payload', 'input'].flatMap((name) => {
          const { length } = roughText(step['inputs'], name) ?? '';
          return when(length > 16_384, `its ${name} must have at most 16384 bytes; got: ${length}`);
        }),
      ),
  },
  {
    id: 'workflow/on-failure',
    source: GUIDE,
    wayOut: 'Ignore is a word of components; a workflow goes on with Continue.',
    refused: withStep({ name: 'Wait', action: 'WaitForAction', onFailure: 'Ignore' }),
    check: (document) => eachStep(document, (step) => mustBeOneOf(step, 'onFailure', ['Abort', 'Continue'])),
  },
  {
    id: 'workflow/timeout',
    source: ACTIONS,
    wayOut: "Leave it out for the action's own limit.",
    refused: withStep({
      name: 'Apply',
      action: 'ExecuteComponents',
      timeoutSeconds: 86_401,
      inputs: INSTANCE,
    }),
    check: (document) =>
      eachStep(document, (step, action) => {
        const most = workflowAction(action)?.most;
        return most === undefined ? [] : mustLieIn(step, 'timeoutSeconds', 1, most * 60);
      }),
  },
  {
    id: 'workflow/condition',
    source: 'https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-conditional-statements.html',
    wayOut: 'Put several conditions into a list under and, or or.',
    refused: withStep({
      name: 'Wait',
      action: 'WaitForAction',
      if: { stringEquals: 'AMI', booleanEquals: true, value: '$.imagebuilder.imageType' },
    }),
    check: (document) =>
      eachStep(document, (step) => ('if' in step ? inside('if', wrongCondition(step['if'])) : [])),
  },
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
