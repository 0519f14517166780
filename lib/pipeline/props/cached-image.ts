import { Token } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { FAMILY_NAMES } from '../../core/images/family';
import { ecrRegion, ownRegistryOf } from '../../core/images/own-image';
import { type ImageReference, isTag, parseDockerImageName } from '../../core/oci/image-reference';
import type { ImageFamily } from './image-family';

/** Which images of a repository of your own belong together. */
export interface OwnRepositoryOptions {
  /** The repository within the pipeline's registry, such as `contoso/tools`. */
  readonly repository: string;

  /** Its tags that move with each Windows Update, such as `ltsc2022`; the first that exists counts. */
  readonly floatingTags: string[];

  /**
   * Its tags that stay, with a `*` for the number in them, such as `*-ltsc2022`. They serve a host that is behind.
   *
   * @default - only the floating tags are read
   */
  readonly tagPattern?: string;
}

/** Which image of a repository in Amazon ECR is cached. */
export interface EcrImageOptions {
  /**
   * The tag that is followed.
   *
   * @default latest
   */
  readonly tag?: string;

  /**
   * Its name in documents, tables and messages: up to 30 lower-case letters, digits and hyphens, a letter first.
   *
   * @default - the repository's name, or its id in the stack that makes it
   */
  readonly name?: string;
}

/** How an image of another registry is read. */
export interface RegistryImageOptions {
  /**
   * A secret that holds `username` and `password` for the registry, as ECS takes it. Tasks need it of their own.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html
   * @default - it is read in the name of nobody
   */
  readonly credentials?: ISecret;

  /**
   * Its name in documents, tables and messages: up to 30 lower-case letters, digits and hyphens, a letter first.
   *
   * @default - the repository's name
   */
  readonly name?: string;
}

/** Where an own image lies, and who may read it. */
interface OwnImage {
  readonly registry: string;
  readonly repository?: IRepository;
  readonly credentials?: ISecret;
}

/** An image that is cached beside the families, where there is one, and that no bake waits for. */
export class CachedImage {
  /**
   * The image of a further family.
   *
   * @param family - none of the pipeline's `families`
   */
  public static ofFamily(family: ImageFamily): CachedImage {
    return new CachedImage(family.name);
  }

  /**
   * The image of Windows Server 2022, on Windows Server 2025.
   *
   * @param family - any that 2022 has
   */
  public static ofServer2022(family: ImageFamily): CachedImage {
    return new CachedImage(`${family.name}@2022`);
  }

  /**
   * An image of a repository of your own in the pipeline's registry.
   *
   * @param name - its name in documents, tables and messages: lower-case letters, digits and hyphens, a letter first
   * @param options - the repository and its tags
   */
  public static fromRepository(name: string, options: OwnRepositoryOptions): CachedImage {
    const { floatingTags, repository, tagPattern } = options;
    const strange = floatingTags.find((tag) => /[*,]/.test(tag));
    if (floatingTags.length === 0 || strange !== undefined) {
      throw new Error(
        `"floatingTags" of ${name} must be one tag or more, without * and commas; got: ${strange === undefined ? '[]' : `'${strange}'`}. ` +
          'A tag with a number in it is "tagPattern".',
      );
    }
    if (tagPattern !== undefined && !/^[^*,]*\*[^*,]*$/.test(tagPattern)) {
      throw new Error(
        `"tagPattern" of ${name} must be one tag with one *; got: '${tagPattern}'. It is such as '*-ltsc2022'.`,
      );
    }
    const tags = tagPattern === undefined ? floatingTags : [...floatingTags, tagPattern];
    return new CachedImage(`${name}=${repository}:${tags.join(',')}`);
  }

  /**
   * An image of your own in Amazon ECR, which the pipeline's roles are allowed to pull. It is cached where Windows hosts of the bake may run
   * it (R1), and left out otherwise; no bake waits for it, and a push orders none: hosts fetch what has moved when they start.
   *
   * @param repository - of any account whose policy lets the pipeline's roles pull
   * @param options - its tag
   */
  public static fromEcr(repository: IRepository, options: EcrImageOptions = {}): CachedImage {
    const { repositoryName, repositoryUri } = repository;
    const { tag = LATEST } = options;
    const known = Token.isUnresolved(repositoryName) ? repository.node.id : repositoryName;
    const call = `CachedImage.fromEcr(${repository.node.path})`;
    const name = ownName(call, options.name, known);
    checkTag(call, tag);
    const place = Token.isUnresolved(repositoryUri) ? SOME_REPOSITORY : repositoryUri;
    return new CachedImage(`${name}=${repositoryUri}:${tag}`, `${name}=${place}:${tag}`, {
      registry: place.split('/')[0] ?? '',
      repository,
    });
  }

  /**
   * An image of your own in any registry that the build instance and the internet reach, as `fromEcr`.
   *
   * @param reference - its name as docker takes it, with a tag, such as `shop.azurecr.io/web:7`; with `credentials` one of the Docker Hub
   * begins with `docker.io/`
   * @param options - who reads it; one in Amazon ECR is `fromEcr`
   */
  public static fromRegistry(reference: string, options: RegistryImageOptions = {}): CachedImage {
    const { credentials } = options;
    const call = 'CachedImage.fromRegistry';
    const { registry, repository, tag = LATEST } = ownReference(call, reference, credentials);
    const name = ownName(call, options.name, repository);
    const text = `${name}=${registry}/${repository}:${tag}`;
    return new CachedImage(text, text, { registry, ...(credentials === undefined ? {} : { credentials }) });
  }

  private constructor(
    /**
     * As the gate reads it; it may hold tokens.
     *
     * @internal
     */
    public readonly _text: string,

    /**
     * The same as far as it is known at synthesis.
     *
     * @internal
     */
    public readonly _known: string = _text,

    /**
     * Where it lies, where it is an own image.
     *
     * @internal
     */
    public readonly _own?: OwnImage,
  ) {}
}

/** Stands for a repository whose name only the deployment knows. */
const SOME_REPOSITORY = '111122223333.dkr.ecr.us-east-1.amazonaws.com/not-known-yet';

/** The tag of what is named without one. */
const LATEST = 'latest';

/** The longest name that an image may have. */
const LONGEST_NAME = 30;

/** The name that is given, or one of a repository's. Ends synthesis for one that cannot be used. */
function ownName(call: string, given: string | undefined, repository: string): string {
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
function checkTag(call: string, tag: string): void {
  if (!isTag(tag)) {
    const rule = 'must be up to 128 letters, digits, dots, hyphens and underscores, known at synthesis';
    refuseOwn(call, 'tag', rule, tag, "It is such as 'live'.");
  }
}

/**
 * The parts of a name with a tag. Ends synthesis for what can be none, what lies in ECR, and where a login would go to the Docker Hub
 * without its being named.
 */
function ownReference(call: string, reference: string, credentials?: ISecret): ImageReference {
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
