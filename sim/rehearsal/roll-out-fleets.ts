import { isJsonObject } from '../../lib/contract/values/json';
import { channelSchema } from '../../lib/contract/documents/publication';
import { parseDocument } from '../../lib/contract/documents/document';
import {
  fleetSettingsSchema,
  fleetStateSchema,
  type FleetState,
} from '../../lib/contract/documents/fleet-state';
import { channelParameters, fleetParametersFollowing } from '../../lib/contract/names/parameters';
import type { RolledFleet } from '../../lib/contract/values/rollout-policy';
import { pipelineOf } from '../../lib/handlers/pipeline';
import { groupArn } from '../account/commands/fleet-commands';
import { unmodelled } from '../aws/cloudformation/environment';
import type { StackModel } from '../aws/cloudformation/stack-model';
import { SimulatedLaunchTemplate } from '../aws/fleet/launch-template';
import { SimulatedFleet } from '../aws/fleet/simulated-fleet';
import type { WarmPoolSize } from '../aws/fleet/simulated-pool';
import { creationOf } from './deploy-pipeline';
import { siblingName, type RehearsalContext } from './rehearsal-context';
import type { ReportedRollout } from './rehearsal-report';
import type { SimulatedAccount } from './simulated-account';
import { requireRight } from './service-rights';
import { functionNamed, functionsOf } from './template-functions';
import type { DeployedFleet, RolloutContext, WatchedFleet } from './watched-fleet';

/** The fewest instances on which a rollout shows anything. */
const FEWEST_INSTANCES = 2;

/**
 * Deploys a fleet by its settings, in CloudFormation's order: a launch template without an AMI, the custom resource that
 * clones it with the one that the channel has now, and the group with its instances.
 */
async function deployFleet(
  account: SimulatedAccount,
  stack: StackModel,
  settings: RolledFleet,
): Promise<SimulatedFleet> {
  const { clock, fleets } = account;
  const { environment } = stack;
  const { autoScalingGroup: groupName, cluster, launchTemplateId } = settings;
  const group = byReference(stack, 'AWS::AutoScaling::AutoScalingGroup', groupName);
  const clone = cloneOf(stack, group);
  const template = launchTemplateOf(stack, launchTemplateId);
  const { number } = template.add({ amiId: undefined }, clock.now());
  fleets.addTemplate(environment, template);
  await cloneTemplate(account, stack, clone, String(number));
  const { LifecycleHookSpecificationList, MaxSize, MinSize, NewInstancesProtectedFromScaleIn, Tags } =
    stack.properties(group, [
      'LifecycleHookSpecificationList',
      'MaxSize',
      'MinSize',
      'NewInstancesProtectedFromScaleIn',
      'Tags',
    ]);
  if (Array.isArray(LifecycleHookSpecificationList)) {
    requireLaunches(account, template, groupArn(groupName, environment));
  }
  const fleet = new SimulatedFleet({
    groupName,
    template,
    cluster,
    instanceCount: Math.min(Number(MaxSize), Math.max(Number(MinSize), FEWEST_INSTANCES)),
    minSize: Number(MinSize),
    maxSize: Number(MaxSize),
    protectsInstances: NewInstancesProtectedFromScaleIn === true,
    tags: tagsOf(Tags),
    ...mixedInstancesOf(stack, group),
    ...warmPoolOf(stack, groupName),
    onEvent: ({ kind, refreshId }) => {
      account.world.events.send({
        ...environment,
        source: 'aws.autoscaling',
        type: `EC2 Auto Scaling Instance Refresh ${kind}`,
        resources: [groupArn(groupName, environment)],
        detail: { InstanceRefreshId: refreshId, AutoScalingGroupName: groupName },
      });
    },
    clock,
    environment,
  });
  fleets.add(fleet);
  clock.follow(fleet);
  return fleet;
}

/**
 * The agents of a host register by its own role, which then ends the hook of its launch.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/completing-lifecycle-hooks.html
 */
