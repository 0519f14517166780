import { UsageError } from '../../contract/values/errors';
import { isDigest, type Digest } from '../../contract/values/digest';
import { excerpt } from '../../contract/values/printable';

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

/** The registry of names without one, and the tag of names without one. */
const DOCKER_HUB = 'docker.io';
const LATEST = 'latest';

/** A host as docker recognizes it by the first part of a path: it has a dot or a port, or is this computer. */
const HOST = /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+|\[[0-9a-f:]+\])(?::\d{1,5})?$|^[a-z0-9-]+:\d{1,5}$/i;

/**
 * Parses the name of an image as docker takes it: without a registry it is the Docker Hub's, and without tag and digest it has the
 * tag `latest`. Throws a `UsageError` for anything else.
 * @see https://github.com/distribution/reference/blob/main/normalize.go
 */
export function parseDockerImageName(text: string): ImageReference {
  const [name = '', digest, ...rest] = text.split('@');
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const isHost = /[.:]|^localhost$/.test(first);
  const path = isHost ? name.slice(slash + 1) : name;
  const colon = path.indexOf(':');
  const plain = colon === -1 ? path : path.slice(0, colon);
  const registry = isHost ? first.replace(/^index\.docker\.io$/i, DOCKER_HUB) : DOCKER_HUB;
  const repository = registry === DOCKER_HUB && !plain.includes('/') ? `library/${plain}` : plain;
  const tag = colon === -1 ? (digest === undefined ? LATEST : undefined) : path.slice(colon + 1);
  const fault =
    rest.length > 0 || (digest !== undefined && !isDigest(digest))
      ? 'its digest is sha256: and 64 hexadecimal digits'
      : isHost && !HOST.test(first)
        ? 'its registry is a host, with a port or without'
        : isRepository(repository)
          ? tag !== undefined && !isTag(tag)
            ? 'its tag is up to 128 letters, digits, dots, dashes and underscores'
            : undefined
          : 'its repository is in small letters, without a scheme';
  if (fault !== undefined) {
    throw new UsageError(
      `An image is named like mcr.microsoft.com/windows/servercore:ltsc2022, ${fault}; got: '${excerpt(text)}'.`,
    );
  }
  return { registry, repository, tag, digest: isDigest(digest) ? digest : undefined };
}

/** The text of an image reference. */
export function formatImageReference(reference: ImageReference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}
