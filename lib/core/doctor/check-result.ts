import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import type { DocumentStore } from '../ports/document-store';
import type { Executions } from '../ports/executions';
import type { ParameterStores } from '../ports/parameter-stores';
import type { PipelineSight, Reach } from '../ports/pipeline-sight';

/** What a check says: fine, wrong, or not known since it could not be done from here. */
export type Verdict = 'ok' | 'no' | 'unknown';

/** One line of the doctor's table. */
export interface CheckResult {
  /** What was looked at, such as `quota EC2 vCPUs`. */
  readonly check: string;
  readonly verdict: Verdict;
  /** What was seen. */
  readonly detail: string;
  /** What to do; null where nothing is. */
  readonly wayOut: string | null;
}

/** What the checks look through. */
export interface DoctorPorts {
  readonly documents: DocumentStore;
  readonly stores: ParameterStores;
  readonly executions: Executions;
  readonly sight: PipelineSight;
  readonly reach: Reach;
  readonly now: () => Date;
}

/** One matter that is looked into. Where it throws, what it is about counts as not known. */
export type Check = (ports: DoctorPorts, description: PipelineDescription) => Promise<readonly CheckResult[]>;

/** All is well. */
export function fine(check: string, detail: string): CheckResult {
  return { check, verdict: 'ok', detail, wayOut: null };
}

/** Something is wrong, and what to do. */
export function wrong(check: string, detail: string, wayOut: string): CheckResult {
  return { check, verdict: 'no', detail, wayOut };
}

/** It could not be found out, and how it could be. */
export function unsure(check: string, detail: string, wayOut: string): CheckResult {
  return { check, verdict: 'unknown', detail, wayOut };
}
