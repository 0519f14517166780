import type { JsonObject } from '../../contract/values/json';

/** A resource as a deployment comes to it, every reference filled in. */
export interface DeployedResource {
  readonly stack: string;
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
  readonly action: 'create' | 'update' | 'delete' | 'retain';
}
