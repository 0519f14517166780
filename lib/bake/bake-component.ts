/** How a component of your own takes part in a bake. */
export interface BakeComponentOptions {
  /**
   * Values for the parameters that its document declares.
   *
   * @default - the document's own defaults
   */
  readonly parameters?: { readonly [name: string]: string };

  /**
   * Whether it runs after the images are cached, such as an agent that would disturb the pull. What Windows must be before
   * sysprep is checked after it.
   *
   * @default false
   */
  readonly last?: boolean;
}

/**
 * A component of your own. It runs after Windows was updated and before the base images are cached; afterwards the host is
 * checked again, and verified as part of the finished AMI.
 */
export class BakeComponent {
  /**
   * A component that exists in Image Builder.
   *
   * @param componentArn - with a full version, or with `x` for the newest of AWS's own components
   */
  public static fromArn(componentArn: string, options: BakeComponentOptions = {}): BakeComponent {
    return new BakeComponent(undefined, componentArn, undefined, options);
  }

  /**
   * A component that is made from a document of AWSTOE.
   *
   * @param name - 3 to 60 lower-case letters, digits and hyphens
   * @param document - YAML of fewer than 16,000 characters
   * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html
   */
  public static fromDocument(
    name: string,
    document: string,
    options: BakeComponentOptions = {},
  ): BakeComponent {
    return new BakeComponent(name, undefined, document, options);
  }

  /** Whether it runs after the images are cached. */
  public readonly last: boolean;

  /** Values for the parameters that its document declares. */
  public readonly parameters: { readonly [name: string]: string };

  private constructor(
    /** Its name, where a document was given. */
    public readonly name: string | undefined,
    /** Its ARN, where that was given. */
    public readonly componentArn: string | undefined,
    /** Its document, where that was given. */
    public readonly document: string | undefined,
    options: BakeComponentOptions,
  ) {
    this.last = options.last ?? false;
    this.parameters = options.parameters ?? {};
  }
}
