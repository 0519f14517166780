import { findingKey } from '../../contract/documents/catalog';
import { parseDocument } from '../../contract/documents/document';
import { type Notices, noticesSchema } from '../../contract/documents/memory';
import { runbookLink } from '../../contract/names/resources';
import type { GateDecision } from '../gate/gate-input';
import type { Announcer, Notifier } from '../ports/notices';
import { changeDocument, type DocumentForm, type DocumentStore, readDocument } from '../ports/stores';

/** What people were notified of and has not healed yet, by cause such as `bakeFailed` or `needsOperator`. */
type NoticeBook = Readonly<Record<string, Notice>>;

/** One thing that people were notified. */
interface Notice {
  /** When it was noted, an ISO instant. */
  readonly at: string;
  readonly message: string;
  /** When the message went out, where that is kept; see `notifyOnce`. */
  readonly notifiedAt?: string | undefined;
}

/** Notes a cause; `isNew` is false where people were notified of it already and it has not healed since. */
export function raiseNotice(
  book: NoticeBook,
  cause: string,
  message: string,
  at: Date,
): { readonly book: NoticeBook; readonly isNew: boolean } {
  return book[cause] === undefined
    ? { book: { ...book, [cause]: { at: at.toISOString(), message } }, isNew: true }
    : { book, isNew: false };
}

/** Closes a cause; `wasOpen` tells whether people are to hear that it healed. */
export function healNotice(
  book: NoticeBook,
  cause: string,
): { readonly book: NoticeBook; readonly wasOpen: boolean } {
  const { [cause]: closed, ...rest } = book;
  return { book: rest, wasOpen: closed !== undefined };
}

/** What a person is notified of, and nothing else; `info` and `warning` never page. */
export const NOTICE_KINDS = [
  'needsOperator',
  'bakeFailed',
  'rolloutFailed',
  'rolloutRolledBack',
  'budgetWarning',
  'budgetSpent',
  'accountUnreachable',
  'noDecision',
  'housekeepingFailed',
] as const;

/** One of the kinds of things that a person is notified of. */
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/**
 * What a notice is about: a kind, and where several things of one kind heal on their own, which of them, such as
 * `accountUnreachable:123456789012/eu-central-1`.
 */
export type NoticeCause = NoticeKind | `${NoticeKind}:${string}`;

/** Whether an open cause is healed with another: itself, or any of a kind. */
function isHealedWith(open: string, healed: NoticeCause): boolean {
  return open === healed || open.startsWith(`${healed}:`);
}

/** What telling people works with. */
export interface NoticePorts {
  readonly documents: DocumentStore;
  readonly notifier: Notifier;
  readonly now: () => Date;
}

/** The book of a pipeline. */
const NOTICES_KEY = 'notices.json';

const FORM: DocumentForm<Notices> = {
  key: NOTICES_KEY,
  parse: (text) => parseDocument(noticesSchema, text, NOTICES_KEY),
  empty: { schema: 'winbake.notices/1', notices: {} },
};

/** A sender that has not come back for so long has died. */
const SENDING_MILLISECONDS = 5 * 60_000;

/** What is open, by cause. */
export async function openNotices(documents: Pick<DocumentStore, 'read'>): Promise<NoticeBook> {
  return (await readDocument(documents, FORM)).notices;
}

/**
 * Notifies people of a cause unless they were notified already and it has not healed since. Of two that meet the same cause one
 * notifies; where the message does not go out, a later call does instead. The message ends with where the runbook says what to do.
 */
export async function notifyOnce(
  { documents, notifier, now }: NoticePorts,
  cause: NoticeCause,
  subject: string,
  text: string,
): Promise<void> {
  const at = now();
  const claim = { isMine: false };
  await changeBook(documents, (book) => {
    const open = book[cause];
    claim.isMine = open === undefined || isForsaken(open, at);
    return claim.isMine ? raiseNotice(healNotice(book, cause).book, cause, text, at).book : book;
  });
  if (!claim.isMine) {
    return;
  }
  const change = (changed: (mine: Notice) => Notice | undefined) =>
    changeBook(documents, (book) => {
      const open = book[cause];
      if (open?.at !== at.toISOString()) {
        return book;
      }
      const next = changed(open);
      return next === undefined ? healNotice(book, cause).book : { ...book, [cause]: next };
    });
  try {
    await notifier.notify(subject, `${text}\nWhat to do: ${runbookLink(cause.split(':')[0] ?? '')}`);
  } catch (error) {
    await change(() => undefined);
    throw error;
  }
  await change((mine) => ({ ...mine, notifiedAt: now().toISOString() }));
}

/** Closes a cause, or with a kind alone every cause of it, and notifies of its end those who were notified of its beginning. */
export async function heal(
  { documents, notifier }: NoticePorts,
  cause: NoticeCause,
  subject: string,
): Promise<void> {
  let closed: readonly string[] = [];
  await changeBook(documents, (book) => {
    const healed = Object.entries(book).filter(([open]) => isHealedWith(open, cause));
    closed = healed.flatMap(([, notice]) => (notice.notifiedAt === undefined ? [] : [notice.message]));
    return healed.reduce((rest, [open]) => healNotice(rest, open).book, book);
  });
  if (closed.length > 0) {
    await notifier.notify(subject, `This is over:\n\n${closed.join('\n\n')}`);
  }
}

function isForsaken({ at, notifiedAt }: Notice, now: Date): boolean {
  return notifiedAt === undefined && now.getTime() - Date.parse(at) > SENDING_MILLISECONDS;
}

async function changeBook(documents: DocumentStore, change: (book: NoticeBook) => NoticeBook): Promise<void> {
  await changeDocument(documents, FORM, (before) => {
    const notices = change(before.notices);
    return notices === before.notices ? before : { ...before, notices };
  });
}

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
interface ReportedFailure {
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
