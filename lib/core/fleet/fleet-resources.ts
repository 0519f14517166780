import { WinbakeError } from '../../contract/values/errors';
import type {
  ClusterProviders,
  DeletedGroup,
  DrainingHost,
  FleetDeletion,
  ProviderAssociation,
} from '../ports/fleets';

/** Which capacity provider belongs to which cluster, or leaves it. */
interface AssociationRequest {
  readonly cluster: string;
  readonly provider: string;
  readonly change: 'associate' | 'dissociate';
  /** As the tag of the provider names it. */
  readonly id: string;
  /** What has not come by then is an error. */
  readonly until: Date;
}

/** What one step came to; it is repeated until it is done. */
interface AssociationStep {
  readonly isDone: boolean;
  readonly reason: string;
}

/**
 * The next step to associate a capacity provider with a cluster, or to take it out; it may end anywhere. ECS takes the whole list of a
 * cluster's providers, which others write too: all others and the default strategy are kept as they are read, and only a later
 * reading counts. ECS itself takes no second change while one is under way.
 *
 * A provider whose tag names another association stays: the cluster's own association has it now.
 *
 * Throws a `WinbakeError` where there is no such cluster, and once the time is over.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html
 */
export async function associateProvider(
  association: ProviderAssociation,
  request: AssociationRequest,
  now: Date,
): Promise<AssociationStep> {
  const step =
    request.change === 'associate'
      ? await associate(association, request)
      : await dissociate(association, request);
  if (!step.isDone && now >= request.until) {
    const { cluster, provider } = request;
    throw new WinbakeError(
      'AWS_FAILED',
      request.change === 'associate'
        ? `The capacity provider ${provider} could not be associated with the cluster ${cluster}; got: '${step.reason}'. Deploy again ` +
            'once nothing else changes the providers of the cluster.'
        : `The capacity provider ${provider} could not be taken out of the cluster ${cluster}; got: '${step.reason}'. Give its services ` +
            'another strategy, or delete them, stop its tasks, and try again.',
    );
  }
  return step;
}

async function associate(
  association: ProviderAssociation,
  { cluster, provider }: AssociationRequest,
): Promise<AssociationStep> {
  const found = await association.describeCluster();
  if (found === undefined) {
    throw new WinbakeError(
      'AWS_FAILED',
      `The cluster ${cluster} does not exist in this account and region, so that no capacity provider can be associated with it. ` +
        'Name one that does.',
    );
  }
  if (found.status === 'UPDATE_IN_PROGRESS') {
    return UNDER_WAY;
  }
  const { defaultStrategy, providers, status } = found;
  const isListed = providers.includes(provider);
  if (isListed && status !== 'UPDATE_FAILED') {
    return { isDone: true, reason: 'the capacity provider is associated' };
  }
  return put(association, { defaultStrategy, providers: isListed ? providers : [...providers, provider] });
}

async function dissociate(
  association: ProviderAssociation,
  { id, provider }: AssociationRequest,
): Promise<AssociationStep> {
  const owner = await association.associatedBy();
  if (owner !== id) {
    return { isDone: true, reason: `the capacity provider is kept: its association is ${owner ?? 'none'}` };
  }
  const found = await association.describeCluster();
  if (found === undefined) {
    return { isDone: true, reason: 'the cluster is gone' };
  }
  if (found.status === 'UPDATE_IN_PROGRESS') {
    return UNDER_WAY;
  }
  const { defaultStrategy, providers } = found;
  if (!providers.includes(provider)) {
    return { isDone: true, reason: 'the cluster does not have the capacity provider' };
  }
  return put(association, {
    providers: providers.filter((one) => one !== provider),
    // ECS takes no strategy with a provider that is not associated.
    defaultStrategy: defaultStrategy.filter((one) => one.capacityProvider !== provider),
  });
}

const UNDER_WAY: AssociationStep = {
  isDone: false,
  reason: 'the providers of the cluster are being changed',
};

async function put(
  association: ProviderAssociation,
  wanted: Omit<ClusterProviders, 'status'>,
): Promise<AssociationStep> {
  const refusal = await association.putProviders(wanted);
  return { isDone: false, reason: refusal ?? 'the providers of the cluster have been written' };
}

/** Which deletion is at work, and how long it lets tasks run. */
export interface DeletionRequest {
  /** As the tag of the group names it. */
  readonly id: string;
  readonly drainUntil: Date;
}

/** An instance that was terminated under its tasks. */
export interface CutHost {
  readonly instanceId: string;
  readonly tasks: readonly string[];
}

/** What one step of a deletion came to. */
export type DeletionStep =
  /** Nothing is left to delete, or the group is not to be deleted. */
  | { readonly kind: 'done'; readonly reason: string }
  | { readonly kind: 'drains'; readonly hosts: number; readonly tasks: number }
  /** The group goes with all its instances; `cut` names the first ones that had tasks. */
  | {
      readonly kind: 'forced';
      readonly instances: readonly string[];
      readonly tasks: number;
      readonly cut: readonly CutHost[];
    }
  | { readonly kind: 'terminates'; readonly instances: readonly string[] };

