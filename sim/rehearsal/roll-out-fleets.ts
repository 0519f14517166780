import { isJsonObject } from '../../lib/contract/values/json';
import { parseDocument } from '../../lib/contract/documents/document';
import { fleetStateSchema, type FleetState } from '../../lib/contract/documents/fleet-state';
import { channelParameters } from '../../lib/contract/names/parameters';
import { pipelineOf } from '../../lib/handlers/pipeline';
import { unmodelled } from '../aws/cloudformation/environment';
import type { StackModel } from '../aws/cloudformation/stack-model';
import { SimulatedLaunchTemplate } from '../aws/fleet/launch-template';
import { SimulatedFleet } from '../aws/fleet/simulated-fleet';
import { providedFunction } from './deploy-pipeline';
import { siblingName, type RehearsalContext } from './rehearsal-context';
import type { ReportedRollout } from './rehearsal-report';
import type { SimulatedAccount } from './simulated-account';
import { type TemplateFunction, functionNamed, functionsOf } from './template-functions';
import type { DeployedFleet, RolloutContext, WatchedFleet } from './watched-fleet';

/** The fewest instances on which a rollout shows anything. */
const FEWEST_INSTANCES = 2;

/**
 * Deploys the fleet of a rollout function, in CloudFormation's order: a launch template without an AMI, the custom resource that
 * clones it with the one that the channel has now, and the group with its instances.
 */
async function deployFleet(
  account: SimulatedAccount,
  stack: StackModel,
  { environment: variables }: TemplateFunction,
): Promise<SimulatedFleet> {
  const { clock, fleets } = account;
  const { environment } = stack;
  const groupName = variables['WINBAKE_AUTO_SCALING_GROUP'] ?? '';
  const group = byReference(stack, 'AWS::AutoScaling::AutoScalingGroup', groupName);
  const clone = cloneOf(stack, group);
  const template = launchTemplateOf(stack, variables['WINBAKE_LAUNCH_TEMPLATE_ID'] ?? '');
  const { number } = template.add({ amiId: undefined }, clock.now());
  fleets.addTemplate(environment, template);
  await cloneTemplate(account, stack, clone, String(number));
  const { MaxSize, MinSize, NewInstancesProtectedFromScaleIn, Tags } = stack.properties(group, [
    'MaxSize',
    'MinSize',
    'NewInstancesProtectedFromScaleIn',
    'Tags',
  ]);
  const fleet = new SimulatedFleet({
    groupName,
    template,
    cluster: variables['WINBAKE_CLUSTER'] ?? '',
    instanceCount: Math.min(Number(MaxSize), Math.max(Number(MinSize), FEWEST_INSTANCES)),
    minSize: Number(MinSize),
    maxSize: Number(MaxSize),
    protectsInstances: NewInstancesProtectedFromScaleIn === true,
    tags: tagsOf(Tags),
    ...mixedInstancesOf(stack, group),
    clock,
    environment,
  });
  fleets.add(fleet);
  return fleet;
}

/** Lets the function of the custom resource make the version that the group shall start from. */
async function cloneTemplate(
  account: SimulatedAccount,
  stack: StackModel,
  clone: string,
  BaseVersion: string,
): Promise<void> {
  const { ServiceToken } = stack.properties(clone, ['ServiceToken']);
  const { functionArn, providerRole } = providedFunction(stack, String(ServiceToken));
  const caller = account.sessionOf(providerRole, 'provider', 'lambda.amazonaws.com');
  const request = {
    RequestType: 'Create',
    StackId: stack.resolve({ Ref: 'AWS::StackId' }),
    ResourceProperties: { BaseVersion },
  };
  await account.invoke(caller, functionArn, request, '$LATEST');
}

