import { ACCEPT_ALIAS } from '../../lib/contract/names/resources';
import type { Revocation, Revocations } from '../../lib/contract/documents/revocations';
import { REVOCATIONS_KEY } from '../../lib/core/publish/revocations';
import type { DeleteFleetAnswer } from '../../lib/handlers/fleet-resources';
import { AMI_FAULTS, GOOD_AMI } from '../aws/fleet/ami-behaviour';
import { nextPatchTuesday } from '../../lib/core/calendar/patch-tuesday';
import { providedFunction, publishBaseAmi } from '../rehearsal/deploy-pipeline';
import { bucketOf } from '../rehearsal/rehearsal-context';
import { runRebake } from '../rehearsal/run-rebake';
import { rollOut, untilComplete } from '../rehearsal/roll-out-fleets';
import { schedulesOf } from '../rehearsal/template-functions';
import type { WatchedFleet } from '../rehearsal/watched-fleet';
import type { ScenarioWorld } from './scenario-world';

/** Something that happens to a deployed pipeline and its fleets. */
export interface Scenario {
  readonly name: string;
  /** How it ends where all is allowed is what it must end like where something is not. */
  readonly run: (world: ScenarioWorld) => Promise<void>;
}

/** In hours. */
const DAY = 24;

const BY = { by: 'ops@example.com', reason: 'a check of permissions', dryRun: false };

/** All that a pipeline, its accounts and its fleets do, each from a fresh deployment on. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'deployment', run: deployment },
  { name: 'before the first bake', run: beforeTheFirstBake },
  { name: 'bake and delivery', run: bakeAndDeliver },
  { name: 'failed bake', run: failedBake },
  { name: 'endless bake', run: endlessBake },
  { name: 'cancelled bake', run: cancelledBake },
  { name: 'cancelled wait', run: cancelledWait },
  { name: 'operator', run: operator },
  { name: 'revocation', run: revocation },
  { name: 'rollout', run: rollout },
  { name: 'empty fleet', run: emptyFleet },
  { name: 'endless drain', run: endlessDrain },
  { name: 'bad AMI', run: badAmi },
  { name: 'fleet update', run: updateFleet },
  { name: 'fleet deletion', run: deleteFleets },
  { name: 'retention', run: (world) => retention(world, () => world.call('housekeeping', {})) },
  { name: 'retention by hand', run: (world) => retention(world, () => order(world, { verb: 'prune' })) },
];

/** The stacks, what hosts fetch before they join, and what the schedules and rules of fleets start at once. */
async function deployment(world: ScenarioWorld): Promise<void> {
  await world.deploy();
  await world.deployFleets();
  await world.fetchOwnImages();
  await world.pass(0.3);
}

/** Channels follow newer base AMIs, and a person finds nothing to end. */
async function beforeTheFirstBake(world: ScenarioWorld): Promise<void> {
  const { account, context } = world;
  await world.deploy();
  publishBaseAmi(account, context.pipeline, 'newer');
  await world.call('housekeeping', {});
  await order(world, { verb: 'cancel' });
}

function order(world: ScenarioWorld, request: object, alias?: string): Promise<unknown> {
  return world.call('operate', { ...request, ...BY }, alias);
}

/** What the schedule starts: a bake, its publication, the promotion and the delivery everywhere. */
async function bakeAndDeliver(world: ScenarioWorld): Promise<void> {
  await world.deploy();
  await rebake(world, 'deploy');
  await world.call('housekeeping', {});
  await rebake(world, 'poll');
  await rebake(world, 'patchTuesday');
  forgetAnnouncement(world);
  await byTheClock(world);
}

/** As if publication had ended before it announced what it published. */
function forgetAnnouncement({ account, context }: ScenarioWorld): void {
  const bucket = bucketOf(context);
  const key = 'publications/deliveries.json';
  const deliveries = JSON.parse(account.readDocument(bucket, key) ?? '{}') as object;
  const text = JSON.stringify({ ...deliveries, announced: null });
  account.world.s3.put(bucket, key, Buffer.from(text), context.clock.now());
}

