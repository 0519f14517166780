import { isDigest, shortDigest, type Digest } from '../contract/values/digest';
import { digestOf, exactText } from './content-digest';
import type { FollowedAnswer } from './follow-redirects';
import type { RegistryComplaints } from './registry-complaints';

/** The contents of a good answer. */
export interface AcceptedBody {
  readonly digest: Digest;
  readonly text: string;
}

/** Whether what was asked for is there; throws a `RegistryError` where that cannot be known. */
export function isThere({ question, answer }: FollowedAnswer, complaints: RegistryComplaints): boolean {
  if (answer.status === 200) {
    return true;
  }
  if (answer.status === 404) {
    return false;
  }
  throw complaints.status(question, answer);
}

/** The whole body of a successful answer as it was written; throws a `RegistryError` where it is not to be had. */
export function acceptBody(
  { question, answer }: FollowedAnswer,
  complaints: RegistryComplaints,
): AcceptedBody {
  const { status, headers, bytes, complete } = answer;
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    throw complaints.invalid(question, 'answered with a compressed body that was not asked for', status);
  }
  if (!complete) {
    throw complaints.invalid(
      question,
      `answered with more than ${readableBytes(question.limitBytes)}`,
      status,
    );
  }
  const text = exactText(bytes);
  if (text === undefined) {
    throw complaints.invalid(question, 'answered with something that is no text', status);
  }
  return { digest: digestOf(bytes), text };
}

/** Checks that a body is the one asked for; throws a `RegistryError` where its digest is another. */
export function assertDigest(
  followed: FollowedAnswer,
  actual: Digest,
  wanted: string | undefined,
  complaints: RegistryComplaints,
): void {
  if (wanted !== undefined && wanted !== actual) {
    const expected = isDigest(wanted) ? `sha256:${shortDigest(wanted)}` : 'a digest of another kind';
    const problem = `answered with contents of digest sha256:${shortDigest(actual)} instead of ${expected}`;
    throw complaints.invalid(followed.question, problem, followed.answer.status);
  }
}

function readableBytes(bytes: number): string {
  return bytes >= 2 ** 20 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${bytes} bytes`;
}