/** The launch template of that id: what it lets instances be, and whether it tags them. */
function launchTemplateOf(stack: StackModel, id: string): SimulatedLaunchTemplate {
  const { LaunchTemplateData } = stack.raw(byReference(stack, 'AWS::EC2::LaunchTemplate', id));
  const profile = memberOf(memberOf(LaunchTemplateData, 'IamInstanceProfile'), 'Arn');
  const [profileId] = [memberOf(profile, 'Fn::GetAtt')].flat();
  const { Roles } = typeof profileId === 'string' ? stack.raw(profileId) : {};
  const [role] = Array.isArray(Roles) ? (Roles as unknown[]) : [];
  const roleId = memberOf(role, 'Ref');
  return new SimulatedLaunchTemplate({
    id,
    tagsInstances: memberOf(LaunchTemplateData, 'TagSpecifications') !== undefined,
    ...(roleId === undefined
      ? {}
      : { instanceRole: String(stack.resolve({ 'Fn::GetAtt': [roleId, 'Arn'] })) }),
  });
}

/** A group's policy of mixed instances but for the version, which the custom resource gives. */
function mixedInstancesOf(stack: StackModel, group: string): { readonly mixedInstances?: object } {
  const { MixedInstancesPolicy: policy } = stack.raw(group);
  if (!isJsonObject(policy)) {
    return {};
  }
  const launch = Object.entries(isJsonObject(policy['LaunchTemplate']) ? policy['LaunchTemplate'] : {});
  const LaunchTemplate = Object.fromEntries(
    launch.filter(([name]) => name !== 'LaunchTemplateSpecification'),
  );
  return { mixedInstances: stack.resolve({ ...policy, LaunchTemplate }) as object };
}

function tagsOf(tags: unknown): Readonly<Record<string, string>> {
  const listed = Array.isArray(tags) ? tags.filter(isJsonObject) : [];
  return Object.fromEntries(listed.map(({ Key, Value }) => [String(Key), String(Value)]));
}

/** The custom resource that gives the group its version; a group without one would lose its rollouts to the next deployment. */
function cloneOf(stack: StackModel, group: string): string {
  const { LaunchTemplate, MixedInstancesPolicy } = stack.raw(group);
  const mixed = memberOf(memberOf(MixedInstancesPolicy, 'LaunchTemplate'), 'LaunchTemplateSpecification');
  const version = memberOf(LaunchTemplate ?? mixed, 'Version');
  const [clone] = [memberOf(version, 'Fn::GetAtt')].flat();
  const clones = stack.logicalIds('Custom::WinbakeLaunchTemplate');
  if (typeof clone !== 'string' || !clones.includes(clone)) {
    throw unmodelled(`the group ${group}, whose launch template version no deployment keeps`);
  }
  return clone;
}

function memberOf(value: unknown, name: string): unknown {
  return isJsonObject(value) ? value[name] : undefined;
}

function byReference(stack: StackModel, type: string, reference: string): string {
  const logicalId = stack.logicalIds(type).find((id) => stack.reference(id) === reference);
  if (logicalId === undefined) {
    throw unmodelled(`${reference}, of type ${type}, which ${stack.stack.name} does not have`);
  }
  return logicalId;
}

const MINUTE = 60_000;

/** The schedule of the rollout function. */
const RECONCILE_INTERVAL = 15 * MINUTE;

/** A rollout that takes longer is reported as waiting. */
const LONGEST_ROLLOUT = 5 * 24 * 60 * MINUTE;

/** Deploys the fleets that follow a pipeline; their launch templates read the channels as they are now. */
export async function deployFleets(
  account: SimulatedAccount,
  parameterPath: string,
): Promise<readonly DeployedFleet[]> {
  const deployed: DeployedFleet[] = [];
  for (const stack of account.stacks) {
    for (const rollout of functionsOf(stack)) {
      const { WINBAKE_CHANNEL_PARAMETER: channel = '' } = rollout.environment;
      if (rollout.kind === 'rollout' && channel.startsWith(`${parameterPath}/`)) {
        deployed.push({ rollout, fleet: await deployFleet(account, stack, rollout) });
      }
    }
  }
  return deployed;
}

