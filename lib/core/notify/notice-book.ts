/** What people were told of and has not healed yet, by cause such as `bakeFailed` or `needsOperator`. */
export type NoticeBook = Readonly<Record<string, Notice>>;

/** One thing that people were told. */
export interface Notice {
  /** When it was noted, an ISO instant. */
  readonly at: string;
  readonly message: string;
  /** When the message went out, where that is kept; see `tellOnce`. */
  readonly toldAt?: string | undefined;
}

/** Notes a cause; `isNew` is false where people were told of it already and it has not healed since. */
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
