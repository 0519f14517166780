import { createHash } from 'node:crypto';
import { type Digest, isDigest, shortDigest } from '../contract/values/digest';
import type { FollowedAnswer } from './follow-redirects';
import type { RegistryErrors } from './registry-errors';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The digest of some bytes. */
function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The text that exactly these bytes are in UTF-8, or undefined where they are none. */
function exactText(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The contents of a good answer. */
interface AcceptedBody {
  readonly digest: Digest;
  readonly text: string;
}

/** Whether what was asked for is there; throws a `RegistryError` where that cannot be known. */
export function isThere({ request, response }: FollowedAnswer, errors: RegistryErrors): boolean {
  if (response.status === 200) {
    return true;
  }
  if (response.status === 404) {
    return false;
  }
  throw errors.status(request, response);
}

/** The whole body of a successful answer as it was written; throws a `RegistryError` where it is not to be had. */
export function acceptBody({ request, response }: FollowedAnswer, errors: RegistryErrors): AcceptedBody {
  const { status, headers, bytes, complete } = response;
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    throw errors.invalid(request, 'answered with a compressed body that was not asked for', status);
  }
  if (!complete) {
    throw errors.invalid(request, `answered with more than ${readableBytes(request.limitBytes)}`, status);
  }
  const text = exactText(bytes);
  if (text === undefined) {
    throw errors.invalid(request, 'answered with something that is no text', status);
  }
  return { digest: digestOf(bytes), text };
}

/** Checks that a body is the one asked for; throws a `RegistryError` where its digest is another. */
export function assertDigest(
  followed: FollowedAnswer,
  actual: Digest,
  wanted: string | undefined,
  errors: RegistryErrors,
): void {
  if (wanted !== undefined && wanted !== actual) {
    const expected = isDigest(wanted) ? `sha256:${shortDigest(wanted)}` : 'a digest of another kind';
    const problem = `answered with contents of digest sha256:${shortDigest(actual)} instead of ${expected}`;
    throw errors.invalid(followed.request, problem, followed.response.status);
  }
}

function readableBytes(bytes: number): string {
  return bytes >= 2 ** 20 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${bytes} bytes`;
}

/** The media type of a `Content-Type` header, lower case and without parameters; empty where there is none. */
export function mediaTypeOf(header: string | undefined): string {
  return header?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** What a body is that should have been something else, as people call it: HTML, its media type, or `something else`. */
export function describeContent(header: string | undefined, bytes: Uint8Array): string {
  const mediaType = mediaTypeOf(header);
  if (
    mediaType.endsWith('html') ||
    /^\s*<(!doctype )?html/i.test(Buffer.from(bytes.subarray(0, 100)).toString())
  ) {
    return 'HTML';
  }
  return /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(mediaType) ? mediaType : 'something else';
}
