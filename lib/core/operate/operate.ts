import type { OperateRequest, OperateAnswer } from '../../contract/documents/operate-request';
import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import { catalogKey } from '../../contract/names/bucket-keys';
import { UsageError } from '../../contract/values/errors';
import { FINDING_CODES } from '../../contract/values/finding';
import { excerpt } from '../../contract/values/printable';
import type { Release } from '../../contract/values/release';
import {
  nothingToChange,
  type VerbPlan,
  cancelRebake,
  type CancelPorts,
  isBaking,
  readLease,
} from '../bake/lease';
import { withAccepted } from '../catalog/catalog';
import { changeCatalog, readCatalog } from '../catalog/catalog-store';
import { planRestore, planRevoke } from '../housekeeping/revoke';
import { describePruned, describeUnread, applyPrune, readPrunePlan } from '../housekeeping/prune';
import type { AmiInventory } from '../ports/amis';
import type { Executions, Rebakes } from '../ports/bakes';
import type { DocumentStore } from '../ports/stores';
import { applyPlan, describeChange, type ChannelPlan } from '../publish/channel-plan';
import type { DeliveryPorts } from '../publish/deliver';
import { readRevokedIds } from '../publish/revocations';
import { planHold, planPromotionOf, planRollbackOf, planUnhold } from '../publish/operate-channels';

/** Plans to pass one finding of the gate for good; the catalog keeps who did and when. Throws a `UsageError` for no finding. */
export async function planAccept(
  documents: DocumentStore,
  release: Release,
  { finding, by, reason }: { readonly finding: string; readonly by: string; readonly reason: string },
  now: Date,
): Promise<VerbPlan> {
  const [code] = finding.split(' ');
  if (!FINDING_CODES.some((known) => known === code)) {
    throw new UsageError(
      `A finding begins with its code, such as "WENT_BACK servercore 10.0.20348.3328"; got: '${finding}'.`,
    );
  }
  const key = catalogKey(release);
  const known = (await readCatalog(documents, release)).accepted.find((one) => one.finding === finding);
  return known === undefined
    ? {
        changes: [`accept "${finding}" in ${key}`],
        reasons: [
          `${by}: ${reason}`,
          code === 'HOST_BELOW_LATEST'
            ? 'The next rebake publishes the finished image that waits for it.'
            : 'The gate passes this finding from its next poll on.',
        ],
        apply: async () => {
          await changeCatalog(documents, release, (catalog) =>
            withAccepted(catalog, finding, `${by}: ${reason}`, now),
          );
        },
      }
    : nothingToChange(`"${finding}" was accepted on ${known.at} by ${excerpt(known.by)}.`);
}

/** Plans to end what is under way: a build, or a rebake that only waits. */
async function planCancel(
  ports: CancelPorts,
  override: { readonly by: string; readonly reason: string },
  now: Date,
): Promise<VerbPlan> {
  const lease = await readLease(ports.documents);
  if (lease === undefined || !(await ports.executions.isRunning(lease.execution))) {
    return nothingToChange('No rebake is under way.');
  }
  return {
    changes: [
      isBaking(lease)
        ? `end the bake ${lease.order?.id ?? ''}${lease.order?.image ? ` (${lease.order.image})` : ''}`
        : `end the rebake that waits since ${lease.at}`,
    ],
    reasons: [
      `${override.by}: ${override.reason}`,
      'The same order is not baked again until its set, recipe or scripts change, or a person forces it.',
    ],
    apply: async () => {
      await cancelRebake(ports, override, now);
    },
  };
}

/** Plans to deprecate and remove the AMIs that nothing needs; the reasons name each one that stays. */
async function planPruneVerb(
  { documents, inventory }: Pick<OperatePorts, 'documents' | 'inventory'>,
  pipeline: PipelineDescription,
  now: Date,
): Promise<VerbPlan> {
  const result = await readPrunePlan(inventory, pipeline, now, await readRevokedIds(documents));
  const going = result.amis.filter(({ action }) => action !== 'keep');
  return {
    changes: going.map((ami) => `${ami.action} ${describePruned(ami)}`),
    reasons: [
      ...result.unread.map(describeUnread),
      ...result.amis.filter((ami) => !going.includes(ami)).map((ami) => `keep ${describePruned(ami)}`),
    ],
    apply: () => applyPrune(inventory, pipeline, result, now),
  };
}

