import { isJsonObject } from '../../lib/contract/values/json';
import { parseDocument } from '../../lib/contract/documents/document';
import { fleetStateSchema, type FleetState } from '../../lib/contract/documents/fleet-state';
import { channelParameters } from '../../lib/contract/names/parameters';
import { createLaunchTemplate } from '../../lib/handlers/launch-template';
import { pipelineOf } from '../../lib/handlers/pipeline';
import { unmodelled } from '../aws/cloudformation/environment';
import type { StackModel } from '../aws/cloudformation/stack-model';
import { SimulatedFleet } from '../aws/fleet/simulated-fleet';
import { callerOf } from '../aws/iam/role-policies';
import type { VirtualClock } from '../clock/virtual-clock';
import { providedFunction } from './deploy-pipeline';
import { siblingName, type RehearsalContext } from './rehearsal-context';
import type { ReportedRollout } from './rehearsal-report';
import type { SimulatedAccount } from './simulated-account';
import { functionByArn, type TemplateFunction, functionNamed, functionsOf } from './template-functions';
import type { DeployedFleet, RolloutContext, WatchedFleet } from './watched-fleet';

/** The fewest instances on which a rollout shows anything. */
const FEWEST_INSTANCES = 2;

/** Deploys the fleet of a rollout function: its custom resource gives the launch template the AMI that its channel has now. */
async function deployFleet(
  account: SimulatedAccount,
  stack: StackModel,
  rollout: TemplateFunction,
  clock: VirtualClock,
): Promise<SimulatedFleet> {
  const { environment } = stack;
  const groupName = rollout.environment['WINBAKE_AUTO_SCALING_GROUP'] ?? '';
  const launchTemplateId = rollout.environment['WINBAKE_LAUNCH_TEMPLATE_ID'] ?? '';
  const group = byReference(stack, 'AWS::AutoScaling::AutoScalingGroup', groupName);
  const { MinSize, MaxSize } = stack.properties(group, ['MinSize', 'MaxSize']);
  const { ServiceToken } = stack.properties(cloneOf(stack, group), ['ServiceToken']);
  const { functionArn, providerRole } = providedFunction(stack, String(ServiceToken));
  callerOf(account.stacks, providerRole).require('lambda:InvokeFunction', `${functionArn}:$LATEST`);
  return new SimulatedFleet({
    groupName,
    launchTemplateId,
    cluster: rollout.environment['WINBAKE_CLUSTER'] ?? '',
    amiId: await firstAmi(account, stack, functionByArn(account.stacks, functionArn), clock),
    instanceCount: Math.min(Number(MaxSize), Math.max(Number(MinSize), FEWEST_INSTANCES)),
    clock,
    environment,
  });
}

/** Lets the handler of the custom resource make the first version, while there is no group yet. */
async function firstAmi(
  account: SimulatedAccount,
  { environment: { account: owner, region }, stack: { name } }: StackModel,
  { environment, roleArn }: TemplateFunction,
  clock: VirtualClock,
): Promise<string> {
  const caller = callerOf(account.stacks, roleArn);
  const template = `arn:aws:ec2:${region}:${owner}:launch-template/${environment['WINBAKE_LAUNCH_TEMPLATE_ID']}`;
  const noGroup = () => {
    throw unmodelled('a refresh of a group that is not there yet');
  };
  const handler = createLaunchTemplate(
    {
      control: {
        createLaunchTemplateVersion: () => {
          caller.require('ec2:CreateLaunchTemplateVersion', template);
          return Promise.resolve('2');
        },
        newestRefresh: noGroup,
        cancelRefresh: noGroup,
      },
      live: () => {
        caller.require('autoscaling:DescribeAutoScalingGroups', '*');
        return Promise.resolve(undefined);
      },
      isRollingBack: noGroup,
      now: () => clock.now(),
      parameters: account.parameters.store(caller),
      sleep: () => Promise.resolve(),
    },
    environment,
  );
  const { Data } = await handler({
    RequestType: 'Create',
    StackId: name,
    ResourceProperties: { BaseVersion: '1' },
  });
  return Data?.AmiId ?? '';
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
  clock: VirtualClock,
): Promise<readonly DeployedFleet[]> {
  const deployed: DeployedFleet[] = [];
  for (const stack of account.stacks) {
    for (const rollout of functionsOf(stack)) {
      const { WINBAKE_CHANNEL_PARAMETER: channel = '' } = rollout.environment;
      if (rollout.kind === 'rollout' && channel.startsWith(`${parameterPath}/`)) {
        deployed.push({ rollout, fleet: await deployFleet(account, stack, rollout, clock) });
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
