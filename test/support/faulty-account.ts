import { CURRENT_ORDER_KEY } from '../../lib/contract/names/bucket-keys';
import type { Catalog } from '../../lib/contract/documents/catalog';
import type { Order } from '../../lib/contract/documents/order';
import type { FleetState } from '../../lib/contract/documents/fleet-state';
import type { Channel } from '../../lib/contract/documents/publication';
import { PUBLICATION_TAG } from '../../lib/contract/names/resources';
import { osOf } from '../../lib/contract/values/release';
import { moveChannel } from '../../lib/core/publish/move-channel';
import type { ParameterStore } from '../../lib/core/ports/stores';
import { GOOD_AMI, type AmiBehaviour } from '../../sim/aws/fleet/ami-behaviour';
import { seededRandom } from '../../sim/reliability/happenings';
import { VirtualClock } from '../../sim/clock/virtual-clock';
import { startEmbeddedRegistry } from '../../sim/registry/embedded-registry';
import { readHistory } from '../../sim/registry/history/read-history';
import { deployPipeline, findPipeline } from '../../sim/rehearsal/deploy-pipeline';
import { bucketOf, registryOpener } from '../../sim/rehearsal/rehearsal-context';
import { SILENT } from '../../sim/rehearsal/rehearsal-report';
import { deployFleets } from '../../sim/rehearsal/roll-out-fleets';
import { scheduleHousekeeping } from '../../sim/rehearsal/pass-time';
import { runRebake } from '../../sim/rehearsal/run-rebake';
import { SimulatedAccount, type SimulatedAccountOptions } from '../../sim/rehearsal/simulated-account';
import { StepLog } from '../../sim/rehearsal/step-log';
import { WatchedFleet } from '../../sim/rehearsal/watched-fleet';
import { assembly } from './assembly';
import { instanceDocuments } from './instance-documents';

const START = new Date('2025-10-16T12:00:00Z');
const HOUR = 3_600_000;
const PATH = '/winbake/2022-core';

/** A deployed pipeline with its fleet; faults of a seed begin when they are let in. */
async function deployedAccount(
  seed: number | undefined,
  openRegistry?: SimulatedAccountOptions['openRegistry'],
) {
  const clock = new VirtualClock(START);
  let failures = 0;
  let random = () => 1;
  const account = new SimulatedAccount({
    folder: await assembly(),
    clock,
    openRegistry,
    ...(seed === undefined ? {} : { random: () => random() }),
    // What a function failed on three times, its schedule brings again.
    discard: () => undefined,
  });
  account.functions.onLine((_functionArn, line) => {
    failures += line.includes('"level":"error"') ? 1 : 0;
  });
  const end = account.install();
  const pipeline = findPipeline(account, '2022');
  const context = { account, clock, pipeline };
  await deployPipeline(account, pipeline);
  const deployed = await deployFleets(account, PATH);
  const fleet = new WatchedFleet(context, deployed[0]!);
  await scheduleHousekeeping(context);
  await clock.waitUntil(new Date(START.getTime() + HOUR));
  return {
    ...context,
    fleet,
    failures: () => failures,
    end,
    letFaultsIn: () => {
      random = seed === undefined ? random : seededRandom(seed);
    },
  };
}

type DeployedAccount = Awaited<ReturnType<typeof deployedAccount>>;

/** What came of a publication: what the fleet runs, and what people were notified. */
function outcomeOf({ fleet }: DeployedAccount) {
  const { instances, notified } = fleet.report();
  return { running: instances.flatMap(({ after }) => (after === null ? [] : [after])), notified };
}

