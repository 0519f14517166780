import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import type { Environment } from '../../aws/cloudformation/environment';
import type { Template, TemplateResource } from '../../aws/cloudformation/assembly';
import type { PhysicalName, PhysicalNames } from './physical-name';
import type { TemplateValues } from './template-values';

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
