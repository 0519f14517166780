import { isJsonObject, type JsonObject } from '../../../contract/values/json';
import type { Rule } from '../rule';
import {
  asText,
  has,
  inside,
  mustBeOneOf,
  mustLieIn,
  mustOnlyHave,
  roughText,
  shown,
  text,
  twice,
  when,
} from '../values';
import { type Stage, WORKFLOW_ACTIONS, workflowAction } from './workflow-actions';
import { wrongCondition } from './workflow-condition';
import {
  CREATE,
  data,
  eachStep,
  INSTANCE,
  LAUNCH,
  steps,
  withStep,
  WORKFLOW_ACTIONS_GUIDE as ACTIONS,
  WORKFLOW_GUIDE as GUIDE,
} from './workflow-example';

/** What the service refuses in a step of a workflow. */
export const WORKFLOW_STEP_RULES: readonly Rule[] = [
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
];

function hasInput(step: JsonObject, name: string): boolean {
  const inputs = step['inputs'];
  return isJsonObject(inputs) && (has(inputs, name) || has(inputs, `${name}.$`));
}
