import { isJsonObject, type JsonObject } from '../../../contract/values/json';
import {
  asText,
  has,
  inside,
  mustBeOneOf,
  mustLieIn,
  mustOnlyHave,
  objects,
  roughText,
  shown,
  text,
  twice,
  when,
} from '../values';
import type { Rule } from '../rule';
import { contentOf } from './yaml-document';
import { type Stage, WORKFLOW_ACTIONS, workflowAction } from './workflow-actions';

export const WORKFLOW_GUIDE =
  'https://docs.aws.amazon.com/imagebuilder/latest/userguide/image-workflow-create-document.html';
export const WORKFLOW_ACTIONS_GUIDE =
  'https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html';

/** Steps and inputs of the workflow that is accepted. */
const LAUNCH = { name: 'Launch', action: 'LaunchInstance', inputs: { waitFor: 'ssmAgent' } };
export const INSTANCE = { 'instanceId.$': '$.stepOutputs.Launch.instanceId' };
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

/** Such data with one step more, before the AMI is made. */
export const withStep = (step: JsonObject): JsonObject => data({ steps: [LAUNCH, step, CREATE] });

/** The steps of a workflow whose document is inline. */
export function steps(document: JsonObject): readonly JsonObject[] {
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

/** What the service refuses in a step of a workflow. */
export const WORKFLOW_STEP_RULES: readonly Rule[] = [
  {
    id: 'workflow/step-name',
    source: WORKFLOW_GUIDE,
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
    source: WORKFLOW_GUIDE,
    wayOut: 'Rename one.',
    refused: withStep({ ...LAUNCH }),
    check: (document) =>
      twice(steps(document).map(({ name }) => String(name))).map(
        (name) => `steps must have names of their own; got: ${name} twice`,
      ),
  },
  {
    id: 'workflow/step-fields',
    source: WORKFLOW_GUIDE,
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
    source: WORKFLOW_GUIDE,
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
    source: WORKFLOW_ACTIONS_GUIDE,
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
    source: WORKFLOW_ACTIONS_GUIDE,
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
    source: WORKFLOW_ACTIONS_GUIDE,
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
    id: 'workflow/chaining',
    source: 'https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-dynamic-vars.html',
    wayOut: 'Put .$ behind the name of an input that refers to something, and nowhere else.',
    refused: withStep({
      name: 'Apply',
      action: 'ExecuteComponents',
      inputs: { instanceId: '$.stepOutputs.Launch.instanceId' },
    }),
    check: (document) =>
      eachStep(document, ({ inputs }) => (isJsonObject(inputs) ? wrongChaining(inputs) : [])),
  },
  {
    id: 'workflow/launch',
    source: WORKFLOW_ACTIONS_GUIDE,
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
    source: WORKFLOW_ACTIONS_GUIDE,
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
    source: WORKFLOW_GUIDE,
    wayOut: 'Ignore is a word of components; a workflow goes on with Continue.',
    refused: withStep({ name: 'Wait', action: 'WaitForAction', onFailure: 'Ignore' }),
    check: (document) => eachStep(document, (step) => mustBeOneOf(step, 'onFailure', ['Abort', 'Continue'])),
  },
  {
    id: 'workflow/timeout',
    source: WORKFLOW_ACTIONS_GUIDE,
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
];

function hasInput(step: JsonObject, name: string): boolean {
  const inputs = step['inputs'];
  return isJsonObject(inputs) && (has(inputs, name) || has(inputs, `${name}.$`));
}

const DYNAMIC = /^\$\.(parameters|stepOutputs|workflowOutputs|imagebuilder)\./i;

function wrongChaining(inputs: JsonObject): readonly string[] {
  return Object.entries(inputs).flatMap(([name, value]) => {
    const known = asText(value);
    const isDynamic = known !== undefined && DYNAMIC.test(known);
    return [
      ...when(
        isDynamic && !name.endsWith('.$'),
        `the input ${name} must be spelled ${name}.$ to refer to ${known ?? ''}`,
      ),
      ...when(
        known !== undefined && name.endsWith('.$') && !isDynamic && !known.includes('{{'),
        `the input ${name} must refer to something, such as $.parameters.a; got: ${shown(known)}`,
      ),
    ];
  });
}

const COMPARISONS = [
  'booleanEquals',
  'numberEquals',
  'numberGreaterThan',
  'numberGreaterThanEquals',
  'numberLessThan',
  'numberLessThanEquals',
  'stringEquals',
];

const DEEPEST = 4;
const MOST_BRANCHES = 10;

/**
 * What is wrong in the `if` of a workflow's step: one statement at each level, up to four levels, one to ten branches of `and`
 * and `or`, one of `not`.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-conditional-statements.html
 */
function wrongCondition(condition: unknown, level = 1): readonly string[] {
  if (!isJsonObject(condition)) {
    return [`a condition is a mapping; got: ${shown(condition)}`];
  }
  if (level > DEEPEST) {
    return [`conditions go ${DEEPEST} levels deep; got: ${level}`];
  }
  const names = Object.keys(condition).filter((name) => name !== 'value');
  const [name = '', ...others] = names;
  if (names.length !== 1) {
    return [`a level has one statement; got: ${names.length === 0 ? 'none' : [name, ...others].join(', ')}`];
  }
  const operand = condition[name];
  if (name === 'not') {
    return inside('not', wrongCondition(operand, level + 1));
  }
  if (name === 'and' || name === 'or') {
    const branches = Array.isArray(operand) ? (operand as readonly unknown[]) : [];
    return [
      ...when(
        branches.length < 1 || branches.length > MOST_BRANCHES,
        `${name} takes a list of 1 to ${MOST_BRANCHES} conditions; got: ${shown(operand)}`,
      ),
      ...branches.flatMap((branch) => inside(name, wrongCondition(branch, level + 1))),
    ];
  }
  return COMPARISONS.includes(name)
    ? when(!('value' in condition), `${name} is compared with value; got: nothing`)
    : [`${name} is no operator; known are and, or, not, ${COMPARISONS.join(', ')}`];
}
