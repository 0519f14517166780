import { noticesSchema, type Notices } from '../../contract/documents/memory';
import { parseDocument } from '../../contract/documents/document';
import { changeDocument, readDocument, type DocumentForm } from '../documents/change-document';
import type { DocumentStore } from '../ports/document-store';
import type { Notifier } from '../ports/notifier';
import { healNotice, raiseNotice, type Notice, type NoticeBook } from './notice-book';
import { isHealedWith, type NoticeCause } from './notice-cause';

/** What telling people works with. */
export interface NoticePorts {
  readonly documents: DocumentStore;
  readonly notifier: Notifier;
  readonly now: () => Date;
}

/** The book of a pipeline. */
export const NOTICES_KEY = 'notices.json';

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
 * Tells people of a cause unless they were told already and it has not healed since. Of two that meet the same cause one
 * tells; where the message does not go out, a later call tells instead.
 */
export async function tellOnce(
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
    await notifier.tell(subject, text);
  } catch (error) {
    await change(() => undefined);
    throw error;
  }
  await change((mine) => ({ ...mine, toldAt: now().toISOString() }));
}

/** Closes a cause, or with a kind alone every cause of it, and tells of its end those who were told of its beginning. */
export async function heal(
  { documents, notifier }: NoticePorts,
  cause: NoticeCause,
  subject: string,
): Promise<void> {
  let closed: readonly string[] = [];
  await changeBook(documents, (book) => {
    const healed = Object.entries(book).filter(([open]) => isHealedWith(open, cause));
    closed = healed.flatMap(([, notice]) => (notice.toldAt === undefined ? [] : [notice.message]));
    return healed.reduce((rest, [open]) => healNotice(rest, open).book, book);
  });
  if (closed.length > 0) {
    await notifier.tell(subject, `This is over:\n\n${closed.join('\n\n')}`);
  }
}

function isForsaken({ at, toldAt }: Notice, now: Date): boolean {
  return toldAt === undefined && now.getTime() - Date.parse(at) > SENDING_MILLISECONDS;
}

async function changeBook(documents: DocumentStore, change: (book: NoticeBook) => NoticeBook): Promise<void> {
  await changeDocument(documents, FORM, (before) => {
    const notices = change(before.notices);
    return notices === before.notices ? before : { ...before, notices };
  });
}
