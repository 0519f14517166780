import { findingKey } from '../../contract/documents/catalog';
import type { GateDecision } from './gate-input';
import type { Announcer } from '../ports/notices';
import { heal, notifyOnce, type NoticePorts } from '../notify/notify-once';

/** What telling people and machines of rebakes works with. */
export interface RebakeNoticePorts extends NoticePorts {
  readonly announcer: Announcer;
}

/** Of which pipeline and execution something is reported. */
export interface NotifiedRebake {
  readonly pipeline: string;
  /** The ARN of the execution. */
  readonly execution: string;
}

/** A rebake that failed for good. */
export interface ReportedFailure {
  /** Undefined where it failed before anything was ordered. */
  readonly orderId: string | undefined;
  /** What went wrong: the step, what was said, and where the log is. */
  readonly cause: string;
  /** The code of the failure document, where an instance left one. */
  readonly code: string | undefined;
  /** The gate's word on it, where it was asked. */
  readonly verdict: string | undefined;
}

/** What the failures of rebakes that never came to an order are reported under. */
const BEFORE_ANY_ORDER = 'bakeFailed:beforeAnyOrder';

/** What bakes that a service outside failed, and that are tried again, are reported under. */
const TRIED_AGAIN = 'bakeFailed:triedAgain';

/** Notifies people of a bake that a service outside failed and that is tried again, once until one is published: nobody is needed. */
export async function noteTriedAgain(
  ports: NoticePorts,
  { pipeline, execution }: NotifiedRebake,
  { cause, verdict }: Pick<ReportedFailure, 'cause' | 'verdict'>,
): Promise<void> {
  await notifyOnce(
    ports,
    TRIED_AGAIN,
    `Winbake ${pipeline}: a bake failed, and is tried again by itself`,
    [cause, verdict, 'Nobody is needed yet.', `Execution: ${execution}`]
      .filter((line) => line !== undefined)
      .join('\n'),
  );
}

/** Notifies people of a decision that waits for them, once for each thing that it is about; any other ends what was notified so. */
export async function noteDecision(
  ports: RebakeNoticePorts,
  { pipeline, execution }: NotifiedRebake,
  decision: GateDecision,
): Promise<void> {
  await heal(ports, BEFORE_ANY_ORDER, `Winbake ${pipeline}: decides again`);
  if (decision.decision !== 'needsOperator') {
    await heal(ports, 'needsOperator', `Winbake ${pipeline}: no operator is needed any more`);
    return;
  }
  const { findings, reason } = decision;
  const detail = { pipeline, execution, reason, findings };
  await notifyOnce(
    alsoAnnouncing(ports, 'Winbake Needs Operator', detail),
    `needsOperator:${mattersOf(decision)}`,
    `Winbake ${pipeline}: needs an operator`,
    `${reason}\nExecution: ${execution}`,
  );
}

/** Notifies people of a rebake that failed with nothing left to try, once for each order. */
export async function noteFailure(
  ports: RebakeNoticePorts,
  { pipeline, execution }: NotifiedRebake,
  { orderId, cause, code, verdict }: ReportedFailure,
): Promise<void> {
  const detail = { pipeline, execution, orderId: orderId ?? null, code: code ?? null, cause };
  await notifyOnce(
    alsoAnnouncing(ports, 'Winbake Bake Failed', detail),
    orderId === undefined ? BEFORE_ANY_ORDER : `bakeFailed:${orderId}`,
    `Winbake ${pipeline}: a bake failed`,
    [cause, verdict, `Execution: ${execution}`].filter((line) => line !== undefined).join('\n'),
  );
}

/** A publication ends whatever was reported bakes that failed and decisions that waited. */
export async function notePublished(ports: NoticePorts, pipeline: string): Promise<void> {
  await heal(ports, 'bakeFailed', `Winbake ${pipeline}: a bake was published again`);
  await heal(ports, 'needsOperator', `Winbake ${pipeline}: no operator is needed any more`);
}

/** What a decision is about; what is reported once is reported again for another version. */
function mattersOf({ findings, set }: GateDecision): string {
  const stopping = findings
    .filter(({ severity }) => severity === 'stop')
    .map((finding) => findingKey(finding, set?.target ?? ''));
  return stopping.length === 0 ? (set?.id ?? 'decision') : [...new Set(stopping)].sort().join(', ');
}

/** Machines are notified together with people, so that neither is notified twice of one cause. */
function alsoAnnouncing(
  ports: RebakeNoticePorts,
  type: 'Winbake Needs Operator' | 'Winbake Bake Failed',
  detail: Readonly<Record<string, unknown>>,
): NoticePorts {
  const notify = async (subject: string, text: string) => {
    await ports.announcer.announce(type, detail);
    await ports.notifier.notify(subject, text);
  };
  return { ...ports, notifier: { notify } };
}