/** Three days with a publication each, the second of which may be bad. */
export async function threeDays(seed: number | undefined, bad: AmiBehaviour = GOOD_AMI) {
  const deployed = await deployedAccount(seed);
  const { account, clock, end, failures, fleet, letFaultsIn } = deployed;
  try {
    letFaultsIn();
    const days = [];
    for (const [day, revision] of [4294, 4297, 4405].entries()) {
      fleet.beginReport();
      const id = `20348.${revision}-1`;
      const amiId = account.createAmi(id, { 'winbake:pipeline': '2022-core', 'winbake:publication': id });
      fleet.deployed.fleet.group.behave((one) => (day === 1 && one === amiId ? bad : GOOD_AMI));
      const at = clock.now().toISOString();
      const publication: Channel = { id, amiId, osVersion: `10.0.20348.${revision}`, mode: 'exact', at };
      await moveChannel(storeOf(account), PATH, 'latest', publication);
      await clock.waitUntil(new Date(clock.now().getTime() + 24 * HOUR));
      days.push(outcomeOf(deployed));
    }
    return { days, ...stateOf(account), failures: failures() };
  } finally {
    end();
  }
}

/** A bake whose instances do what they should, its publication, and the rollout of it. */
export async function bakeAndRollOut(seed: number | undefined) {
  const history = readHistory(undefined);
  const registry = await startEmbeddedRegistry({ history, asOf: START });
  const deployed = await deployedAccount(seed, registryOpener(registry, undefined));
  const { account, clock, end, failures, fleet, letFaultsIn, pipeline } = deployed;
  try {
    clock.onJump((now) => {
      registry.setInstant(now);
    });
    const os = osOf(pipeline.decide.environment['WINBAKE_OS']!);
    const log = new StepLog(SILENT);
    const context = { account, clock, pipeline, asOf: START, monthEnds: [], os, history, registry, log };
    account.bake = (_recipe, imageArn) => Promise.resolve(uploadDocuments(deployed, imageArn));
    letFaultsIn();
    const { reported } = await runRebake(
      { context: { ...context, signal: undefined }, fleets: [fleet] },
      'deploy',
    );
    // A request that ended behind the last step leaves the rest to the next ones.
    await clock.waitUntil(new Date(clock.now().getTime() + HOUR));
    const { decision, publication, rollout } = reported;
    const published = account.world.ec2.images
      .all(account.environment)
      .flatMap(({ tags }) => tags[PUBLICATION_TAG] ?? []);
    const days = [outcomeOf(deployed)];
    const ended = { decision, publication, status: rollout.status, published };
    return { ...ended, days, ...stateOf(account), failures: failures() };
  } finally {
    end();
    await registry.close();
  }
}

function uploadDocuments({ account, clock, pipeline }: DeployedAccount, imageArn: string) {
  const bucket = bucketOf({ pipeline });
  const read = (key: string) => JSON.parse(account.readDocument(bucket, key)!) as unknown;
  const { id } = read(CURRENT_ORDER_KEY) as Order;
  const times = { startedAt: clock.now(), endedAt: new Date(clock.now().getTime() + HOUR / 2) };
  const { manifest, verification } = instanceDocuments(
    read(`bakes/${id}.json`) as Order,
    read('catalog/2022.json') as Catalog,
    times,
  );
  const role = pipeline.decide.environment['WINBAKE_INSTANCE_ROLE_ID']!;
  const number = imageArn.split('/').at(-1)!.padStart(17, '0');
  const [buildInstanceId, testInstanceId] = [`i-${number}`, `i-1${number.slice(1)}`];
  const put = (key: string, document: object) =>
    account.world.s3.put(bucket, key, Buffer.from(JSON.stringify(document)), clock.now());
  put(`manifests/${role}:${buildInstanceId}.json`, manifest);
  put(`verifications/${role}:${testInstanceId}.json`, verification);
  return { failure: undefined, buildInstanceId, testInstanceId };
}

/** What the fleet still does or waits for. */
function stateOf(account: SimulatedAccount): Pick<FleetState, 'amiId' | 'rollout' | 'waiting'> {
  const text = account.parameters.read('/winbake/fleets/cluster-2022-core/state');
  const { amiId, rollout, waiting } = JSON.parse(text!) as FleetState;
  return { amiId, rollout, waiting };
}

/** The parameters as somebody sees them whom no fault strikes. */
function storeOf({ clock, environment, parameters, world }: SimulatedAccount): ParameterStore {
  return {
    get: (name) => Promise.resolve(parameters.read(name)),
    below: (path) => Promise.resolve(parameters.below(path)),
    put: (name, value) => {
      world.ssm.publish(environment, name, value, clock.now());
      return Promise.resolve();
    },
  };
}