/**
 * Lets every fleet look at its channel, as its schedule and events do, until nothing is left to do or it waits too long. A
 * publication that waits for its canary fleets is waited for.
 */
export async function rollOut(
  context: RolloutContext & Pick<RehearsalContext, 'pipeline'>,
  fleets: readonly WatchedFleet[],
): Promise<ReportedRollout> {
  const { account, clock } = context;
  const end = new Date(clock.now().getTime() + LONGEST_ROLLOUT);
  for (;;) {
    let isBusy = isPromotionDue(context);
    for (const fleet of fleets) {
      const { action } = await fleet.poll();
      isBusy ||= action !== 'nothing' && !isSettled(account, fleet.deployed);
    }
    if (fleets.length === 0 || !isBusy || clock.now() >= end) {
      break;
    }
    const polls = fleets.map(({ deployed }) => nextReconcile(deployed, clock.now()).getTime());
    await clock.waitUntil(new Date(Math.min(...polls)));
  }
  const statuses = fleets.map(({ deployed }) => statusOf(account, deployed));
  return {
    status: worstOf(statuses),
    instances: fleets.flatMap(({ deployed }) => deployed.fleet.report),
  };
}

/** Lets the fleets look by their schedule as the clock passes. */
export function scheduleFleets(context: RolloutContext, fleets: readonly WatchedFleet[]): void {
  context.clock.every(RECONCILE_INTERVAL, async () => {
    for (const fleet of fleets) {
      await fleet.poll();
    }
  });
}

/** Whether `current` will follow `latest` by itself. */
function isPromotionDue(context: Pick<RehearsalContext, 'account' | 'pipeline'>): boolean {
  const { account, pipeline } = context;
  const { promotion } = pipelineOf(
    functionNamed(pipeline.stack, siblingName(context, 'housekeeping')).environment,
  );
  const [latest, current] = (['latest', 'current'] as const).map((channel) =>
    account.parameters.read(channelParameters(pipeline.parameterPath, channel).publication),
  );
  return promotion.mode === 'automatic' && latest !== current;
}

/** The next poll: an event of the refresh, or the schedule. */
function nextReconcile({ fleet }: DeployedFleet, now: Date): Date {
  const scheduled = new Date(now.getTime() + RECONCILE_INTERVAL);
  const { nextAt } = fleet;
  return nextAt !== undefined && nextAt > now && nextAt < scheduled ? nextAt : scheduled;
}

type RolloutStatus = ReportedRollout['status'];

/** Worst first. */
const STATUSES: readonly RolloutStatus[] = ['failed', 'rolledBack', 'waiting', 'finished', 'none'];

function worstOf(statuses: readonly RolloutStatus[]): RolloutStatus {
  return STATUSES.find((status) => statuses.includes(status)) ?? 'none';
}

function stateOf(account: SimulatedAccount, { rollout }: DeployedFleet): FleetState | undefined {
  const name = rollout.environment['WINBAKE_FLEET_STATE_PARAMETER'] ?? '';
  const text = account.parameters.read(name);
  return text === undefined ? undefined : parseDocument(fleetStateSchema, text, name);
}

function isSettled(account: SimulatedAccount, deployed: DeployedFleet): boolean {
  return ['failed', 'rolledBack'].includes(statusOf(account, deployed));
}

function statusOf(account: SimulatedAccount, deployed: DeployedFleet): RolloutStatus {
  const state = stateOf(account, deployed);
  const outcome = state?.rollout === null ? state.last?.outcome : undefined;
  if (outcome === 'failed' || outcome === 'rolledBack') {
    return outcome;
  }
  const isThere = state?.wanted?.publication.amiId === state?.amiId;
  return state?.rollout === null && isThere ? 'finished' : 'waiting';
}
