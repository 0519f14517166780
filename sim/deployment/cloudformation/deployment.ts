import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import { type Environment, unmodelled } from '../../aws/cloudformation/environment';
import { type Template, type TemplateResource, dependenciesOf } from '../../aws/cloudformation/assembly';
import type { PhysicalName, PhysicalNames } from './physical-name';
import type { TemplateValues } from './template-values';
import { WinbakeError } from '../../../lib/contract/values/errors';

/** A resource as a deployment comes to it, every reference filled in. */
export interface DeployedResource {
  readonly stack: string;
  readonly stackId: string;
  readonly environment: Environment;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
  /** What `Ref` gives. */
  readonly reference: string;
}

/** What a handler may say of a resource: what `Ref` and `Fn::GetAtt` give from now on. */
export interface ResourceAnswer {
  readonly reference?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What happens in the account when resources of a type come, change and go; what is left out does nothing. */
export interface ResourceHandler {
  readonly create?: (resource: DeployedResource) => Promise<ResourceAnswer | undefined>;
  /**
   * `before` has the properties of the last deployment. An answer with another `reference` is a replacement: the old one is
   * deleted when all else is done.
   */
  readonly update?: (
    resource: DeployedResource,
    before: DeployedResource,
  ) => Promise<ResourceAnswer | undefined>;
  readonly delete?: (resource: DeployedResource) => Promise<void>;
}

/** What one deployment did to a resource. */
export interface StackEvent {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly action: 'create' | 'update' | 'delete' | 'retain' | 'deleteFailed';
}

/** What a deployment works with. */
export interface CloudFormationOptions {
  /** By type; `Custom::` stands for custom resources of all types that are not named themselves. */
  readonly handlers: Readonly<Record<string, ResourceHandler>>;
  /** Reads an SSM parameter; undefined where there is none. */
  readonly readParameter: (name: string, environment: Environment) => string | undefined;
  /** Lets the time pass that a step takes. */
  readonly pass?: (event: StackEvent) => Promise<void>;
  /** Called after each step that changed what is there. */
  readonly changed?: () => void;
  /** Whether somebody else has deleted it. */
  readonly isGone?: (resource: DeployedResource) => boolean;
  /** Types that come as soon as all that they name is there, before anything else. */
  readonly isEarly?: ((type: string) => boolean) | undefined;
}

/** A resource that is there. */
export interface LivingResource extends DeployedResource {
  readonly attributes: Readonly<Record<string, string>>;
  readonly isNamed: boolean;
  readonly deletionPolicy: string;
  readonly replacePolicy: string;
}

/** What is deployed where. */
export interface DeploymentTarget {
  readonly stack: string;
  readonly environment: Environment;
  readonly id: string;
  readonly template: Template;
}

/** One deployment under way. */
export class Deployment {
  readonly deployed = new Map<string, LivingResource>();
  readonly created: LivingResource[] = [];
  /** With what was wanted of those whose update did not succeed. */
  readonly updated = new Map<string, LivingResource>();
  readonly replaced: LivingResource[] = [];
  readonly imports = new Set<string>();
  values!: TemplateValues;

  constructor(
    private readonly names: PhysicalNames,
    readonly target: DeploymentTarget,
  ) {}

  get stack(): string {
    return this.target.stack;
  }

  /** A resource as the template wants it. What is there keeps the name that it has. */
  describe(logicalId: string, known: LivingResource | undefined): LivingResource {
    const { environment, id, stack, template } = this.target;
    const resource: TemplateResource = template.Resources[logicalId] ?? { Type: '' };
    const resolved = this.values.resolve(resource.Properties ?? {});
    const properties = isJsonObject(resolved) ? resolved : {};
    const at = { stack, environment, logicalId, type: resource.Type, properties };
    const name: PhysicalName = known === undefined ? this.names.create(at) : this.names.keep(at, known);
    return {
      ...at,
      ...name,
      stackId: id,
      deletionPolicy: resource.DeletionPolicy ?? 'Delete',
      replacePolicy: resource.UpdateReplacePolicy ?? 'Delete',
    };
  }
}

interface ResourceSpec {
  readonly cloudFormationType: string;
  readonly primaryIdentifier?: readonly string[];
  readonly properties: Readonly<Record<string, { readonly causesReplacement?: string }>>;
}

let specs: ReadonlyMap<string, ResourceSpec> | undefined;

/** AWS's own schemas of resources, as `aws-cdk` carries them for `cdk diff`. */
function specOf(type: string): ResourceSpec {
  if (specs === undefined) {
    const file = join(__dirname, '..', '..', '..', 'node_modules', 'aws-cdk', 'db.json.gz');
    const { schema } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as {
      readonly schema: { readonly resource: { readonly entities: readonly ResourceSpec[] } };
    };
    specs = new Map(schema.resource.entities.map((spec) => [spec.cloudFormationType, spec]));
  }
  const spec = specs.get(type);
  if (spec === undefined) {
    throw unmodelled(`a change of a resource of type ${type}`);
  }
  return spec;
}

/** Of the properties of a resource that have changed, those for which CloudFormation replaces it. */
export function replacingProperties(type: string, changed: readonly string[]): readonly string[] {
  if (type.startsWith('Custom::')) {
    // Its function decides, by the id that it answers with.
    return [];
  }
  const { properties } = specOf(type);
  return changed.filter((name) => {
    const replaces = properties[name]?.causesReplacement ?? 'no';
    if (replaces === 'maybe') {
      throw unmodelled(`a change of ${name} of a ${type}, which may replace it or not`);
    }
    return replaces === 'yes';
  });
}

/** Whether CloudFormation knows a resource by a property that a template may set, and so by a name of the user's own. */
export function isKnownByProperty(type: string): boolean {
  const { primaryIdentifier = [], properties } = specOf(type);
  return primaryIdentifier.some((name) => Object.hasOwn(properties, name));
}

/**
 * The logical ids of a template in an order in which CloudFormation may create them: each after all that it refers to or
 * names in `DependsOn`. Those that do not wait for each other are created side by side there; here they keep the template's
 * order, but for types that are to come as early as they may. Throws a `WinbakeError` for a circle, as CloudFormation does.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-dependson.html
 */
export function dependencyOrder(
  { Resources }: Template,
  isEarly: (type: string) => boolean = () => false,
): readonly string[] {
  const done = new Set<string>();
  const visit = (logicalId: string, path: readonly string[]): void => {
    const resource = Resources[logicalId];
    if (resource === undefined || done.has(logicalId)) {
      return;
    }
    if (path.includes(logicalId)) {
      const circle = [...path.slice(path.indexOf(logicalId)), logicalId].join(' -> ');
      throw new WinbakeError('REHEARSAL_FAILED', `Circular dependency between resources: ${circle}.`);
    }
    for (const needed of dependenciesOf(resource)) {
      visit(needed, [...path, logicalId]);
    }
    done.add(logicalId);
  };
  const early = Object.keys(Resources).filter((logicalId) => isEarly(Resources[logicalId]?.Type ?? ''));
  [...early, ...Object.keys(Resources)].forEach((logicalId) => {
    visit(logicalId, []);
  });
  return [...done];
}
