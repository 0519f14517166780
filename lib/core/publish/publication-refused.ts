import { WinbakeError } from '../../contract/values/errors';

/** Why the evidence of a bake is refused; docs/publication.md explains each. Codes are stable, new ones may be added. */
export const EVIDENCE_CODES = [
  'EVIDENCE_ORDER',
  'EVIDENCE_BUILD',
  'EVIDENCE_DOCUMENT',
  'EVIDENCE_UNFINISHED',
  'EVIDENCE_OS',
  'EVIDENCE_SCRIPTS',
  'EVIDENCE_HOST_BUILD',
  'EVIDENCE_HOST_BELOW_TARGET',
  'EVIDENCE_HOST_CHANGED',
  'EVIDENCE_SET',
  'EVIDENCE_FAMILIES',
  'EVIDENCE_IMAGE',
  'EVIDENCE_IMAGE_FIT',
  'EVIDENCE_MODE',
  'EVIDENCE_IMAGE_UNVERIFIED',
  'EVIDENCE_START',
  'EVIDENCE_CHECK_MISSING',
  'EVIDENCE_CHECK_FAILED',
  'EVIDENCE_INSTANT',
  'EVIDENCE_CLOCK',
] as const;

/** One of `EVIDENCE_CODES`. */
export type EvidenceCode = (typeof EVIDENCE_CODES)[number];

/** One reason why a bake is not published. */
export interface EvidenceRefusal {
  readonly code: EvidenceCode;
  /** What was wrong, where, and `got: ...`; a clause without a full stop. */
  readonly message: string;
}

/** One damaged document can break many rules; the first ones say what a person needs. */
const MOST_REASONS = 4;

/** The error of a bake that is not published: each reason with its code, and the way out. */
export function publicationRefused(refusals: readonly EvidenceRefusal[]): WinbakeError {
  const reasons = refusals.slice(0, MOST_REASONS).map(({ code, message }) => `${code}: ${message}.`);
  const more = refusals.length - reasons.length;
  return new WinbakeError(
    'PUBLICATION_REFUSED',
    [
      'Nothing was published.',
      ...reasons,
      ...(more > 0 ? [`${more} more reasons follow from the same evidence.`] : []),
      'The order is baked again as the gate allows; `winbake pipeline rebake` with --force bakes at once. docs/publication.md explains the codes.',
    ].join(' '),
  );
}

/** One refusal. */
export function refuse(code: EvidenceCode, message: string): readonly EvidenceRefusal[] {
  return [{ code, message }];
}

/** A refusal, unless all is right. */
export function refuseUnless(
  isRight: boolean,
  code: EvidenceCode,
  message: string,
): readonly EvidenceRefusal[] {
  return isRight ? [] : refuse(code, message);
}

/** A text of an instance in a message: it is of any length and may hold anything. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}...` : text);
}
