import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SSMClient } from '@aws-sdk/client-ssm';
import { ssmParameterStore } from '../../../lib/aws/stores/ssm-parameter-store';
import type { Channel } from '../../../lib/contract/documents/publication';
import { moveChannel } from '../../../lib/core/publish/move-channel';
import { VirtualClock } from '../../../sim/clock/virtual-clock';
import { AMI_FAULTS } from '../../../sim/aws/fleet/ami-behaviour';
import { amiBehaviour } from '../../../sim/rehearsal/run-rehearsal';
import { deployPipeline, findPipeline } from '../../../sim/rehearsal/deploy-pipeline';
import { SimulatedAccount } from '../../../sim/rehearsal/simulated-account';
import { deployFleets, rollOut } from '../../../sim/rehearsal/roll-out-fleets';
import { scheduleHousekeeping } from '../../../sim/rehearsal/pass-time';
import { WatchedFleet } from '../../../sim/rehearsal/watched-fleet';
import { assembly } from '../../support/assembly';

const START = new Date('2025-10-14T22:00:00Z');
const WEEK = 7 * 24 * 3_600_000;
const PATH = '/winbake/2022-core';
let end: () => void = () => undefined;

afterEach(() => {
  end();
});
const REVISIONS = [4294, 4297, 4405];

/** Three weeks with a publication each, the second of them bad; all functions of the template look as they would. */
async function threeWeeks(fault: string) {
  const clock = new VirtualClock(START);
  const account = new SimulatedAccount({ folder: await assembly(), clock });
  end = account.install();
  const pipeline = findPipeline(account, '2022');
  const ends = REVISIONS.map((_, week) => new Date(START.getTime() + (week + 1) * WEEK));
  const context = { account, clock, pipeline, monthEnds: ends };
  await deployPipeline(account, pipeline);
  const deployed = await deployFleets(account, PATH);
  const fleets = deployed.map((one) => new WatchedFleet(context, one));
  deployed.forEach(({ fleet }) => {
    fleet.group.behave(
      amiBehaviour(
        context,
        AMI_FAULTS.filter(({ name }) => name === fault),
      ),
    );
  });
  await scheduleHousekeeping(context);
  const weeks = [];
  for (const [week, revision] of REVISIONS.entries()) {
    fleets.forEach((fleet) => {
      fleet.beginReport();
    });
    const amiId = await publish(account, clock, revision);
    const { status } = await rollOut(context, fleets);
    await clock.waitUntil(ends[week]!);
    weeks.push({ amiId, status, ...fleets[0]!.report() });
  }
  return { account, weeks };
}

async function publish(account: SimulatedAccount, clock: VirtualClock, revision: number): Promise<string> {
  const id = `20348.${revision}-1`;
  const tags = { 'winbake:pipeline': '2022-core', 'winbake:publication': id };
  const amiId = account.createAmi(id, tags);
  const at = clock.now().toISOString();
  const publication: Channel = { id, amiId, osVersion: `10.0.20348.${revision}`, mode: 'exact', at };
  await account.as(account.administrator, () =>
    moveChannel(ssmParameterStore(new SSMClient()), PATH, 'latest', publication),
  );
  return amiId;
}

test('each fault of an AMI has a promise', () => {
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'faults.md'), 'utf8');
  const promised = [...page.matchAll(/^- `(ami-[\w-]+)`: /gm)].map(([, name]) => name);
  expect(promised).toEqual(AMI_FAULTS.map(({ name }) => name));
});

test.each(AMI_FAULTS.map(({ name }) => name))(
  'three weeks of which the second brings %s: back, notified once, not tried again, and on with the third',
  async (fault) => {
    const { account, weeks } = await threeWeeks(fault);
    expect(weeks.map(({ status }) => status)).toEqual(['finished', 'rolledBack', 'finished']);
    const [good, bad, next] = weeks.map(({ amiId }) => amiId);
    const after = weeks.map(({ instances }) => [...new Set(instances.map((one) => one.after))]);
    expect(after.map((amis) => amis.filter((amiId) => amiId !== null))).toEqual([[good], [good], [next]]);
    // The bad one was there, beside both of the old ones.
    const during = weeks[1]!.instances.map((one) => one.during);
    expect(during.filter((amiId) => amiId !== null)).toEqual([good, good, bad]);
    expect(weeks.map(({ refreshes }) => refreshes)).toEqual([2, 1, 2]);
    const fleet = 'Winbake fleet cluster-2022-core';
    expect(weeks[1]!.notified).toEqual([
      `${fleet}: a rollout was rolled back`,
      `${fleet}: patching is running late`,
      `${fleet}: patching is overdue`,
    ]);
    expect(weeks[2]!.notified).toEqual([]);
    expect(JSON.parse(account.parameters.read('/winbake/fleets/cluster-2022-core/state')!)).toMatchObject({
      amiId: next,
      rollout: null,
      last: { publication: '20348.4405-1', outcome: 'finished' },
    });
  },
);
