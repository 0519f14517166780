import { Scalar, stringify } from 'yaml';
import type { WorkflowDocument } from './workflow-document';

/** The YAML of a workflow document, keys in the order of Image Builder's own. */
export function renderWorkflow({ steps, ...head }: WorkflowDocument): string {
  const schemaVersion = new Scalar(head.schemaVersion);
  schemaVersion.minFractionDigits = 1;
  return stringify({ ...head, schemaVersion, steps }, { lineWidth: 0, aliasDuplicateObjects: false });
}
