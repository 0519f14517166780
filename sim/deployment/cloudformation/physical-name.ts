import { WinbakeError } from '../../../lib/contract/values/errors';
import type { JsonObject } from '../../../lib/contract/values/json';
import type { Environment } from '../../aws/cloudformation/environment';
import { physicalResource } from '../../aws/cloudformation/physical-names';

/** A resource that is named. */
export interface NamedAt {
  readonly stack: string;
  readonly environment: Environment;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
}

/** How a resource is called in the account. */
export interface PhysicalName {
  readonly reference: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The template fixes the name, so that there can be one of it only. */
  readonly isNamed: boolean;
}

/** Whether two environments share the names of a type: buckets are the world's, roles the account's, and all else a region's. */
function shareNames(type: string, one: Environment, other: Environment): boolean {
  return (
    type === 'AWS::S3::Bucket' ||
    (one.account === other.account && (type.startsWith('AWS::IAM::') || one.region === other.region))
  );
}

/** The names that resources get; a new one is never that of something that was there before. */
export class PhysicalNames {
  private readonly made = new Map<string, number>();

  /** `living` gives what is there. */
  constructor(private readonly living: () => readonly (NamedAt & Pick<PhysicalName, 'reference'>)[]) {}

  /** The name of a new resource. */
  create(at: NamedAt): PhysicalName {
    const key = [at.stack, at.environment.account, at.environment.region, at.logicalId].join(' ');
    let count = this.made.get(key) ?? 0;
    let name: PhysicalName;
    do {
      count += 1;
      name = named(at, count === 1 ? at.logicalId : `${at.logicalId}-${count}`);
    } while (!name.isNamed && this.isTaken({ ...at, reference: name.reference }));
    this.made.set(key, count);
    return VERSIONED.includes(at.type) ? this.nextVersion(at, name) : name;
  }

  /** The name of a resource that is there: its own, unless the template fixes another. */
  keep(at: NamedAt, known: PhysicalName): PhysicalName {
    const name = named(at, at.logicalId);
    return name.isNamed && !VERSIONED.includes(at.type)
      ? name
      : { ...name, reference: known.reference, attributes: known.attributes };
  }

  /** Whether something else of that type and name is there. */
  isTaken({ environment, reference, type }: NamedAt & Pick<PhysicalName, 'reference'>): boolean {
    return this.living().some(
      (one) =>
        one.type === type && one.reference === reference && shareNames(type, one.environment, environment),
    );
  }

  /**
   * Whether there is a component or workflow of that name, version and content already, which Image Builder refuses; other
   * content is another build of the version.
   * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/troubleshooting.html
   * @see https://github.com/aws/ec2-image-builder-roadmap/issues/71
   */
  sameDocument({ environment, properties, type }: NamedAt): boolean {
    const contentOf = (one: JsonObject) =>
      JSON.stringify([one['Name'], one['Version'], one['Type'], one['Data']]);
    return (
      VERSIONED.includes(type) &&
      'Data' in properties &&
      this.living().some(
        (one) =>
          one.type === type &&
          contentOf(one.properties) === contentOf(properties) &&
          shareNames(type, one.environment, environment),
      )
    );
  }

  /**
   * The first patch of a recipe's version, or build of a document's, that is free.
   * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/create-image-recipes.html
   */
  private nextVersion(at: NamedAt, { attributes, isNamed, reference }: PhysicalName): PhysicalName {
    let number = Number(/\d+$/.exec(reference)?.[0]);
    const versioned = () => reference.replace(/\d+$/, String(number));
    while (this.isTaken({ ...at, reference: versioned() })) {
      number += 1;
    }
    return { isNamed, reference: versioned(), attributes: { ...attributes, Arn: versioned() } };
  }
}

/** Names a resource as CloudFormation would; one of a type without a model is named after its stack and logical id. */
function named({ environment, properties, stack, type }: NamedAt, logicalId: string): PhysicalName {
  const kind = type.split('::').at(-1) ?? '';
  let isNamed = false;
  const given = (property: string): string | undefined => {
    const value = properties[property];
    isNamed ||= typeof value === 'string' && property.endsWith('Name');
    return typeof value === 'string' ? value : undefined;
  };
  try {
    const name = physicalResource(stack, logicalId, type, given, environment);
    return { ...name, isNamed };
  } catch (error) {
    if (error instanceof WinbakeError) {
      const own = UNIQUE.includes(type) ? (given(`${kind}Name`) ?? given('Name')) : undefined;
      return { reference: own ?? `${stack}-${logicalId}`, attributes: {}, isNamed: own !== undefined };
    }
    throw error;
  }
}

/** Image Builder counts the patch of the one and the build of the others. */
const VERSIONED = [
  'AWS::ImageBuilder::ImageRecipe',
  'AWS::ImageBuilder::Component',
  'AWS::ImageBuilder::Workflow',
];

/** Types without a model whose name must be their own. */
const UNIQUE = ['AWS::CloudWatch::Alarm', 'AWS::Events::Rule', 'AWS::Scheduler::Schedule'];