/** What starting a rebake works with. */
interface RebakePorts {
  readonly documents: DocumentStore;
  readonly executions: Executions;
  readonly rebakes: Rebakes;
}

/** A person's wish to poll or bake now. */
type RebakeRequest = Extract<OperateRequest, { readonly verb: 'rebake' }>;

/**
 * Plans to start a rebake. One that only waits gives way to a forced one; a bake that is under way does not. Throws a
 * `UsageError` where an update is asked for without force.
 */
async function planRebake(
  { documents, executions, rebakes }: RebakePorts,
  { stateMachineArn }: PipelineDescription,
  { by, force, kb, reason }: RebakeRequest,
  now: Date,
): Promise<VerbPlan> {
  if (kb !== undefined && !force) {
    throw new UsageError(`An update is asked for with --force only; got: --kb ${kb} alone.`);
  }
  const lease = await readLease(documents);
  const running = lease !== undefined && (await executions.isRunning(lease.execution)) ? lease : undefined;
  if (running !== undefined && isBaking(running)) {
    const id = running.order?.id ?? '';
    return nothingToChange(
      `The bake ${id} is under way since ${running.at}; cancel it first, or wait for its end.`,
    );
  }
  if (running !== undefined && !force) {
    return nothingToChange(
      `A rebake polls and waits since ${running.at}; --force ends its wait and bakes now.`,
    );
  }
  const name = `by-hand-${now.toISOString().replaceAll(/[^0-9TZ]/g, '')}`;
  const input = { trigger: 'by hand', force, by, reason, ...(kb === undefined ? {} : { kb }) };
  return {
    changes: [force ? `bake now${kb === undefined ? '' : `, with ${kb}`}` : 'poll now, and bake what is due'],
    reasons: [
      `${by}: ${reason}`,
      ...(running === undefined ? [] : [`It ends the rebake that waits since ${running.at}.`]),
    ],
    apply: () => rebakes.start(stateMachineArn, name, input),
  };
}

/** What the verbs work with. */
export interface OperatePorts extends DeliveryPorts, CancelPorts {
  readonly rebakes: Rebakes;
  readonly inventory: AmiInventory;
}

/** The pipeline that is operated, and the release that it bakes. */
interface OperatedPipeline {
  readonly description: PipelineDescription;
  readonly release: Release;
}

/**
 * Plans what a person orders and, unless it is a dry run, carries it out. The same code serves the operate function and the
 * command line. Throws a `UsageError` for an order that cannot be.
 */
export async function operate(
  ports: OperatePorts,
  pipeline: OperatedPipeline,
  request: OperateRequest,
): Promise<OperateAnswer> {
  const { changes, reasons, apply } = await planOf(ports, pipeline, request);
  const done = !request.dryRun && changes.length > 0;
  if (done) {
    await apply();
  }
  return { verb: request.verb, changes: [...changes], reasons: [...reasons], done };
}

async function planOf(
  ports: OperatePorts,
  { description, release }: OperatedPipeline,
  request: OperateRequest,
): Promise<VerbPlan> {
  const now = ports.now();
  const ofChannels = (plan: ChannelPlan): VerbPlan => ({
    changes: plan.changes.map(describeChange),
    reasons: plan.reasons,
    apply: () => applyPlan(ports, description, plan),
  });
  switch (request.verb) {
    case 'hold':
      return ofChannels(await planHold(ports, description, request, instantOf(request)));
    case 'unhold':
      return ofChannels(await planUnhold(ports, description, request));
    case 'promote': {
      const { by, despiteCanaries = false, reason } = request;
      return ofChannels(await planPromotionOf(ports, description, { by, reason, despiteCanaries }));
    }
    case 'rollback':
      return ofChannels(await planRollbackOf(ports, description, request, instantOf(request)));
    case 'revoke':
      return planRevoke(ports, description, request);
    case 'restore':
      return planRestore(ports, description, request);
    case 'accept':
      return planAccept(ports.documents, release, request, now);
    case 'rebake':
      return planRebake(ports, description, request, now);
    case 'cancel':
      return planCancel(ports, request, now);
    case 'prune':
      return planPruneVerb(ports, description, now);
  }
}

function instantOf({ until }: { readonly until?: string | undefined }): Date | undefined {
  return until === undefined ? undefined : new Date(until);
}
