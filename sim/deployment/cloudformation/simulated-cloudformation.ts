import { isDeepStrictEqual } from 'node:util';
import type { StackStatus } from '@aws-sdk/client-cloudformation';
import { WinbakeError } from '../../../lib/contract/values/errors';
import { missingProperties } from '../../../lib/core/aws-rules/resource-rules';
import type { Template } from '../../aws/cloudformation/assembly';
import { type Environment, SIMULATED_ENVIRONMENT } from '../../aws/cloudformation/environment';
import { stackArn } from '../../aws/cloudformation/physical-names';
import {
  type CloudFormationOptions,
  type DeployedResource,
  Deployment,
  type LivingResource,
  type ResourceAnswer,
  type ResourceHandler,
  type StackEvent,
} from './deployment';
import { PhysicalNames } from './physical-name';
import { dependencyOrder } from './deployment';
import { templateValues, type TemplateValues } from './template-values';
import { isKnownByProperty, replacingProperties } from './deployment';

interface DeployedStack {
  readonly id: string;
  readonly template: Template;
  readonly exports: ReadonlyMap<string, unknown>;
  readonly imports: ReadonlySet<string>;
  /** In the order of creation. */
  readonly resources: ReadonlyMap<string, LivingResource>;
}

/**
 * The order in which CloudFormation works: parameters are read before anything is made; resources come after what they
 * refer to; a changed resource is updated, or replaced where AWS's schema says so, and what the template lost or replaced is
 * deleted at the end, last made first. A failure takes back what was done: what was updated, and what failed at it, is updated
 * to the template of before, and what is new is deleted after that. What a resource does in the account is the handler's.
 * What CloudFormation does side by side comes one after another here.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/updating.stacks.walkthrough.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
 */
export class SimulatedCloudFormation {
  readonly events: StackEvent[] = [];
  /** All that is there, whether its stack still has it or not. */
  readonly living = new Set<LivingResource>();
  private readonly stacks = new Map<string, DeployedStack>();
  private readonly statuses = new Map<string, StackStatus>();
  readonly keyOf = keyOf;
  /** Each status that a stack came to, in their order; whoever delivers events takes them out. */
  readonly changes: { readonly key: string; readonly status: StackStatus }[] = [];
  private readonly generations = new Map<string, number>();
  private readonly names: PhysicalNames;

  constructor(private readonly options: CloudFormationOptions) {
    const { isGone = () => false } = options;
    this.names = new PhysicalNames(() => [...this.living].filter((one) => !isGone(one)));
  }

  /** What is done to a stack now, or was done last. */
  status(stack: string, environment = SIMULATED_ENVIRONMENT): StackStatus | undefined {
    return this.statuses.get(keyOf(stack, environment));
  }

  /** What a deployed resource is, or undefined. */
  resource(
    stack: string,
    logicalId: string,
    environment = SIMULATED_ENVIRONMENT,
  ): LivingResource | undefined {
    return this.stacks.get(keyOf(stack, environment))?.resources.get(logicalId);
  }

  /** The ARN of a stack that is there, or that a deployment is about to make. */
  stackId(stack: string, environment = SIMULATED_ENVIRONMENT): string {
    const key = keyOf(stack, environment);
    return stackArn(stack, environment, (this.generations.get(key) ?? 0) + (this.stacks.has(key) ? 0 : 1));
  }

