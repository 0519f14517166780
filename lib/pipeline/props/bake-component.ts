import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { checkComponent } from '../../core/aws-rules/rules';
import { checkText, refuse } from '../../internal/validate';

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
   * @param document - YAML of at most 16,000 characters
   * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html
   */
  public static fromDocument(
    name: string,
    document: string,
    options: BakeComponentOptions = {},
  ): BakeComponent {
    return new BakeComponent(name, undefined, document, options);
  }

  private constructor(
    /**
     * Its name, where a document was given.
     *
     * @internal
     */
    public readonly _name: string | undefined,
    /**
     * Its ARN, where that was given.
     *
     * @internal
     */
    public readonly _componentArn: string | undefined,
    /**
     * Its document, where that was given.
     *
     * @internal
     */
    public readonly _document: string | undefined,
    /**
     * How it takes part.
     *
     * @internal
     */
    public readonly _options: BakeComponentOptions,
  ) {}
}

/** A recipe has 20 components, four of which are Winbake's. */
const MOST_COMPONENTS = 16;

/** Ends synthesis where a component of the user's own cannot be one. */
export function checkBakeComponents(scope: IConstruct, components: readonly BakeComponent[]): void {
  if (components.length > MOST_COMPONENTS) {
    refuse(
      scope,
      'components',
      `must be at most ${MOST_COMPONENTS}`,
      String(components.length),
      'Put several steps into one document.',
    );
  }
  const names = new Set<string>();
  for (const {
    _componentArn: componentArn,
    _document: document,
    _name: name,
    _options: options,
  } of components) {
    const { parameters = {} } = options;
    if (componentArn !== undefined) {
      checkText(scope, 'components', componentArn, {
        pattern: /^arn:[\w-]+:imagebuilder:[\w-]+:\w+:component\/[\w-]+\/[\dx.]+(\/\d+)?$/,
        rule: 'must be named by the ARN of a component with its version',
        wayOut:
          "It is such as 'arn:aws:imagebuilder:eu-west-1:aws:component/aws-cli-version-2-windows/x.x.x'.",
      });
    }
    if (name !== undefined) {
      checkName(scope, names, name);
    }
    if (document !== undefined && !Token.isUnresolved(document)) {
      checkDocument(scope, { name: name ?? '', data: document, values: parameters });
    }
  }
}

function checkName(scope: IConstruct, names: Set<string>, name: string): void {
  checkText(scope, 'components', name, {
    pattern: /^[a-z0-9][a-z0-9-]{1,58}[a-z0-9]$/,
    rule: 'must have names of 3 to 60 lower-case letters, digits and hyphens, no hyphen first or last',
    wayOut: "It is such as 'monitoring-agent'.",
  });
  if (names.has(name)) {
    refuse(scope, 'components', 'must have names of their own', `'${name}' twice`, 'Rename one.');
  }
  names.add(name);
}

/** What Image Builder refuses would end the deployment, and what AWSTOE refuses the first bake. */
function checkDocument(scope: IConstruct, component: Parameters<typeof checkComponent>[0]): void {
  const [refusal] = checkComponent(component);
  if (refusal !== undefined) {
    refuse(
      scope,
      'components',
      'must have documents that Image Builder takes',
      `'${component.name}', where ${refusal.what}`,
      `${refusal.wayOut} See ${refusal.source}.`,
    );
  }
}