/** Schedules call by their own roles. */
async function byTheClock({ account, context }: ScenarioWorld): Promise<void> {
  for (const { input, name, roleArn, targetArn } of schedulesOf(context.pipeline.stack)) {
    if (targetArn.includes(':function:')) {
      const caller = account.sessionOf(roleArn, name, 'scheduler.amazonaws.com');
      await account.invoke(caller, targetArn, input);
    }
  }
}

/** Starts the state machine once and keeps how it ended. */
async function rebake(world: ScenarioWorld, trigger: string): Promise<void> {
  const { reported, result } = await runRebake({ context: world.context, fleets: [] }, trigger);
  world.seen.push(`rebake: ${reported.decision} ${String(reported.publication)} ${result.reason}`);
  world.noteStatus();
}

/** Bakes that fail on the instance until a person is asked. */
async function failedBake(world: ScenarioWorld): Promise<void> {
  await world.deploy();
  world.bakesFail = { code: 'NO_SPACE', message: 'The disk is full.' };
  await endsBadly(world, () => rebake(world, 'deploy'));
  await endsBadly(world, () => rebake(world, 'poll'));
  for (const how of ['silent', 'tested'] as const) {
    world.bakesFail = how;
    await order(world, { verb: 'rebake', force: true });
    await endsBadly(world, () => rebake(world, 'by hand'));
  }
}

/** A bake that does not end is ended. */
async function endlessBake(world: ScenarioWorld): Promise<void> {
  const { account, context } = world;
  await world.deploy();
  const begun = context.clock.now();
  context.clock.every(20 * 60_000, () => {
    for (const build of account.imageBuilder.all.filter(({ isCancelled }) => !isCancelled)) {
      build.endsAt = new Date(begun.getTime() + 365 * DAY * 3_600_000);
    }
    return Promise.resolve();
  });
  await endsBadly(world, () => rebake(world, 'deploy'));
}

/** Keeps why something failed that must fail. */
async function endsBadly(world: ScenarioWorld, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    world.seen.push(`failure: ${String(error)}`);
  }
}

/** A person ends a bake that runs, and one that Image Builder is about to start. */
async function cancelledBake(world: ScenarioWorld): Promise<void> {
  await world.deploy();
  onceLater(world, () => order(world, { verb: 'cancel' }));
  await endsBadly(world, () => rebake(world, 'deploy'));
  await order(world, { verb: 'rebake', force: true });
  world.whileStarting = async () => {
    await order(world, { verb: 'cancel' });
  };
  await endsBadly(world, () => rebake(world, 'by hand'));
}

/** A person ends a rebake that waits for the images of a Patch Tuesday. */
async function cancelledWait(world: ScenarioWorld): Promise<void> {
  await world.deploy();
  await rebake(world, 'deploy');
  await world.context.clock.waitUntil(nextPatchTuesday(world.context.clock.now()));
  onceLater(world, () => order(world, { verb: 'cancel' }));
  await endsBadly(world, () => rebake(world, 'patchTuesday'));
}

/** Does something once, some minutes from now on. */
function onceLater({ context }: ScenarioWorld, work: () => Promise<unknown>): void {
  let isDone = false;
  context.clock.every(20 * 60_000, async () => {
    if (!isDone) {
      isDone = true;
      await work();
    }
  });
}

/** What a person orders. */
async function operator(world: ScenarioWorld): Promise<void> {
  await world.deploy();
  await rebake(world, 'deploy');
  await order(world, { verb: 'hold' });
  await order(world, { verb: 'unhold' });
  await order(world, { verb: 'promote', despiteCanaries: true });
  await order(world, { verb: 'accept', finding: 'WENT_BACK servercore 10.0.20348.3328' }, ACCEPT_ALIAS);
  await world.pass(35 * DAY);
  await publishedNow(world, 'poll');
  await order(world, { verb: 'rollback' });
  await order(world, { verb: 'rebake', force: true });
  await rebake(world, 'by hand');
}

