import { foreignAmi } from '../../../lib/core/fleet/ami-owner';
import { cloneWithLiveAmi } from '../../../lib/core/fleet/clone-with-live-ami';
import { fleetLab, NAMES, NEW, NEWER, OLD, type FleetLabOptions } from '../../support/fleet-lab';

const OWN = '111111111111';
const FOREIGN = { ...NEW, amiId: 'ami-0badbadbadbadbad0' };

/** A fleet that takes AMIs of one account, where EC2 knows whose each is. */
function fleet(options: FleetLabOptions = {}) {
  const asked: string[] = [];
  const lab = fleetLab({
    amiOwner: OWN,
    ...options,
    wrap: (ports) => ({
      ...ports,
      control: {
        ...ports.control,
        describeGroup: () => ports.control.describeGroup(),
        newestRefresh: () => ports.control.newestRefresh(),
        createLaunchTemplateVersion: (...given) => ports.control.createLaunchTemplateVersion(...given),
        useLaunchTemplateVersion: (version) => ports.control.useLaunchTemplateVersion(version),
        startRefresh: (request) => ports.control.startRefresh(request),
        cancelRefresh: (request) => ports.control.cancelRefresh(request),
        rollBackRefresh: () => ports.control.rollBackRefresh(),
        ownerOf: (amiId) => {
          asked.push(amiId);
          return Promise.resolve({ account: amiId === FOREIGN.amiId ? '999999999999' : OWN });
        },
      },
    }),
  });
  return { asked, lab };
}

test('a channel that shows a foreign AMI starts nothing, people are notified once, and the fleet stays until it is right again', async () => {
  const { lab } = fleet();
  await lab.wait(0.25);
  lab.publish(FOREIGN);
  expect(await lab.poll()).toEqual(['wait:channel']);
  await lab.wait(24);
  expect(lab.running()).toEqual(Array(4).fill(OLD.id));
  expect(lab.fleet.group.refreshes).toEqual([]);
  expect(lab.notified).toEqual([
    expect.stringMatching(
      /^Winbake fleet shop: a rollout needs you: Fleet shop stays as it is: .+ shows ami-0badbadbadbadbad0 of the account 999999999999, and only AMIs of 111111111111 are taken\. .+"pipelineAccount"/,
    ),
  ]);
  expect(lab.state().waiting?.reason).toContain('999999999999');
  lab.publish(NEW);
  await lab.wait(4);
  expect(lab.running()).toEqual(Array(4).fill(NEW.id));
  expect(Object.keys(lab.state().notices)).toEqual([]);
});

test('so does one under the id of what the fleet runs', async () => {
  const { lab } = fleet();
  await lab.wait(0.25);
  lab.publish({ ...OLD, amiId: FOREIGN.amiId });
  expect(await lab.poll()).toEqual(['wait:channel']);
  expect(lab.notified).toHaveLength(1);
});

test('a rollout that is under way goes on to its end', async () => {
  const { lab } = fleet();
  await lab.wait(0.25);
  lab.publish(NEW);
  await lab.wait(0.5);
  expect(lab.state().rollout?.phase).toBe('canary');
  lab.publish({ ...NEWER, amiId: FOREIGN.amiId });
  await lab.wait(6);
  expect(lab.fleet.instances.map(({ amiId }) => amiId)).toEqual(Array(4).fill(NEW.amiId));
  expect(lab.notified).toHaveLength(1);
});

test('a group without instances keeps its version, too', async () => {
  const { lab } = fleet({ instanceCount: 0 });
  await lab.wait(0.25);
  lab.publish(FOREIGN);
  await lab.wait(1);
  expect((await lab.ports.control.describeGroup()).amiId).toBe(OLD.amiId);
});

test('EC2 is asked once for a publication, and not at rest', async () => {
  const { asked, lab } = fleet();
  await lab.wait(1);
  expect(asked).toEqual([]);
  lab.publish(NEW);
  await lab.wait(6);
  expect(asked).toEqual([NEW.amiId]);
});

test.each([
  ['of the pipeline', 'exact', { account: OWN }, true],
  ['of Amazon before the first bake', 'unbaked', { account: '801119661308', alias: 'amazon' }, true],
  ['of Amazon as a baked one', 'exact', { account: '801119661308', alias: 'amazon' }, false],
  ['of another account as a base AMI', 'unbaked', { account: '999999999999' }, false],
  ['that says so itself', 'exact', { account: '999999999999', alias: 'aws-marketplace' }, false],
  ['that EC2 does not show', 'exact', undefined, true],
] as const)('an AMI %s, %s', async (_, mode, owner, isTaken) => {
  const control = { ownerOf: () => Promise.resolve(owner) };
  const trusted = { channel: NAMES.channel, amiOwner: OWN };
  expect((await foreignAmi(control, { ...NEW, mode }, trusted)) === undefined).toBe(isTaken);
});

test('a fleet is not made of a foreign AMI', async () => {
  const { lab } = fleet();
  lab.publish(FOREIGN);
  const ports = {
    control: lab.ports.control,
    live: () => Promise.resolve(undefined),
    isRollingBack: () => Promise.resolve(false),
    parameters: lab.parameters,
    now: () => lab.clock.now(),
    sleep: () => Promise.resolve(),
  };
  const request = { ...NAMES, amiOwner: OWN, baseVersion: '1' };
  await expect(cloneWithLiveAmi(ports, request)).rejects.toThrow(
    /^The fleet shop was not made: .+ of the account 999999999999/,
  );
});
