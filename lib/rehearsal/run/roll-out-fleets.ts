import { createRollout } from '../../handlers/rollout';
import type { StackModel } from '../assembly/stack-model';
import { unmodelled } from '../assembly/unmodelled';
import type { VirtualClock } from '../clock/virtual-clock';
import { PretendedFleet } from '../fleet/pretended-fleet';
import { callerOf } from '../iam/role-policies';
import { isJsonObject } from '../../core/oci/json-value';
import type { PretendedAccount } from './pretended-account';
import type { ReportedRollout } from './rehearsal-report';
import { functionsOf, type TemplateFunction } from './template-functions';

/** A fleet of the assembly that follows a channel of the pipeline. */
export interface DeployedFleet {
  readonly rollout: TemplateFunction;
  readonly fleet: PretendedFleet;
}

/** The fewest instances on which a rollout shows anything. */
const FEWEST_INSTANCES = 2;

/** Deploys the fleets that follow a pipeline; their launch templates read the channels as they are now. */
export function deployFleets(
  account: PretendedAccount,
  parameterPath: string,
  clock: VirtualClock,
): readonly DeployedFleet[] {
  return account.stacks.flatMap((stack) =>
    functionsOf(stack)
      .filter((one) => one.kind === 'rollout')
      .filter((one) => one.environment['WINBAKE_CHANNEL_PARAMETER']?.startsWith(`${parameterPath}/`))
      .map((rollout) => ({ rollout, fleet: deployFleet(stack, rollout, clock) })),
  );
}

/** Lets every fleet look at its channel until nothing is left to do. */
export async function rollOut(
  account: PretendedAccount,
  fleets: readonly DeployedFleet[],
  clock: VirtualClock,
): Promise<ReportedRollout> {
  for (const { rollout, fleet } of fleets) {
    const caller = callerOf(account.stacks, rollout.roleArn);
    const ports = { fleet: fleet.control(caller), parameters: account.parameters.store(caller) };
    const look = createRollout(ports, { ...rollout.environment, AWS_REGION: account.environment.region });
    let { action } = await look();
    while (action !== 'nothing') {
      await clock.waitUntil(fleet.refreshEndsAt ?? clock.now());
      ({ action } = await look());
    }
  }
  const instances = fleets.flatMap(({ fleet }) => fleet.report);
  return { status: fleets.length === 0 ? 'none' : 'finished', instances };
}

function deployFleet(stack: StackModel, rollout: TemplateFunction, clock: VirtualClock): PretendedFleet {
  const groupName = rollout.environment['WINBAKE_AUTO_SCALING_GROUP'] ?? '';
  const launchTemplateId = rollout.environment['WINBAKE_LAUNCH_TEMPLATE_ID'] ?? '';
  const group = byReference(stack, 'AWS::AutoScaling::AutoScalingGroup', groupName);
  const template = byReference(stack, 'AWS::EC2::LaunchTemplate', launchTemplateId);
  const { MinSize, MaxSize } = stack.properties(group, ['MinSize', 'MaxSize']);
  const { LaunchTemplateData } = stack.properties(template, ['LaunchTemplateData']);
  const amiId = isJsonObject(LaunchTemplateData) ? LaunchTemplateData['ImageId'] : undefined;
  if (typeof amiId !== 'string') {
    throw unmodelled(`the launch template ${template}, which names no AMI`);
  }
  const instanceCount = Math.min(Number(MaxSize), Math.max(Number(MinSize), FEWEST_INSTANCES));
  return new PretendedFleet({
    groupName,
    launchTemplateId,
    amiId,
    instanceCount,
    clock,
    environment: stack.environment,
  });
}

function byReference(stack: StackModel, type: string, reference: string): string {
  const logicalId = stack.logicalIds(type).find((id) => stack.reference(id) === reference);
  if (logicalId === undefined) {
    throw unmodelled(`${reference}, of type ${type}, which ${stack.stack.name} does not have`);
  }
  return logicalId;
}
