import { channelParameters } from '../../../lib/contract/names/parameters';
import { moveChannel } from '../../../lib/core/publish/move-channel';
import { VirtualClock } from '../../../sim/clock/virtual-clock';
import { deployPipeline, findPipeline } from '../../../sim/rehearsal/deploy-pipeline';
import { SimulatedAccount } from '../../../sim/rehearsal/simulated-account';
import { ownPorts } from '../../../sim/rehearsal/rehearsal-context';
import { scheduleHousekeeping } from '../../../sim/rehearsal/pass-time';
import { assembly, changedAssembly, removeAction, resourceOf } from '../../support/assembly';

const START = new Date('2025-10-14T22:00:00Z');
const PATH = '/winbake/2022-core';
const later = (minutes: number) => new Date(START.getTime() + minutes * 60_000);

let end: () => void = () => undefined;

afterEach(() => {
  end();
});

async function keptHouse(folder: string) {
  const clock = new VirtualClock(START);
  const account = new SimulatedAccount({ folder, clock });
  end = account.install();
  const pipeline = findPipeline(account, '2022');
  await deployPipeline(account, pipeline);
  const context = { account, clock, pipeline };
  return { ...context, ...(await scheduleHousekeeping(context)) };
}

/** Lets something be published just before the poll of 45 minutes, and gives its AMI. */
async function publish(rehearsed: Awaited<ReturnType<typeof keptHouse>>): Promise<string> {
  const { account, clock } = rehearsed;
  await clock.waitUntil(later(40));
  const amiId = account.createAmi('baked', { 'winbake:pipeline': '2022-core' });
  await account.as(account.administrator, async () => {
    const { stores } = ownPorts(rehearsed);
    await moveChannel(await stores.of(account.environment), PATH, 'latest', {
      id: '20348.4294-1',
      amiId,
      osVersion: '10.0.20348.4294',
      mode: 'exact',
      at: later(40).toISOString(),
    });
  });
  return amiId;
}

test('housekeeping looks at once and then every 15 minutes, and moves what is due', async () => {
  const rehearsed = await keptHouse(await assembly());
  const { account, clock, measurements } = rehearsed;
  const amiId = await publish(rehearsed);
  const current = channelParameters(PATH, 'current').amiId;
  expect(account.parameters.read(current)).not.toBe(amiId);
  await clock.waitUntil(later(60));
  expect(account.parameters.read(current)).toBe(amiId);
  expect(account.world.events.events.map(({ type }) => type)).toEqual(['Winbake AMI Published']);
  const polls = measurements.filter(({ name }) => name === 'HoursUnpatched').map(({ at }) => at);
  expect(polls).toEqual([0, 15, 30, 45, 60].map(later));
});

test.each([
  's3:GetObject',
  's3:PutObject',
  's3:ListBucket',
  'ssm:GetParameter',
  'ssm:PutParameter',
  'ec2:DescribeImages',
  'events:PutEvents',
])('housekeeping whose role lacks %s says so in one sentence', async (action) => {
  const folder = changedAssembly(await assembly(), ({ pipeline }) => {
    removeAction(pipeline, 'HousekeepingRole', action);
  });
  const polling = async () => {
    const rehearsed = await keptHouse(folder);
    await publish(rehearsed);
    await rehearsed.clock.waitUntil(later(45));
  };
  await expect(polling()).rejects.toThrow(
    new RegExp(`^AccessDenied: winbake-2022-core-housekeeping-us-east-1 may not ${action} on \\S+$`),
  );
});

test.each([
  ['HousekeepingTargetRole', 'lambda:InvokeFunction'],
  ['HousekeepingTargetRole', 'sqs:SendMessage'],
  ['PollTargetRole', 'states:StartExecution'],
  ['PollTargetRole', 'sqs:SendMessage'],
  ['HousekeepingRole', 'sqs:SendMessage'],
  ['SeedHandler', 'states:StartExecution'],
  ['SeedHandler', 'ssm:PutParameter'],
])('a deployment in which %s lacks %s ends in one sentence', async (role, action) => {
  const folder = changedAssembly(await assembly(), ({ pipeline }) => {
    removeAction(pipeline, role, action);
  });
  await expect(keptHouse(folder)).rejects.toThrow(
    new RegExp(`^AccessDenied: \\S+ may not ${action} on arn:\\S+$`),
  );
});

test('a schedule that has no model is refused, and an assembly without housekeeping', async () => {
  const odd = changedAssembly(await assembly(), ({ pipeline }) => {
    resourceOf(pipeline, 'AWS::Scheduler::Schedule', 'Housekeeping')['Properties'].ScheduleExpression =
      'cron(0 12 * * ? *)';
  });
  await expect(keptHouse(odd)).rejects.toThrow(
    'The rehearsal does not model the schedule cron(0 12 * * ? *).',
  );
  const without = changedAssembly(await assembly(), ({ pipeline }) => {
    resourceOf(pipeline, 'AWS::Lambda::Function', 'Housekeeping')['Properties'].FunctionName = 'another';
  });
  await expect(keptHouse(without)).rejects.toThrow(
    'WinbakePipeline has no function winbake-2022-core-housekeeping; synthesize it with the Winbake that rehearses it.',
  );
});
