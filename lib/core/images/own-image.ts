import { UsageError } from '../../contract/values/errors';
import type { Release } from '../../contract/values/release';
import { parseDockerImageName } from '../oci/image-reference';
import type { ImageFamily } from './family';

/** The registry of an own image and its path there; undefined for a repository of the pipeline's registry, which has no host. */
export function ownRegistryOf(
  repository: string,
): { readonly registry: string; readonly path: string } | undefined {
  const [, registry, path] = /^((?:[^/]*[.:][^/]*)|localhost)\/(.+)$/.exec(repository) ?? [];
  return registry === undefined || path === undefined ? undefined : { registry, path };
}

/**
 * Whether an image of a set or manifest is an own one, of an app: its repository begins with a host, as docker recognizes it. It is left out
 * rather than failing a bake.
 */
export function isOwnImage({ repository }: { readonly repository: string }): boolean {
  return ownRegistryOf(repository) !== undefined;
}

/** The name by which docker knows an image; those of the pipeline's registry are named as Microsoft's. */
export function dockerNameOf({
  repository,
  tag,
}: {
  readonly repository: string;
  readonly tag: string;
}): string {
  return `${isOwnImage({ repository }) ? '' : 'mcr.microsoft.com/'}${repository}:${tag}`;
}

/** Whether a text that names an extra names an own image. */
export function namesOwnImage(text: string): boolean {
  const [, repository = ''] = /^[^=/]*=(.*)$/s.exec(text) ?? [];
  return isOwnImage({ repository });
}

/** The tag that an own image follows, written `NAME=HOST/REPOSITORY:TAG`. Throws a `UsageError` for anything else. */
export function parseOwnImage(text: string, release: Release): ImageFamily {
  const [, name, image = ''] = /^([a-z][a-z0-9-]{0,29})=(.+)$/s.exec(text) ?? [];
  if (name === undefined || image.includes('@') || !/:[^/]+$/.test(image)) {
    throw new UsageError(
      `An own image is written NAME=HOST/REPOSITORY:TAG, NAME in up to 30 small letters, digits and hyphens; got: '${text}'.`,
    );
  }
  const { registry, repository, tag = '' } = parseDockerImageName(image);
  return {
    name: `${name}@extra`,
    release,
    repository: `${registry}/${repository}`,
    line: undefined,
    floatingTags: [tag],
    datedTag: undefined,
  };
}

/**
 * The hosts of private ECR registries, of both kinds of addresses, with FIPS or without, in China too.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
 */
const ECR_HOST =
  /^\d{12}\.dkr(?:\.ecr|-ecr)(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$/;

/** The region of a private ECR registry, or undefined where a host is none. */
export function ecrRegion(host: string): string | undefined {
  return ECR_HOST.exec(host)?.[1];
}
