import { isJsonObject } from '../../contract/values/json';
import { createLaunchTemplate } from '../../handlers/launch-template';
import type { StackModel } from '../assembly/stack-model';
import { unmodelled } from '../assembly/unmodelled';
import type { VirtualClock } from '../clock/virtual-clock';
import { PretendedFleet } from '../fleet/pretended-fleet';
import { callerOf } from '../iam/role-policies';
import { providedFunction } from './deploy-pipeline';
import type { PretendedAccount } from './pretended-account';
import { functionByArn, type TemplateFunction } from './template-functions';

/** The fewest instances on which a rollout shows anything. */
const FEWEST_INSTANCES = 2;

/** Deploys the fleet of a rollout function: its custom resource gives the launch template the AMI that its channel has now. */
export async function deployFleet(
  account: PretendedAccount,
  stack: StackModel,
  rollout: TemplateFunction,
  clock: VirtualClock,
): Promise<PretendedFleet> {
  const { environment } = stack;
  const groupName = rollout.environment['WINBAKE_AUTO_SCALING_GROUP'] ?? '';
  const launchTemplateId = rollout.environment['WINBAKE_LAUNCH_TEMPLATE_ID'] ?? '';
  const group = byReference(stack, 'AWS::AutoScaling::AutoScalingGroup', groupName);
  const { MinSize, MaxSize } = stack.properties(group, ['MinSize', 'MaxSize']);
  const { ServiceToken } = stack.properties(cloneOf(stack, group), ['ServiceToken']);
  const { functionArn, providerRole } = providedFunction(stack, String(ServiceToken));
  callerOf(account.stacks, providerRole).require('lambda:InvokeFunction', `${functionArn}:$LATEST`);
  return new PretendedFleet({
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
  account: PretendedAccount,
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