function requireLaunches(
  account: SimulatedAccount,
  { options: { instanceRole } }: SimulatedLaunchTemplate,
  resource: string,
): void {
  if (instanceRole !== undefined) {
    const caller = account.sessionOf(instanceRole, 'host', 'ec2.amazonaws.com');
    const [, , , region = ''] = resource.split(':');
    for (const need of [
      { action: 'ssm:UpdateInstanceInformation', resource: '*' },
      { action: 'ecs:RegisterContainerInstance', resource: '*' },
      { action: 'autoscaling:CompleteLifecycleAction', resource },
    ]) {
      requireRight(account, caller, need, region);
    }
  }
}

/** Lets the function of the custom resource make the version that the group shall start from. */
async function cloneTemplate(
  account: SimulatedAccount,
  stack: StackModel,
  clone: string,
  BaseVersion: string,
): Promise<void> {
  const names = ['ServiceToken', 'Fleet', 'Channel', 'AmiOwner', 'LaunchTemplateId'];
  const properties = stack.properties(clone, names);
  const { call, request } = creationOf(account, stack, clone, { ...properties, BaseVersion });
  await call(request);
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
    registrySecrets: secretsIn(stack, memberOf(LaunchTemplateData, 'UserData')),
    ...(roleId === undefined
      ? {}
      : { instanceRole: String(stack.resolve({ 'Fn::GetAtt': [roleId, 'Arn'] })) }),
  });
}

