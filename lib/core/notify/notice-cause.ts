/** What a person is told of, and nothing else; `info` and `warning` never page. */
export const NOTICE_KINDS = [
  'needsOperator',
  'bakeFailed',
  'rolloutFailed',
  'rolloutRolledBack',
  'budgetWarning',
  'budgetSpent',
  'accountUnreachable',
  'noDecision',
  'careFailed',
] as const;

/** One of the kinds of things that a person is told of. */
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/**
 * What a notice is about: a kind, and where several things of one kind heal on their own, which of them, such as
 * `accountUnreachable:123456789012/eu-central-1`.
 */
export type NoticeCause = NoticeKind | `${NoticeKind}:${string}`;

/** Whether an open cause is healed with another: itself, or any of a kind. */
export function isHealedWith(open: string, healed: NoticeCause): boolean {
  return open === healed || open.startsWith(`${healed}:`);
}
