import { fleetStateSchema, type FleetState } from '../../contract/documents/fleet-state';
import { parseDocument } from '../../contract/documents/document';
import { channelParameters } from '../../contract/names/parameters';
import { pipelineOf } from '../../handlers/pipeline';
import type { VirtualClock } from '../clock/virtual-clock';
import { deployFleet } from './deploy-fleet';
import { functionNamed } from './named-function';
import type { PretendedAccount } from './pretended-account';
import type { ReportedRollout } from './rehearsal-report';
import type { DeployedFleet, RolloutStage } from './rollout-of';
import { siblingName, type Stage } from './stage';
import { functionsOf } from './template-functions';
import type { WatchedFleet } from './watched-fleet';

const MINUTE = 60_000;

/** The schedule of the rollout function. */
const LOOKS = 15 * MINUTE;

/** A rollout that takes longer is reported as waiting. */
const LONGEST_ROLLOUT = 5 * 24 * 60 * MINUTE;

/** Deploys the fleets that follow a pipeline; their launch templates read the channels as they are now. */
export async function deployFleets(
  account: PretendedAccount,
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
  stage: RolloutStage & Pick<Stage, 'pipeline'>,
  fleets: readonly WatchedFleet[],
): Promise<ReportedRollout> {
  const { account, clock } = stage;
  const end = new Date(clock.now().getTime() + LONGEST_ROLLOUT);
  for (;;) {
    let isBusy = isPromotionDue(stage);
    for (const fleet of fleets) {
      const { action } = await fleet.look();
      isBusy ||= action !== 'nothing' && !isSettled(account, fleet.deployed);
    }
    if (fleets.length === 0 || !isBusy || clock.now() >= end) {
      break;
    }
    const looks = fleets.map(({ deployed }) => nextLook(deployed, clock.now()).getTime());
    await clock.waitUntil(new Date(Math.min(...looks)));
  }
  const statuses = fleets.map(({ deployed }) => statusOf(account, deployed));
  return {
    status: worstOf(statuses),
    instances: fleets.flatMap(({ deployed }) => deployed.fleet.report),
  };
}

/** Lets the fleets look by their schedule as the clock passes. */
export function scheduleFleets(stage: RolloutStage, fleets: readonly WatchedFleet[]): void {
  stage.clock.every(LOOKS, async () => {
    for (const fleet of fleets) {
      await fleet.look();
    }
  });
}

/** Whether `current` will follow `latest` by itself. */
function isPromotionDue(stage: Pick<Stage, 'account' | 'pipeline'>): boolean {
  const { account, pipeline } = stage;
  const { promotion } = pipelineOf(functionNamed(pipeline.stack, siblingName(stage, 'care')).environment);
  const [latest, current] = (['latest', 'current'] as const).map((channel) =>
    account.parameters.read(channelParameters(pipeline.parameterPath, channel).publication),
  );
  return promotion.mode === 'automatic' && latest !== current;
}

/** The next look: an event of the refresh, or the schedule. */
export function nextLook({ fleet }: DeployedFleet, now: Date): Date {
  const scheduled = new Date(now.getTime() + LOOKS);
  const { nextAt } = fleet;
  return nextAt !== undefined && nextAt > now && nextAt < scheduled ? nextAt : scheduled;
}

type RolloutStatus = ReportedRollout['status'];

/** Worst first. */
const STATUSES: readonly RolloutStatus[] = ['failed', 'rolledBack', 'waiting', 'finished', 'none'];

function worstOf(statuses: readonly RolloutStatus[]): RolloutStatus {
  return STATUSES.find((status) => statuses.includes(status)) ?? 'none';
}

function stateOf(account: PretendedAccount, { rollout }: DeployedFleet): FleetState | undefined {
  const name = rollout.environment['WINBAKE_FLEET_STATE_PARAMETER'] ?? '';
  const text = account.parameters.read(name);
  return text === undefined ? undefined : parseDocument(fleetStateSchema, text, name);
}

function isSettled(account: PretendedAccount, deployed: DeployedFleet): boolean {
  return ['failed', 'rolledBack'].includes(statusOf(account, deployed));
}

function statusOf(account: PretendedAccount, deployed: DeployedFleet): RolloutStatus {
  const state = stateOf(account, deployed);
  const outcome = state?.rollout === null ? state.last?.outcome : undefined;
  if (outcome === 'failed' || outcome === 'rolledBack') {
    return outcome;
  }
  const isThere = state?.wanted?.publication.amiId === state?.amiId;
  return state?.rollout === null && isThere ? 'finished' : 'waiting';
}