/** What user data hands to the script that fetches own images. */
function secretsIn(stack: StackModel, userData: unknown): Readonly<Record<string, string>> {
  const text = String(stack.resolve(memberOf(userData, 'Fn::Base64')));
  const [, pairs = ''] = /Update-OwnImage\.ps1' -Seconds \d+ -Secrets '([^']+)'/.exec(text) ?? [];
  return Object.fromEntries(
    pairs
      .split(',')
      .filter((pair) => pair !== '')
      .map((pair) => pair.split('=') as [string, string]),
  );
}

/** The size of a group's warm pool. */
function warmPoolOf(stack: StackModel, groupName: string): { readonly warmPool?: WarmPoolSize } {
  const id = stack
    .logicalIds('AWS::AutoScaling::WarmPool')
    .find((one) => stack.properties(one, ['AutoScalingGroupName'])['AutoScalingGroupName'] === groupName);
  return id === undefined ? {} : { warmPool: sizeOfPool(stack.raw(id)) };
}

/** What a template says of a warm pool; one whose instances run on, hibernate or come back is not simulated. */
export function sizeOfPool(properties: Readonly<Record<string, unknown>>): WarmPoolSize {
  const { InstanceReusePolicy, MaxGroupPreparedCapacity, MinSize, PoolState = 'Stopped' } = properties;
  if (PoolState !== 'Stopped' || InstanceReusePolicy !== undefined) {
    throw unmodelled(`a warm pool of ${JSON.stringify({ InstanceReusePolicy, PoolState })}`);
  }
  return {
    minSize: Number(MinSize ?? 0),
    ...(MaxGroupPreparedCapacity === undefined
      ? {}
      : { maxGroupPreparedCapacity: Number(MaxGroupPreparedCapacity) }),
  };
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

/** A rollout that takes longer is reported as waiting. */
const LONGEST_ROLLOUT = 5 * 24 * 60 * 60_000;

/**
 * Deploys the fleets that follow a pipeline; their launch templates read the channels as they are now. From then on the rules
 * of their stacks start them, first because the deployment has ended.
 */
export async function deployFleets(
  account: SimulatedAccount,
  parameterPath: string,
): Promise<readonly DeployedFleet[]> {
  const deployed: DeployedFleet[] = [];
  for (const stack of account.stacks) {
    const rollout = functionsOf(stack).find(({ kind }) => kind === 'rollout');
    const following = fleetsOf(stack).filter(({ channel }) => channel.startsWith(`${parameterPath}/`));
    if (rollout !== undefined && following.length > 0) {
      for (const settings of following) {
        deployed.push({ rollout, settings, fleet: await deployFleet(account, stack, settings) });
      }
      await associateProviders(account, stack);
      account.ruleTargets.deploy(stack);
      announceStack(account, stack);
    }
  }
  return deployed;
}

/** CDK's provider framework asks so often. */
const POLL_MILLISECONDS = 15_000;
const MOST_POLLS = 240;

/** Makes the capacity providers, and lets custom resources associate them with clusters of other stacks. */
async function associateProviders(account: SimulatedAccount, stack: StackModel): Promise<void> {
  const { clock, fleets } = account;
  for (const id of stack.logicalIds('AWS::ECS::CapacityProvider')) {
    const { Tags } = stack.properties(id, ['Tags']);
    fleets.clusters.addProvider(stack.environment, stack.reference(id), {
      tags: tagsOf(Tags),
      activeAt: clock.now(),
    });
  }
  for (const { logicalId, properties } of stack.resources('Custom::WinbakeProviderAssociation')) {
    const { call, request } = creationOf(account, stack, logicalId, properties);
    await untilComplete(account, request, call);
  }
}

/** As CDK's provider framework: a function answers the request, and is polled with its answer until it is complete. */
export async function untilComplete(
  { clock }: Pick<SimulatedAccount, 'clock'>,
  request: object,
  call: (payload: object) => Promise<unknown>,
): Promise<void> {
  const poll = { ...request, ...((await call(request)) as object) };
  for (let polls = 0; polls < MOST_POLLS; polls += 1) {
    if (memberOf(await call(poll), 'IsComplete') === true) {
      return;
    }
    await clock.waitUntil(new Date(clock.now().getTime() + POLL_MILLISECONDS));
  }
  throw new Error('Operation timed out');
}

/** What a stack says of its fleets. */
function fleetsOf(stack: StackModel): readonly RolledFleet[] {
  const named = (id: string) => {
    const { Name } = stack.raw(id);
    return typeof Name === 'string' && Name.endsWith('/settings');
  };
  return stack
    .logicalIds('AWS::SSM::Parameter')
    .filter(named)
    .map((id) => parseDocument(fleetSettingsSchema, String(stack.properties(id, ['Value'])['Value']), id));
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-stack-status-change.html */
function announceStack({ world }: SimulatedAccount, stack: StackModel): void {
  const stackId = String(stack.resolve({ Ref: 'AWS::StackId' }));
  world.events.send({
    ...stack.environment,
    source: 'aws.cloudformation',
    type: 'CloudFormation Stack Status Change',
    resources: [stackId],
    detail: {
      'stack-id': stackId,
      'status-details': { status: 'CREATE_COMPLETE', 'status-reason': '' },
      'client-request-token': '',
    },
  });
}

/**
 * Passes the time in which rules let every fleet follow its channel, until each has or it takes too long. A publication that
 * waits for its canary fleets is waited for.
 */
export async function rollOut(
  context: RolloutContext & Pick<RehearsalContext, 'pipeline'>,
  fleets: readonly WatchedFleet[],
): Promise<ReportedRollout> {
  const { account, clock } = context;
  const end = new Date(clock.now().getTime() + LONGEST_ROLLOUT);
  const isBusy = () =>
    isPromotionDue(context) || fleets.some(({ deployed }) => !isSettled(account, deployed));
  while (fleets.length > 0 && isBusy() && clock.now() < end) {
    await clock.waitForNext();
  }
  const statuses = fleets.map(({ deployed }) => statusOf(account, deployed));
  return {
    status: worstOf(statuses),
    instances: fleets.flatMap(({ deployed }) => deployed.fleet.report),
  };
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

type RolloutStatus = ReportedRollout['status'];

/** Worst first. */
const STATUSES: readonly RolloutStatus[] = ['failed', 'rolledBack', 'waiting', 'finished', 'none'];

function worstOf(statuses: readonly RolloutStatus[]): RolloutStatus {
  return STATUSES.find((status) => statuses.includes(status)) ?? 'none';
}

function stateOf(
  { clock, world }: SimulatedAccount,
  { fleet, settings }: DeployedFleet,
): FleetState | undefined {
  const name = fleetParametersFollowing(settings.channel, settings.fleet).state;
  const text = world.ssm.read(fleet.environment, name, clock.now());
  return text === undefined ? undefined : parseDocument(fleetStateSchema, text, name);
}

/** Whether nothing is left to do for what the channel shows. */
function isSettled(account: SimulatedAccount, deployed: DeployedFleet): boolean {
  const name = deployed.settings.channel;
  const { id } = parseDocument(channelSchema, account.parameters.read(name) ?? '', name);
  const isKnown = stateOf(account, deployed)?.wanted?.publication.id === id;
  return isKnown && ['failed', 'rolledBack', 'finished'].includes(statusOf(account, deployed));
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
