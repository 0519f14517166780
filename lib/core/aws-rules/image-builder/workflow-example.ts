import type { JsonObject } from '../../../contract/values/json';
import { inside, objects } from '../values';
import { contentOf } from './yaml-document';

export const WORKFLOW_GUIDE =
  'https://docs.aws.amazon.com/imagebuilder/latest/userguide/image-workflow-create-document.html';
export const WORKFLOW_ACTIONS_GUIDE =
  'https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html';

/** Steps and inputs of the workflow that is accepted. */
export const LAUNCH = { name: 'Launch', action: 'LaunchInstance', inputs: { waitFor: 'ssmAgent' } };
export const INSTANCE = { 'instanceId.$': '$.stepOutputs.Launch.instanceId' };
export const CREATE = { name: 'Create', action: 'CreateImage', inputs: INSTANCE };

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
export function eachStep(
  document: JsonObject,
  check: (step: JsonObject, action: string) => readonly string[],
): readonly string[] {
  return steps(document).flatMap((step) =>
    inside(`step ${String(step['name'])}`, check(step, String(step['action']))),
  );
}
