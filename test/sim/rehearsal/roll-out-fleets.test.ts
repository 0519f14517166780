import { SSMClient } from '@aws-sdk/client-ssm';
import { ssmParameterStore } from '../../../lib/aws/stores/ssm-parameter-store';
import { moveChannel } from '../../../lib/core/publish/move-channel';
import { VirtualClock } from '../../../sim/clock/virtual-clock';
import { deployPipeline, findPipeline } from '../../../sim/rehearsal/deploy-pipeline';
import { SimulatedAccount } from '../../../sim/rehearsal/simulated-account';
import { SILENT } from '../../../sim/rehearsal/rehearsal-report';
import { deployFleets, rollOut } from '../../../sim/rehearsal/roll-out-fleets';
import { StepLog } from '../../../sim/rehearsal/step-log';
import { WatchedFleet } from '../../../sim/rehearsal/watched-fleet';
import { assembly, changedAssembly, removeAction, resourceOf } from '../../support/assembly';

const START = new Date('2025-10-16T00:46:00Z');
const PATH = '/winbake/2022-core';
let end: () => void = () => undefined;

afterEach(() => {
  end();
});

/** Deploys an assembly, publishes an AMI behind its back, and lets its fleets follow. */
async function publishAndRollOut(folder: string) {
  const clock = new VirtualClock(START);
  const account = new SimulatedAccount({ folder, clock });
  end = account.install();
  const log = new StepLog(SILENT);
  const pipeline = findPipeline(account, '2022');
  await deployPipeline(account, pipeline);
  const deployed = await deployFleets(account, PATH);
  const amiId = account.createAmi('baked');
  const publication = { id: '20348.4294-1', amiId, osVersion: '10.0.20348.4294', mode: 'exact' } as const;
  await account.as(account.administrator, async () => {
    const parameters = ssmParameterStore(new SSMClient());
    for (const channel of ['latest', 'current'] as const) {
      await moveChannel(parameters, PATH, channel, { ...publication, at: START.toISOString() });
    }
  });
  const context = { account, clock, pipeline };
  const fleets = deployed.map((one) => new WatchedFleet(context, one));
  const rollout = await log.phase('Roll out to the fleets', () => rollOut(context, fleets));
  return { account, amiId, clock, fleets, rollout };
}

test('a fleet moves to what its channel points to', async () => {
  const { account, amiId, clock, rollout } = await publishAndRollOut(await assembly());
  expect(rollout.status).toBe('finished');
  expect(rollout.instances.map(({ after }) => after)).toEqual([amiId, amiId]);
  // A canary of eleven minutes, half an hour of watch until the schedule comes, and the other instance.
  expect(clock.now().getTime() - START.getTime()).toBe((45 + 11) * 60_000);
  expect(JSON.parse(account.parameters.read('/winbake/fleets/cluster-2022-core/state')!)).toMatchObject({
    amiId,
    publication: { id: '20348.4294-1' },
  });
});

test('hours to the last instance are those up to the poll that finds it', async () => {
  const { clock, fleets } = await publishAndRollOut(await assembly());
  const released = Date.parse('2025-10-14T17:00:00Z');
  const [{ hoursToLastInstance } = { hoursToLastInstance: null }] = fleets.map((fleet) => fleet.report());
  expect(hoursToLastInstance).toBeCloseTo((clock.now().getTime() - released) / 3_600_000, 1);
});

test('an app without a fleet has no rollout', async () => {
  const folder = changedAssembly(await assembly(), ({ fleet }) => {
    const starters = Object.keys(fleet.Resources).filter((id) =>
      /^WinbakeFleets(?:Rollout(?:Function|On)|DeadLetterQueuePolicy)/.test(id),
    );
    starters.forEach((id) => Reflect.deleteProperty(fleet.Resources, id));
  });
  const { rollout } = await publishAndRollOut(folder);
  expect(rollout).toEqual({ status: 'none', instances: [] });
});

test('a group whose version a deployment would send again is refused', async () => {
  const folder = changedAssembly(await assembly(), ({ fleet }) => {
    const { Properties } = resourceOf(fleet, 'AWS::AutoScaling::AutoScalingGroup');
    Properties.LaunchTemplate.Version = '1';
  });
  await expect(publishAndRollOut(folder)).rejects.toThrow(
    /does not model the group \w+, whose launch template version no deployment keeps/,
  );
});

test.each([
  ['autoscaling:DescribeAutoScalingGroups', 'ResourcesHandlerRole'],
  ['ec2:CreateLaunchTemplateVersion', 'ResourceRights'],
  ['ssm:GetParameter', 'ResourcesReading'],
])('a deployment whose function lacks %s fails', async (action, policy) => {
  const folder = changedAssembly(await assembly(), ({ fleet }) => {
    removeAction(fleet, policy, action);
  });
  await expect(publishAndRollOut(folder)).rejects.toMatchObject({
    message: expect.stringMatching(
      `^AccessDenied: WinbakeFleet-WinbakeFleetsResourcesHandlerRole\\w+ may not ${action} on \\S+$`,
    ),
  });
});

test.each(['OnPublication', 'OnRefresh', 'OnTime', 'OnDeployment'])(
  'a function that does not let the rule %s in says so in one sentence',
  async (rule) => {
    const folder = changedAssembly(await assembly(), ({ fleet }) => {
      const permission = resourceOf(fleet, 'AWS::Lambda::Permission', rule);
      permission['Properties'].SourceArn = 'arn:aws:events:us-east-1:123456789012:rule/another';
    });
    await expect(publishAndRollOut(folder)).rejects.toThrow(
      /^AccessDenied: events\.amazonaws\.com may not lambda:InvokeFunction on arn:aws:lambda:\S+$/,
    );
  },
);

test('a queue that does not let a rule in says so in one sentence', async () => {
  const folder = changedAssembly(await assembly(), ({ fleet }) => {
    const { PolicyDocument } = resourceOf(fleet, 'AWS::SQS::QueuePolicy')['Properties'];
    PolicyDocument.Statement.pop();
  });
  await expect(publishAndRollOut(folder)).rejects.toThrow(
    /^AccessDenied: events\.amazonaws\.com may not sqs:SendMessage on arn:aws:sqs:\S+$/,
  );
});

test.each([
  'autoscaling:StartInstanceRefresh',
  'autoscaling:CancelInstanceRefresh',
  'ecs:ListContainerInstances',
  'ecs:DescribeTasks',
  'ec2:CreateLaunchTemplateVersion',
  'ec2:RunInstances',
  'ec2:CreateTags',
  'iam:PassRole',
  'ssm:GetParameter',
  'ssm:PutParameter',
])('a rollout whose role lacks %s says so in one sentence', async (action) => {
  const folder = changedAssembly(await assembly(), ({ fleet }) => {
    removeAction(fleet, 'Rollout', action);
  });
  await expect(publishAndRollOut(folder)).rejects.toMatchObject({
    code: 'REHEARSAL_FAILED',
    message: expect.stringMatching(
      `^AccessDenied: WinbakeFleet-WinbakeFleetsRolloutRole\\w+ may not ${action} on \\S+$`,
    ),
  });
});
