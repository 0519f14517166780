import { lastDecisionSchema, type LastDecision } from '../../contract/documents/memory';
import { parseDocument } from '../../contract/documents/document';
import type { DocumentStore } from '../ports/stores';
import type { GateDecision } from './gate-input';

/** Where the gate's last decision is kept. */
const LAST_DECISION_KEY = 'bakes/last-decision.json';

/** What the gate said last, or undefined before its first poll. */
export async function readLastDecision(
  documents: Pick<DocumentStore, 'read'>,
): Promise<LastDecision | undefined> {
  const stored = await documents.read(LAST_DECISION_KEY);
  return stored && parseDocument(lastDecisionSchema, stored.text, LAST_DECISION_KEY);
}

/** Keeps what the gate said. */
export async function noteDecision(
  documents: DocumentStore,
  { changesAt, decision, findings, reason }: Omit<GateDecision, 'set'>,
  at: Date,
): Promise<void> {
  const last: LastDecision = {
    schema: 'winbake.last-decision/1',
    at: at.toISOString(),
    decision,
    reason,
    findings: [...findings],
    changesAt: changesAt?.toISOString() ?? null,
  };
  await documents.overwrite(LAST_DECISION_KEY, JSON.stringify(last));
}
