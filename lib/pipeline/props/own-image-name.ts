import { Token } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { FAMILY_NAMES } from '../../core/images/family';
import { ecrRegion, ownRegistryOf } from '../../core/images/own-image';
import { isTag, parseDockerImageName, type ImageReference } from '../../core/oci/image-reference';

/** The tag of what is named without one. */
export const LATEST = 'latest';

/** The longest name that an image may have. */
const LONGEST_NAME = 30;

/** The name that is given, or one of a repository's. Ends synthesis for one that cannot be used. */
export function ownName(call: string, given: string | undefined, repository: string): string {
  const name = given ?? nameOf(repository);
  const wayOut =
    given === undefined ? `Give one for the repository '${repository}'.` : "It is such as 'shop'.";
  if (!/^[a-z][a-z0-9-]{0,29}$/.test(name)) {
    const rule =
      'must be up to 30 lower-case letters, digits and hyphens, a letter first, known at synthesis';
    refuseOwn(call, 'name', rule, name, wayOut);
  }
  if (FAMILY_NAMES.includes(name)) {
    refuseOwn(call, 'name', 'must not be that of a family', name, wayOut);
  }
  return name;
}

function nameOf(repository: string): string {
  const parts = repository.toLowerCase().split(/[^a-z0-9]+/);
  return parts
    .join('-')
    .replace(/^[^a-z]+/, '')
    .slice(0, LONGEST_NAME)
    .replace(/-+$/, '');
}

/** Ends synthesis for what can be no tag. */
export function checkTag(call: string, tag: string): void {
  if (!isTag(tag)) {
    const rule = 'must be up to 128 letters, digits, dots, hyphens and underscores, known at synthesis';
    refuseOwn(call, 'tag', rule, tag, "It is such as 'live'.");
  }
}

/**
 * The parts of a name with a tag. Ends synthesis for what can be none, what lies in ECR, and where a login would go to the Docker Hub
 * without its being named.
 */
export function ownReference(call: string, reference: string, credentials?: ISecret): ImageReference {
  const refuse = (rule: string, wayOut: string) => refuseOwn(call, 'reference', rule, reference, wayOut);
  if (Token.isUnresolved(reference)) {
    refuse('must be known at synthesis', "It is such as 'shop.azurecr.io/web:7'.");
  }
  const [scheme] = /^[a-z]+:\/\//i.exec(reference) ?? [];
  if (scheme !== undefined) {
    refuse('must begin with a host', `Leave out ${scheme}, as in '${reference.slice(scheme.length)}'.`);
  }
  const { digest, registry, repository, tag } = parsed(call, reference);
  if (digest !== undefined) {
    refuse('must end with the tag that is followed', "Leave out the digest, as in 'shop.azurecr.io/web:7'.");
  }
  if (ecrRegion(registry) !== undefined) {
    const rule =
      "must not lie in Amazon ECR, which the pipeline's roles need rights to read, and no password lasts for";
    refuse(rule, 'Use CachedImage.fromEcr with Repository.fromRepositoryArn.');
  }
  if (credentials !== undefined && ownRegistryOf(reference) === undefined) {
    refuse(
      `must begin with the host of its registry, or the login of ${credentials.node.path} would go to the Docker Hub`,
      `It is such as 'shop.azurecr.io/${reference}', or of the Docker Hub '${registry}/${repository}:${tag ?? LATEST}'.`,
    );
  }
  return { digest, registry, repository, tag };
}

function parsed(call: string, reference: string): ImageReference {
  try {
    return parseDockerImageName(reference);
  } catch (error) {
    throw new Error(`${call}: ${(error as Error).message}`, { cause: error });
  }
}

/** Ends synthesis where an image is made, so that the stack trace leads there: it is in no pipeline yet. */
function refuseOwn(call: string, option: string, rule: string, got: string, wayOut: string): never {
  const shown = Token.isUnresolved(got) ? 'a token' : `'${got}'`;
  throw new Error(`${call}: "${option}" ${rule}; got: ${shown}. ${wayOut}`);
}