/** Windows shuts down within a few minutes; what lasts longer is left to CloudFormation, which names it. */
const TERMINATION_SECONDS = 8 * 60;

/** So many instances are named with their tasks; each takes a call. */
const MOST_NAMED = 50;

/**
 * The next step of the deletion of a fleet's group, to be repeated until it is done; it may end anywhere. The instance refresh is
 * stopped, ECS drains the instances, and when their tasks have stopped or their time is over the group is deleted by force.
 * Scaling it to zero would not end: ECS leaves the protection from scale-in on its instances when the capacity provider goes, and
 * its hook holds each for an hour when nobody answers it any more.
 *
 * A group whose tag names another deletion is left alone: the resource has another place in the template, or none, and the
 * group lives on.
 * @see https://github.com/aws/containers-roadmap/issues/2862
 * @see https://github.com/aws/aws-cdk/issues/18179
 */
export async function deleteFleet(
  deletion: FleetDeletion,
  { drainUntil, id }: DeletionRequest,
  now: Date,
): Promise<DeletionStep> {
  const group = await groupToDelete(deletion, { drainUntil, id }, now);
  if ('kind' in group) {
    return group;
  }
  await deletion.cancelRefresh();
  const hosts = await deletion.drain(group.instances);
  const busy = hosts.filter(({ taskCount }) => taskCount > 0);
  const counted = sum(busy.map(({ taskCount }) => taskCount));
  if (now < drainUntil) {
    // Once none runs the first that still stops is enough to wait for.
    const [stopping] = busy.length > 0 ? [] : await hostsWithTasks(hosts, 1);
    if (busy.length > 0 || stopping !== undefined) {
      return {
        kind: 'drains',
        hosts: Math.max(1, busy.length),
        tasks: counted + (stopping?.tasks.length ?? 0),
      };
    }
  }
  const idle = hosts.filter(({ taskCount }) => taskCount === 0);
  const cut = now < drainUntil ? [] : await hostsWithTasks([...busy, ...idle], MOST_NAMED);
  await deletion.forceDelete();
  return {
    kind: 'forced',
    instances: group.instances,
    tasks: Math.max(counted, sum(cut.map(({ tasks }) => tasks.length))),
    cut,
  };
}

/**
 * The next step before the capacity provider of a fleet leaves its cluster, to be repeated until it is done. ECS takes no provider out
 * "being used by any existing tasks", and those of a deleted service exist until their containers have stopped. Where the time is over
 * before that the group is deleted by force under them. Where a task is to go on, nothing is touched: ECS decides whether the provider
 * may go.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html
 */
export async function endStoppingTasks(
  deletion: FleetDeletion,
  { drainUntil, id }: DeletionRequest,
  now: Date,
): Promise<DeletionStep> {
  const group = await groupToDelete(deletion, { drainUntil, id }, now);
  if ('kind' in group) {
    return group;
  }
  const hosts = await deletion.hosts(group.instances);
  if (hosts.some(({ taskCount }) => taskCount > 0)) {
    return { kind: 'done', reason: 'the hosts are kept: tasks are to go on' };
  }
  const isOver = now >= drainUntil;
  const busy = await hostsWithTasks(hosts, isOver ? MOST_NAMED : 1);
  const tasks = sum(busy.map((one) => one.tasks.length));
  if (busy.length === 0) {
    return { kind: 'done', reason: 'no task is left' };
  }
  if (!isOver) {
    return { kind: 'drains', hosts: busy.length, tasks };
  }
  await deletion.cancelRefresh();
  await deletion.forceDelete();
  return { kind: 'forced', instances: group.instances, tasks, cut: busy };
}

/** The group that this is to delete, or where its deletion has come to. */
async function groupToDelete(
  deletion: FleetDeletion,
  { drainUntil, id }: DeletionRequest,
  now: Date,
): Promise<DeletedGroup | DeletionStep> {
  const group = await deletion.describeGroup();
  if (group === undefined || group.isBeingDeleted) {
    const instances = await deletion.unterminatedInstances();
    if (group === undefined && instances.length === 0) {
      return { kind: 'done', reason: 'the group and its instances are gone' };
    }
    return now.getTime() < drainUntil.getTime() + TERMINATION_SECONDS * 1000
      ? { kind: 'terminates', instances }
      : { kind: 'done', reason: `Auto Scaling is still deleting the group; instances: ${instances.length}` };
  }
  return group.deletedBy === id
    ? group
    : { kind: 'done', reason: `the group is kept: its deletion is ${group.deletedBy ?? 'none'}` };
}

/** The first hosts on which a task has not ended. */
async function hostsWithTasks(hosts: readonly DrainingHost[], most: number): Promise<readonly CutHost[]> {
  const found: CutHost[] = [];
  for (const { instanceId, tasks: list } of hosts) {
    if (found.length === most) {
      break;
    }
    const tasks = await list();
    if (tasks.length > 0) {
      found.push({ instanceId, tasks });
    }
  }
  return found;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
