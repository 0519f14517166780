import { isDeepStrictEqual } from 'node:util';
import { WinbakeError } from '../../../lib/contract/values/errors';
import { type JsonObject, isJsonObject } from '../../../lib/contract/values/json';
import { dependencyOrder } from '../../../sim/aws/cloudformation/dependency-order';
import { physicalResource } from '../../../sim/aws/cloudformation/physical-names';
import type { Template, TemplateResource } from '../../../sim/aws/cloudformation/read-assembly';
import { templateValues } from './template-values';

/** How a resource is called in the account. */
interface PhysicalName {
  readonly reference: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The template fixes the name, so that there can be one of it only. */
  readonly isNamed: boolean;
}

/** Names a resource as CloudFormation would; one of a type without a model is named after its stack and logical id. */
function physicalNameOf(
  stack: string,
  logicalId: string,
  type: string,
  properties: JsonObject,
): PhysicalName {
  let isNamed = false;
  const given = (property: string): string | undefined => {
    const value = properties[property];
    isNamed ||= typeof value === 'string' && property.endsWith('Name');
    return typeof value === 'string' ? value : undefined;
  };
  try {
    const named = physicalResource(stack, logicalId, type, given);
    return { ...named, isNamed };
  } catch (error) {
    if (error instanceof WinbakeError) {
      return { reference: `${stack}-${logicalId}`, attributes: {}, isNamed: false };
    }
    throw error;
  }
}

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
interface ResourceAnswer {
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
interface StackEvent {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly action: 'create' | 'update' | 'delete' | 'retain';
}

/** What a deployment works with. */
interface CloudFormationOptions {
  /** By type; `Custom::` stands for custom resources of all types that are not named themselves. */
  readonly handlers: Readonly<Record<string, ResourceHandler>>;
  /** Reads an SSM parameter; undefined where there is none. */
  readonly readParameter: (name: string) => string | undefined;
}

interface StackResource extends DeployedResource {
  readonly attributes: Readonly<Record<string, string>>;
  readonly isNamed: boolean;
  readonly isKept: boolean;
}

interface DeployedStack {
  readonly template: Template;
  readonly exports: ReadonlyMap<string, unknown>;
  readonly imports: ReadonlySet<string>;
  /** In the order of creation. */
  readonly resources: ReadonlyMap<string, StackResource>;
}

/**
 * The order in which CloudFormation works: parameters are read before anything is made; resources come after what they
 * refer to; a changed resource is updated, and what the template lost is deleted at the end, last made first. A failure
 * takes back what was done: what was updated, and what failed at it, is updated to the template of before, and what is new is
 * deleted after that. What a resource does in the account is the handler's.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/updating.stacks.walkthrough.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
 */
export class SimulatedCloudFormation {
  readonly events: StackEvent[] = [];
  private readonly stacks = new Map<string, DeployedStack>();
  /** What stacks have left behind, by type and name. */
  private readonly left = new Set<string>();
  private readonly rollingBack = new Set<string>();

  constructor(private readonly options: CloudFormationOptions) {}

  /** Whether a deployment of a stack has failed and is being taken back. */
  isRollingBack(stack: string): boolean {
    return this.rollingBack.has(stack);
  }

  /** What a deployed resource is, or undefined. */
  resource(stack: string, logicalId: string): DeployedResource | undefined {
    return this.stacks.get(stack)?.resources.get(logicalId);
  }

  /** Creates or updates a stack; where it fails, what was done is taken back and the error thrown on. */
  async deploy(stack: string, template: Template): Promise<void> {
    const before = this.stacks.get(stack)?.resources ?? new Map<string, StackResource>();
    const deployed = new Map<string, StackResource>();
    const imports = new Set<string>();
    const values = templateValues(stack, template, {
      readParameter: this.options.readParameter,
      resource: (logicalId) => deployed.get(logicalId),
      imported: (name) => {
        imports.add(name);
        return this.exported(name);
      },
    });
    const created: StackResource[] = [];
    const updated = new Map<string, StackResource>();
    const replaced: StackResource[] = [];
    try {
      for (const logicalId of dependencyOrder(template)) {
        const resource = template.Resources[logicalId];
        const properties = values.resolve(resource?.Properties ?? {});
        const known = before.get(logicalId);
        const wanted = this.describe(
          stack,
          logicalId,
          resource,
          isJsonObject(properties) ? properties : {},
          known,
        );
        if (known !== undefined && !isDeepStrictEqual(wanted.properties, known.properties)) {
          updated.set(logicalId, wanted);
        }
        const made = await (known === undefined ? this.create(wanted) : this.update(wanted, known));
        deployed.set(logicalId, made);
        if (known === undefined) {
          created.push(made);
        } else if (updated.has(logicalId)) {
          updated.set(logicalId, made);
        }
        if (known !== undefined && known.reference !== made.reference) {
          replaced.push(known);
        }
      }
    } catch (error) {
      this.rollingBack.add(stack);
      await this.takeBack(stack, updated);
      await this.remove(created.reverse().map((one) => ({ ...one, isKept: false })));
      this.rollingBack.delete(stack);
      throw error;
    }
    const exports = values.exports();
    this.stacks.set(stack, { template, exports, imports, resources: deployed });
    const lost = [...before.values()].filter(({ logicalId }) => !deployed.has(logicalId));
    await this.remove([...lost, ...replaced].reverse());
  }

