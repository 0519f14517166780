import { BAKE_BOUND_SECONDS } from '../bake/bake-bound';
import { isBaking, readLease } from '../bake/lease';
import { readCareMemory } from '../care/care-memory';
import type { DocumentStore } from '../ports/document-store';
import { DEFAULT_GATE_POLICY, MOST_ATTEMPTS, RETRY_SECONDS } from '../../contract/documents/gate-policy';
import { readLastDecision } from '../gate/last-decision';
import { fine, wrong, type Check, type CheckResult, type DoctorPorts } from './check-result';

/** The longest wait, and an order that is tried as often as it may be: no rebake lasts longer. */
const LONGEST_REBAKE_HOURS =
  (DEFAULT_GATE_POLICY.longestWaitSeconds + MOST_ATTEMPTS * (BAKE_BOUND_SECONDS + RETRY_SECONDS)) / 3600;

/** Without a decision for so long nobody knows whether there is anything to bake. */
const LONGEST_SILENCE_HOURS = 26;

/** Whether the rebake goes on: the lease is not stuck, the gate decides, and every part of care works. */
export const checkRebake: Check = async (ports) => [
  await checkLease(ports),
  await checkDecision(ports),
  ...(await checkCare(ports.documents)),
];

async function checkLease({ documents, executions, now }: DoctorPorts): Promise<CheckResult> {
  const lease = await readLease(documents);
  if (lease === undefined) {
    return fine('lease', 'no rebake has run yet');
  }
  const hours = (now().getTime() - Date.parse(lease.at)) / 3_600_000;
  const isRunning = await executions.isRunning(lease.execution);
  if (isRunning && hours > LONGEST_REBAKE_HOURS) {
    return wrong(
      'lease',
      `${lease.execution} has held it since ${lease.at} and does not end`,
      'End it with `winbake cancel`, and look into its history.',
    );
  }
  if (!isRunning && isBaking(lease) && hours > LONGEST_REBAKE_HOURS) {
    return wrong(
      'lease',
      `its execution has ended, the order ${lease.order?.id ?? ''} of ${lease.at} has not, and nobody took it over`,
      'Start a rebake, which does: `winbake rebake`.',
    );
  }
  return fine('lease', isRunning ? `held since ${lease.at}` : 'free');
}

async function checkDecision({ documents, now }: DoctorPorts): Promise<CheckResult> {
  const last = await readLastDecision(documents);
  if (last === undefined) {
    return wrong('decisions', 'nothing has been decided yet', 'Start a rebake: `winbake rebake`.');
  }
  const hours = (now().getTime() - Date.parse(last.at)) / 3_600_000;
  const said = `${last.decision} on ${last.at}: ${last.reason}`;
  return hours > LONGEST_SILENCE_HOURS
    ? wrong('decisions', said, 'Look at the executions of the state machine, and at its schedules.')
    : fine('decisions', said);
}

async function checkCare(documents: DocumentStore): Promise<readonly CheckResult[]> {
  const { failing, pruned } = await readCareMemory(documents);
  const failed = Object.entries(failing).map(([part, { reason, since }]) =>
    wrong(`care: ${part}`, `it has failed since ${since}: ${reason}`, "See the care function's log."),
  );
  return failed.length > 0
    ? failed
    : [fine('care', pruned === null ? 'every part works' : `every part works; pruned on ${pruned.at}`)];
}