/** A person revokes what was published and takes that back; housekeeping ends what a function that died began of either. */
async function revocation(world: ScenarioWorld): Promise<void> {
  await world.deploy();
  await publishedNow(world, 'deploy');
  await world.pass(35 * DAY);
  await publishedNow(world, 'poll');
  await order(world, { verb: 'revoke', publication: 'latest' });
  const [revoked] = changeRevocations(world, (one) => one);
  await order(world, { verb: 'restore', publication: revoked?.id });
  changeRevocations(world, (one) => ({ ...one, restored: null }));
  await world.call('housekeeping', {});
  const { by, reason } = BY;
  const at = world.context.clock.now().toISOString();
  changeRevocations(world, (one) => ({ ...one, restored: { by, reason, at } }));
  await world.call('housekeeping', {});
  world.noteStatus();
}

/** As if a function had died once it had noted something. */
function changeRevocations(
  { account, context }: ScenarioWorld,
  change: (one: Revocation) => Revocation,
): readonly Revocation[] {
  const bucket = bucketOf(context);
  const text = account.readDocument(bucket, REVOCATIONS_KEY) ?? '{"publications":[]}';
  const before = JSON.parse(text) as Revocations;
  const after = { ...before, publications: before.publications.map(change) };
  account.world.s3.put(bucket, REVOCATIONS_KEY, Buffer.from(JSON.stringify(after)), context.clock.now());
  return after.publications;
}

/** Fleets of both accounts take what was published, the canary first. */
async function rollout(world: ScenarioWorld): Promise<void> {
  await published(world);
  world.context.clock.every(15 * 60_000, async () => {
    await world.call('housekeeping', {});
  });
  await rolledOut(world);
}

async function published(world: ScenarioWorld): Promise<void> {
  await world.deploy();
  await world.deployFleets();
  await rebake(world, 'deploy');
}

async function rolledOut(world: ScenarioWorld): Promise<void> {
  const { status } = await rollOut(world.context, world.fleets);
  world.seen.push(`rollout: ${status}`);
}

/** A fleet without instances takes what was published for the next ones. */
async function emptyFleet(world: ScenarioWorld): Promise<void> {
  await published(world);
  for (const { deployed } of world.fleets) {
    deployed.fleet.group.instances = [];
    deployed.fleet.group.desiredCapacity = 0;
  }
  await rolledOut(world);
}

/** Tasks that do not stop are stopped after the fleet's limit. */
async function endlessDrain(world: ScenarioWorld): Promise<void> {
  await published(world);
  world.fleets.forEach(({ deployed }) => {
    deployed.fleet.group.drainSeconds = 48 * 3600;
  });
  await rolledOut(world);
}

/** An AMI on which no task starts goes back, and is reported. */
async function badAmi(world: ScenarioWorld): Promise<void> {
  world.behaviour = AMI_FAULTS.find(({ name }) => name === 'ami-fails-tasks')?.behaviour ?? GOOD_AMI;
  await published(world);
  await rolledOut(world);
  await world.call('housekeeping', {});
}

/** A deployment changes the launch template in the middle of a rollout, which takes its time to stop. */
async function updateFleet(world: ScenarioWorld): Promise<void> {
  await published(world);
  await world.call('housekeeping', {});
  await world.pass(0.1);
  for (const fleet of world.fleets) {
    const update = () =>
      callResource(world, fleet, 'Custom::WinbakeLaunchTemplate', {
        RequestType: 'Update',
        ResourceProperties: { BaseVersion: '1' },
      });
    await withoutCancelling(fleet, () => endsBadly(world, update));
    await update();
  }
}

/** As if Auto Scaling did not come to it while something is done. */
async function withoutCancelling({ deployed }: WatchedFleet, work: () => Promise<void>): Promise<void> {
  const { refresh } = deployed.fleet.group;
  if (refresh === undefined) {
    throw new Error('The fleet has no instance refresh.');
  }
  const cancel = refresh.cancel.bind(refresh);
  refresh.cancel = () => undefined;
  await work();
  refresh.cancel = cancel;
}