  /** Creates or updates a stack; where it fails, what was done is taken back and the error thrown on. */
  async deploy(stack: string, template: Template, environment = SIMULATED_ENVIRONMENT): Promise<void> {
    const key = keyOf(stack, environment);
    const before = this.stacks.get(key);
    const operation = before === undefined ? 'CREATE' : 'UPDATE';
    this.requireRest(stack, environment);
    const id = this.stackId(stack, environment);
    const run = new Deployment(this.names, { stack, environment, id, template });
    run.values = this.valuesOf(run, template);
    this.begin(key, `${operation}_IN_PROGRESS`, before);
    if (before === undefined) {
      this.generations.set(key, (this.generations.get(key) ?? 0) + 1);
    }
    try {
      for (const logicalId of dependencyOrder(template, this.options.isEarly)) {
        await this.step(run, logicalId, before?.resources.get(logicalId));
      }
    } catch (error) {
      await this.rollBack(key, run, before);
      throw error;
    }
    this.stacks.set(key, {
      id,
      template,
      exports: run.values.exports(),
      imports: run.imports,
      resources: run.deployed,
    });
    this.enter(key, before === undefined ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    const lost = [...(before?.resources.values() ?? [])].filter(
      ({ logicalId }) => !run.deployed.has(logicalId),
    );
    await this.cleanUp(lost, run);
    this.enter(key, `${operation}_COMPLETE`);
  }

  /** Deletes a stack, last made first; refused while another stack imports what it exports. What cannot be deleted stays in it. */
  async delete(stack: string, environment = SIMULATED_ENVIRONMENT): Promise<void> {
    const key = keyOf(stack, environment);
    const deleted = this.stacks.get(key);
    if (deleted === undefined) {
      return;
    }
    for (const [other, { imports }] of this.stacks) {
      const used = [...deleted.exports.keys()].find((name) => imports.has(name));
      if (used !== undefined && other !== key) {
        throw failed(`Export ${used} cannot be deleted as it is in use by ${other.split(' ')[0] ?? ''}`);
      }
    }
    this.requireRest(stack, environment);
    this.enter(key, 'DELETE_IN_PROGRESS');
    const left = new Map(deleted.resources);
    for (const resource of [...left.values()].reverse()) {
      try {
        await this.remove(resource, resource.deletionPolicy.startsWith('Retain'));
      } catch (error) {
        this.note(resource, 'deleteFailed');
        this.enter(key, 'DELETE_FAILED');
        throw error;
      }
      left.delete(resource.logicalId);
      this.stacks.set(key, { ...deleted, resources: new Map(left) });
    }
    this.stacks.delete(key);
    this.enter(key, 'DELETE_COMPLETE');
  }

  /** One resource of a deployment: made, updated, replaced, or left as it is. */
  private async step(run: Deployment, logicalId: string, known: LivingResource | undefined): Promise<void> {
    const wanted = run.describe(logicalId, known);
    requireProperties(wanted);
    if (known === undefined) {
      run.created.push(await this.create(run, wanted));
      return;
    }
    if (wanted.type !== known.type) {
      throw failed(`Update of resource type is not permitted: ${logicalId} of ${run.stack}`);
    }
    const names = new Set([...Object.keys(known.properties), ...Object.keys(wanted.properties)]);
    const changed = [...names].filter(
      (name) => !isDeepStrictEqual(known.properties[name], wanted.properties[name]),
    );
    if (changed.length === 0) {
      run.deployed.set(logicalId, this.swap(known, { ...wanted, attributes: known.attributes }));
      return;
    }
    if (replacingProperties(wanted.type, changed).length > 0) {
      run.created.push(await this.replace(run, known));
      run.replaced.push(known);
      return;
    }
    run.updated.set(logicalId, wanted);
    const answer = await this.handlerOf(wanted.type).update?.(wanted, known);
    const made = answered(wanted, answer);
    if (made.reference === known.reference) {
      this.swap(known, made);
    } else {
      this.living.add(made);
      run.replaced.push(known);
    }
    run.updated.set(logicalId, made);
    run.deployed.set(logicalId, made);
    await this.passed(made, 'update');
  }

  private async create(run: Deployment, wanted: LivingResource): Promise<LivingResource> {
    const { isNamed, logicalId, reference, stack, type } = wanted;
    const same = this.names.sameDocument(wanted);
    if (same) {
      throw failed(`Resource of type '${type}' with identifier '${logicalId}' already exists`);
    }
    if (isNamed && this.names.isTaken(wanted)) {
      throw failed(`${logicalId} of ${stack}: ${reference} of type ${type} already exists`);
    }
    const made = answered(wanted, await this.handlerOf(type).create?.(wanted));
    this.living.add(made);
    run.deployed.set(logicalId, made);
    await this.passed(made, 'create');
    return made;
  }

  /**
   * A new one beside the old.
   * @see https://github.com/convox/rack/issues/2941
   */
  private replace(run: Deployment, known: LivingResource): Promise<LivingResource> {
    const wanted = run.describe(known.logicalId, undefined);
    if (wanted.isNamed && wanted.reference === known.reference && isKnownByProperty(wanted.type)) {
      throw new WinbakeError(
        'REHEARSAL_FAILED',
        `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${known.reference} and update the stack again.`,
      );
    }
    return this.create(run, wanted);
  }

  /**
   * Updates to what the template of before says, and deletes what is new. References are filled in anew: whether CloudFormation
   * does so is unproven.
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-rollback.html
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
   */
  private async rollBack(key: string, run: Deployment, before: DeployedStack | undefined): Promise<void> {
    this.enter(key, before === undefined ? 'ROLLBACK_IN_PROGRESS' : 'UPDATE_ROLLBACK_IN_PROGRESS');
    const obsolete: LivingResource[] = [...run.created];
    if (before !== undefined) {
      const back = new Deployment(this.names, { ...run.target, template: before.template });
      back.values = this.valuesOf(back, before.template);
      for (const [logicalId, known] of before.resources) {
        back.deployed.set(logicalId, known);
      }
      try {
        for (const logicalId of dependencyOrder(before.template)) {
          const known = before.resources.get(logicalId);
          const now = run.updated.get(logicalId);
          if (known !== undefined && now !== undefined) {
            const wanted = { ...known, properties: back.describe(logicalId, known).properties };
            const made = answered(wanted, await this.handlerOf(known.type).update?.(wanted, now));
            this.living.delete(known);
            this.swap(run.deployed.get(logicalId) ?? known, made);
            if (now.reference !== made.reference) {
              obsolete.push(now);
            }
            back.deployed.set(logicalId, made);
            await this.passed(made, 'update');
          }
        }
      } catch (error) {
        this.enter(key, 'UPDATE_ROLLBACK_FAILED');
        throw error;
      }
      this.stacks.set(key, { ...before, resources: back.deployed });
    } else {
      this.stacks.delete(key);
    }
    const takesPlace = (one: LivingResource) =>
      run.replaced.some(({ logicalId }) => logicalId === one.logicalId);
    for (const one of obsolete.reverse()) {
      // Of a deployment that failed stays what is retained in all cases; that a replacement taken back is so too is unproven.
      const policy = takesPlace(one) ? one.replacePolicy : one.deletionPolicy;
      await this.remove(one, policy === 'Retain').catch(() => {
        this.note(one, 'deleteFailed');
      });
    }
    this.enter(key, before === undefined ? 'ROLLBACK_COMPLETE' : 'UPDATE_ROLLBACK_COMPLETE');
  }

  /**
   * What cannot be deleted after an update is left, and the update counts. What becomes of what was replaced is said by the template
   * that replaces it.
   * @see https://github.com/alchemy-run/alchemy/pull/548
   */
  private async cleanUp(lost: readonly LivingResource[], { deployed, replaced }: Deployment): Promise<void> {
    const kept = (one: LivingResource) =>
      lost.includes(one) ? one.deletionPolicy : (deployed.get(one.logicalId)?.replacePolicy ?? '');
    for (const one of [...lost, ...replaced].reverse()) {
      await this.remove(one, kept(one).startsWith('Retain')).catch(() => {
        this.note(one, 'deleteFailed');
      });
    }
  }

  private async remove(resource: LivingResource, isKept: boolean): Promise<void> {
    if (isKept) {
      this.note(resource, 'retain');
      return;
    }
    await this.handlerOf(resource.type).delete?.(resource);
    for (const one of this.living) {
      if (one.type === resource.type && one.reference === resource.reference && sameOwner(one, resource)) {
        this.living.delete(one);
      }
    }
    await this.passed(resource, 'delete');
  }

  private swap(before: LivingResource, after: LivingResource): LivingResource {
    this.living.delete(before);
    this.living.add(after);
    return after;
  }

  private enter(key: string, status: StackStatus): void {
    this.statuses.set(key, status);
    this.changes.push({ key, status });
  }

  private begin(key: string, status: StackStatus, before: DeployedStack | undefined): void {
    this.enter(key, status);
    if (before === undefined) {
      this.stacks.delete(key);
    }
  }

  private requireRest(stack: string, environment: Environment): void {
    const status = this.status(stack, environment) ?? '';
    if (status.endsWith('_IN_PROGRESS') || status === 'UPDATE_ROLLBACK_FAILED') {
      throw failed(`Stack:${this.stackId(stack, environment)} is in ${status} state and can not be updated`);
    }
  }

  private valuesOf(run: Deployment, template: Template): TemplateValues {
    const { environment, id, stack } = run.target;
    return templateValues({ name: stack, id, environment }, template, {
      readParameter: (name) => this.options.readParameter(name, environment),
      resource: (logicalId) => run.deployed.get(logicalId),
      imported: (name) => {
        run.imports.add(name);
        return this.exported(name, environment);
      },
    });
  }

  private handlerOf(type: string): ResourceHandler {
    const { handlers } = this.options;
    return handlers[type] ?? (type.startsWith('Custom::') ? handlers['Custom::'] : undefined) ?? {};
  }

  private exported(name: string, environment: Environment): unknown {
    for (const [key, { exports }] of this.stacks) {
      if (exports.has(name) && key.endsWith(keyOf('', environment))) {
        return exports.get(name);
      }
    }
    throw failed(`No export named ${name} found`);
  }

  private async passed(resource: DeployedResource, action: StackEvent['action']): Promise<void> {
    const event = this.note(resource, action);
    await this.options.pass?.(event);
  }

  private note({ stack, logicalId, type }: DeployedResource, action: StackEvent['action']): StackEvent {
    const event = { stack, logicalId, type, action };
    this.events.push(event);
    this.options.changed?.();
    return event;
  }
}

function keyOf(stack: string, { account, region }: Environment): string {
  return `${stack} ${account} ${region}`;
}

function sameOwner(one: LivingResource, other: LivingResource): boolean {
  return keyOf(one.stack, one.environment) === keyOf(other.stack, other.environment);
}

function answered(wanted: LivingResource, answer: ResourceAnswer | undefined): LivingResource {
  return {
    ...wanted,
    reference: answer?.reference ?? wanted.reference,
    attributes: { ...wanted.attributes, ...answer?.attributes },
  };
}

/** Refuses a resource without what CloudFormation requires of its type, before its service is asked. */
function requireProperties({ logicalId, properties, type }: DeployedResource): void {
  const missing = missingProperties(type, properties).map(({ what }) => what);
  if (missing.length > 0) {
    throw failed(`Properties validation failed for resource ${logicalId} with message: ${missing.join(' ')}`);
  }
}

function failed(why: string): WinbakeError {
  return new WinbakeError('REHEARSAL_FAILED', `CloudFormation would refuse it: ${why}.`);
}
