import type { FamilyLook } from './gate-image';

/** Since when no image could be read, an ISO instant by repository; one that was read has no entry. */
export type UnreadSince = Readonly<Record<string, string>>;

/** Notes the first failed look of repositories that show no image, and forgets the others. Gives the same object where nothing changes. */
export function noteOutage(before: UnreadSince, looks: readonly FamilyLook[], now: Date): UnreadSince {
  const unread = looks.filter(({ image }) => image === undefined).map(({ family }) => family.repository);
  const after = Object.fromEntries(
    unread.map((repository) => [repository, before[repository] ?? now.toISOString()]),
  );
  const isSame =
    Object.keys(after).length === Object.keys(before).length &&
    Object.entries(after).every(([repository, since]) => before[repository] === since);
  return isSame ? before : after;
}
