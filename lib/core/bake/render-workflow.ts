import { Scalar, stringify } from 'yaml';
import type { BuildWorkflowDocument, TestWorkflowDocument } from './workflow-document';

/** The YAML of a workflow document, keys in the order of Image Builder's own. */
export function renderWorkflow({
  steps,
  outputs,
  ...head
}: BuildWorkflowDocument | TestWorkflowDocument): string {
  const schemaVersion = new Scalar(head.schemaVersion);
  schemaVersion.minFractionDigits = 1;
  const document = { ...head, schemaVersion, steps, ...(outputs === undefined ? {} : { outputs }) };
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}
