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

  private constructor(
    /**
     * As the gate reads it.
     *
     * @internal
     */
    public readonly _text: string,
  ) {}
}