  /** Deletes a stack, last made first; refused while another stack imports what it exports. */
  async delete(stack: string): Promise<void> {
    const deleted = this.stacks.get(stack);
    if (deleted === undefined) {
      return;
    }
    for (const [other, { imports }] of this.stacks) {
      const used = [...deleted.exports.keys()].find((name) => imports.has(name));
      if (used !== undefined && other !== stack) {
        throw failed(`Export ${used} cannot be deleted as it is in use by ${other}`);
      }
    }
    this.stacks.delete(stack);
    await this.remove([...deleted.resources.values()].reverse());
  }

  private describe(
    stack: string,
    logicalId: string,
    resource: TemplateResource | undefined,
    properties: JsonObject,
    known: StackResource | undefined,
  ): StackResource {
    const type = resource?.Type ?? '';
    const { attributes, isNamed, reference } = physicalNameOf(stack, logicalId, type, properties);
    // What was made without a name of its own keeps the one that it got; a new one is never that of something left behind.
    const free =
      this.left.has(`${type} ${reference}`) && !isNamed ? `${reference}-${this.events.length}` : reference;
    return {
      stack,
      logicalId,
      type,
      properties,
      attributes: known === undefined || isNamed ? attributes : known.attributes,
      reference: known === undefined || isNamed ? free : known.reference,
      isNamed,
      isKept: resource?.DeletionPolicy?.startsWith('Retain') ?? false,
    };
  }

  /**
   * Updates to what the template of before says. Its references are filled in anew: whether CloudFormation does so is unproven.
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-rollback.html
   */
  private async takeBack(stack: string, updated: ReadonlyMap<string, StackResource>): Promise<void> {
    const before = this.stacks.get(stack);
    if (before === undefined) {
      return;
    }
    const resources = new Map(before.resources);
    const values = templateValues(stack, before.template, {
      readParameter: this.options.readParameter,
      resource: (logicalId) => resources.get(logicalId),
      imported: (name) => this.exported(name),
    });
    for (const logicalId of dependencyOrder(before.template)) {
      const failed = updated.get(logicalId);
      const known = before.resources.get(logicalId);
      if (failed !== undefined && known !== undefined) {
        const properties = values.resolve(before.template.Resources[logicalId]?.Properties ?? {});
        const wanted = { ...known, properties: isJsonObject(properties) ? properties : {} };
        this.note(wanted, 'update');
        resources.set(logicalId, answered(wanted, await this.handlerOf(known.type).update?.(wanted, failed)));
      }
    }
    this.stacks.set(stack, { ...before, resources });
  }

  private async create(wanted: StackResource): Promise<StackResource> {
    const { reference, type } = wanted;
    if (wanted.isNamed && this.left.has(`${type} ${reference}`)) {
      throw failed(`${wanted.logicalId} of ${wanted.stack}: ${reference} of type ${type} already exists`);
    }
    const made = answered(wanted, await this.handlerOf(type).create?.(wanted));
    this.note(made, 'create');
    return made;
  }

  private async update(wanted: StackResource, known: StackResource): Promise<StackResource> {
    if (isDeepStrictEqual(wanted.properties, known.properties)) {
      return { ...known, isKept: wanted.isKept };
    }
    const handler = this.handlerOf(wanted.type);
    const made = answered(wanted, await handler.update?.(wanted, known));
    this.note(made, 'update');
    return made;
  }

  private async remove(resources: readonly StackResource[]): Promise<void> {
    for (const resource of resources) {
      this.note(resource, resource.isKept ? 'retain' : 'delete');
      if (resource.isKept) {
        this.left.add(`${resource.type} ${resource.reference}`);
      } else {
        await this.handlerOf(resource.type).delete?.(resource);
      }
    }
  }

  private handlerOf(type: string): ResourceHandler {
    const { handlers } = this.options;
    return handlers[type] ?? (type.startsWith('Custom::') ? handlers['Custom::'] : undefined) ?? {};
  }

  private exported(name: string): unknown {
    for (const { exports } of this.stacks.values()) {
      if (exports.has(name)) {
        return exports.get(name);
      }
    }
    throw failed(`No export named ${name} found`);
  }

  private note({ stack, logicalId, type }: DeployedResource, action: StackEvent['action']): void {
    this.events.push({ stack, logicalId, type, action });
  }
}

function answered(wanted: StackResource, answer: ResourceAnswer | undefined): StackResource {
  return {
    ...wanted,
    reference: answer?.reference ?? wanted.reference,
    attributes: { ...wanted.attributes, ...answer?.attributes },
  };
}

function failed(why: string): WinbakeError {
  return new WinbakeError('REHEARSAL_FAILED', `CloudFormation would refuse it: ${why}.`);
}
