import { UsageError } from '../../contract/values/errors';
import { parseImageReference, type ImageReference } from '../../core/oci/image-reference';
import { notModelled } from './docker-failure';

/** An image that a command names, and whether it left the tag to docker. */
export interface DockerReference {
  readonly reference: ImageReference;
  readonly defaultTag: boolean;
}

/**
 * The image that an argument of the call names; without a tag and a digest it is `latest`. Names without a registry are
 * those of the Docker Hub, which holds no Windows base images and is not modelled.
 * @see https://pkg.go.dev/github.com/distribution/reference
 */
export function dockerReference(text: string, args: readonly string[]): DockerReference {
  const bare = !text.includes('@') && !text.slice(text.lastIndexOf('/')).includes(':');
  try {
    return { reference: parseImageReference(bare ? `${text}:latest` : text), defaultTag: bare };
  } catch (error) {
    throw error instanceof UsageError ? notModelled(args, error.message) : error;
  }
}
