import { UsageError } from '../../contract/values/errors';
import { isDigest, type Digest } from '../../contract/values/digest';

/** The name of an image: registry, repository and a tag, a digest, or both. */
export interface ImageReference {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
}

/**
 * The repository part of the grammar, and the tag's.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
 */
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

/** Whether a text can name a repository. */
export function isRepository(text: string): boolean {
  return text.length <= 255 && REPOSITORY.test(text);
}

/** Whether a text can be a tag. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/**
 * Parses `registry/repository[:tag][@digest]`; the registry must be named, since the Docker Hub never holds Windows base
 * images. Throws a `UsageError` for anything else.
 */
export function parseImageReference(text: string): ImageReference {
  const [name = '', digest, ...rest] = text.split('@');
  const slash = name.indexOf('/');
  const colon = name.indexOf(':', Math.max(slash, 0));
  const repository = name.slice(slash + 1, colon === -1 ? undefined : colon);
  const tag = colon === -1 ? undefined : name.slice(colon + 1);
  const registry = name.slice(0, Math.max(slash, 0));
  const known =
    rest.length === 0 &&
    /^(localhost|[\w-]+(\.[\w-]+)+)(:\d+)?$|^localhost:\d+$/.test(registry) &&
    isRepository(repository) &&
    (tag === undefined || isTag(tag)) &&
    (digest === undefined || isDigest(digest)) &&
    (tag !== undefined || digest !== undefined);
  if (!known) {
    throw new UsageError(
      `An image is named like mcr.microsoft.com/windows/servercore:ltsc2022, with a tag or a digest; got: '${text}'.`,
    );
  }
  return { registry, repository, tag, digest: digest === undefined ? undefined : digest };
}

/** The text of an image reference. */
export function formatImageReference(reference: ImageReference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}
