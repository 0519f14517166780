import { isDigest } from '../contract/values/digest';
import { isJsonObject, textAt } from '../contract/values/json';
import { isIndexType, isManifestType } from '../core/oci/manifests';
import type { ManifestDocument, ManifestHead } from '../core/oci/registry';
import { acceptBody, assertDigest, describeContent, mediaTypeOf } from './accept-response';
import type { FollowedAnswer } from './follow-redirects';
import type { RegistryErrors } from './registry-errors';

/**
 * The manifest in a successful answer to a GET, its contents checked against the digest in `reference` or the one that
 * the registry names. Throws a `RegistryError` where they differ or it is no manifest.
 */
export function manifestOf(
  followed: FollowedAnswer,
  reference: string,
  errors: RegistryErrors,
): ManifestDocument {
  const { digest, text: body } = acceptBody(followed, errors);
  if (isDigest(reference)) {
    assertDigest(followed, digest, reference, errors);
  }
  assertDigest(followed, digest, followed.response.headers['docker-content-digest'], errors);
  return { digest, mediaType: manifestMediaType(followed, body, errors), body };
}

/**
 * What a successful answer to a HEAD tells, or undefined where it does not tell enough. Throws a `RegistryError` where it
 * is about something else than what was asked for.
 */
export function manifestHeadOf(
  { request, response: { headers, status } }: FollowedAnswer,
  reference: string,
  errors: RegistryErrors,
): ManifestHead | undefined {
  const digest = headers['docker-content-digest'];
  const mediaType = mediaTypeOf(headers['content-type']);
  if (digest === undefined || !isKnown(mediaType)) {
    return undefined;
  }
  if (!isDigest(digest) || (isDigest(reference) && digest !== reference)) {
    throw errors.invalid(request, 'named a digest that is not the one it should be', status);
  }
  return { digest, mediaType };
}

function manifestMediaType(followed: FollowedAnswer, body: string, errors: RegistryErrors): string {
  const { request, response } = followed;
  const header = mediaTypeOf(response.headers['content-type']);
  const own = ownMediaType(body);
  const ownKnown = own !== undefined && isKnown(own);
  if (isKnown(header)) {
    if (ownKnown && own !== header) {
      throw errors.invalid(request, `sent a manifest as ${header} that says it is ${own}`, response.status);
    }
    return header;
  }
  if (ownKnown) {
    return own;
  }
  const content = describeContent(response.headers['content-type'], response.bytes);
  throw errors.invalid(request, `answered with ${content} instead of a manifest`, response.status);
}

function isKnown(mediaType: string): boolean {
  return isIndexType(mediaType) || isManifestType(mediaType);
}

function ownMediaType(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) ? textAt(value, 'mediaType') : undefined;
  } catch {
    return undefined;
  }
}
