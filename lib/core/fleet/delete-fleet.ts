import type { DrainingHost, FleetDeletion } from '../ports/fleets';

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
  if (group.deletedBy !== id) {
    return { kind: 'done', reason: `the group is kept: its deletion is ${group.deletedBy ?? 'none'}` };
  }
  await deletion.cancelRefresh();
  const busy = (await deletion.drain(group.instances)).filter(({ taskCount }) => taskCount > 0);
  const tasks = busy.reduce((sum, { taskCount }) => sum + taskCount, 0);
  if (busy.length > 0 && now < drainUntil) {
    return { kind: 'drains', hosts: busy.length, tasks };
  }
  const cut = await cutHosts(busy.slice(0, MOST_NAMED));
  await deletion.forceDelete();
  return { kind: 'forced', instances: group.instances, tasks, cut };
}

async function cutHosts(hosts: readonly DrainingHost[]): Promise<readonly CutHost[]> {
  const cut: CutHost[] = [];
  for (const { instanceId, tasks } of hosts) {
    cut.push({ instanceId, tasks: await tasks() });
  }
  return cut;
}