/** A stack is deleted in the middle of a rollout. */
async function deleteFleets(world: ScenarioWorld): Promise<void> {
  await published(world);
  await dissociate(world);
  for (const fleet of world.fleets) {
    const request = { RequestType: 'Delete' };
    let answer = (await callResource(
      world,
      fleet,
      'Custom::WinbakeFleetDeletion',
      request,
    )) as DeleteFleetAnswer;
    const begun = answer;
    // The tasks have had their time.
    await world.pass(12);
    const { group } = fleet.deployed.fleet;
    // They do not stop, and so are named.
    group.drainSeconds = group.stopSeconds = 48 * 3600;
    for (let polls = 0; !('IsComplete' in answer && answer.IsComplete) && polls < 60; polls += 1) {
      answer = (await callResource(world, fleet, 'Custom::WinbakeFleetDeletion', {
        ...request,
        ...begun,
      })) as DeleteFleetAnswer;
      await world.pass(0.1);
    }
    if (!('IsComplete' in answer && answer.IsComplete)) {
      throw new Error('The deletion of a fleet timed out.');
    }
  }
}

/** Providers leave the cluster of another stack. */
async function dissociate(world: ScenarioWorld): Promise<void> {
  const { account } = world;
  for (const stack of account.stacks) {
    for (const { properties } of stack.resources('Custom::WinbakeProviderAssociation')) {
      const own = world.fleets.filter(({ deployed }) => deployed.settings.fleet === properties['Fleet']);
      for (const fleet of own) {
        await untilComplete(account, { RequestType: 'Delete' }, (request) =>
          callResource(world, fleet, 'Custom::WinbakeProviderAssociation', request),
        );
      }
      const cluster = account.fleets.clusters.find(stack.environment, String(properties['Cluster']));
      if (cluster?.providers.length !== 0) {
        throw new Error('The provider is associated still.');
      }
    }
  }
}

/** Calls the function of a fleet's custom resource, as CDK's provider does. */
async function callResource(
  { account }: ScenarioWorld,
  { deployed: { fleet, settings } }: WatchedFleet,
  type: string,
  request: object,
): Promise<unknown> {
  for (const stack of account.stacks) {
    const isThere =
      stack.environment.account === fleet.environment.account &&
      stack.environment.region === fleet.environment.region;
    for (const { logicalId, properties } of isThere ? stack.resources(type) : []) {
      if (properties['Fleet'] === settings.fleet) {
        const { functionArn, providerRole } = providedFunction(stack, String(properties['ServiceToken']));
        const caller = account.sessionOf(providerRole, 'provider', 'lambda.amazonaws.com');
        const StackId = stack.resolve({ Ref: 'AWS::StackId' });
        const { ResourceProperties, ...more } = request as { readonly ResourceProperties?: object };
        return account.invoke(caller, functionArn, {
          StackId,
          LogicalResourceId: logicalId,
          ResourceType: type,
          ...more,
          ResourceProperties: { ...properties, ...ResourceProperties },
        });
      }
    }
  }
  throw new Error(`No stack has a ${type} of ${settings.fleet}.`);
}

/** AMIs that nothing needs are deprecated and removed, with the components and workflows of deployments before. */
async function retention(world: ScenarioWorld, prune: () => Promise<unknown>): Promise<void> {
  await world.deploy();
  for (const trigger of ['deploy', 'poll', 'poll', 'poll']) {
    await publishedNow(world, trigger);
    await world.pass(35 * DAY);
  }
  await order(world, { verb: 'rebake', force: true });
  await rebake(world, 'by hand');
  for (const days of [60, 10, 10]) {
    await world.pass(days * DAY);
    await prune();
  }
}

/** A rebake whose publication a person promotes at once. */
async function publishedNow(world: ScenarioWorld, trigger: string): Promise<void> {
  await rebake(world, trigger);
  await order(world, { verb: 'promote', despiteCanaries: true });
}
