import { imageManifestSchema } from '../../lib/contract/documents/evidence';
import { parseDocument } from '../../lib/contract/documents/document';
import type { Publication } from '../../lib/contract/documents/publication';
import { readOsVersion } from '../../lib/contract/values/os-version';
import { nextPatchTuesday } from '../../lib/core/calendar/patch-tuesday';
import { familyImages } from '../../lib/core/images/image-extra';
import { readImages } from '../../lib/core/images/read-images';
import { RegistryError } from '../../lib/core/oci/registry';
import type { RegistryClient } from '../../lib/registry/registry-client';
import type { AssemblyStack } from '../aws/cloudformation/assembly';
import type { BakeFailure } from '../permissions/recorded-instances';
import { ScenarioWorld, type ScenarioMeans } from '../permissions/scenario-world';
import { publishedIn } from '../rehearsal/make-report';
import { bucketOf, registryOpener } from '../rehearsal/rehearsal-context';
import { runRebake } from '../rehearsal/run-rebake';

/** How often what goes wrong goes wrong, from 0 to 1. */
export const RATES = {
  /** Each search, download and installation of Windows Update, and each attempt again. */
  passingUpdateFault: 0.1,
  /** Docker answers late after a boot, by a minute on average. */
  lateDocker: 0.2,
  /** In a month one repository hangs for up to six hours from Patch Tuesday on. */
  hangingRepository: 0.05,
  /** In a month the registry or Windows Update is out for two to twelve hours. */
  outage: 0.02,
  /** Windows restarts by itself in the middle of an update, so that a build ends without a reason. */
  unplannedRestart: 0.01,
};

/** Fewer tries than the scripts make; rehearsals with these faults hold what docs/faults.md promises of them. */
const UPDATE_ATTEMPTS = 3;
const DOCKER_WAIT_SECONDS = 300;

const HOUR = 3_600_000;
const POLL = HOUR / 4;

/** A bake that has not been published by then is taken for one that a person must look at. */
const LONGEST_DAYS = 10;

/** What came of one Patch Tuesday. */
export interface SimulatedBake {
  readonly patchTuesday: string;
  /** What went wrong, in order. */
  readonly faults: readonly string[];
  readonly builds: number;
  /** Hours from 10:00 Pacific to the publication; null where none came by itself. */
  readonly hours: number | null;
  /** What is wrong with what was published. */
  readonly wrong: readonly string[];
  /** The gate's last sentence, where none came. */
  readonly reason: string;
}

/** What bakes are simulated with. */
export interface SimulationOptions {
  readonly assembly: readonly AssemblyStack[];
  readonly means: ScenarioMeans;
  /** How many Patch Tuesdays one pipeline lives through, at most. */
  readonly months: number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** A time in which something does not answer. */
interface Outage {
  readonly of: 'registry' | 'Windows Update' | { readonly repository: string };
  readonly from: number;
  readonly until: number;
}

/**
 * Lets one pipeline live through Patch Tuesdays, polled every quarter of an hour until it has published, with what goes wrong drawn by
 * `RATES`. Functions, state machine and account are those of a rehearsal; instances do what is recorded of the scripts.
 */
export async function simulateBakes({
  assembly,
  means,
  months,
  random,
}: SimulationOptions): Promise<readonly SimulatedBake[]> {
  const outages: Outage[] = [];
  let faults: string[] = [];
  let builds = 0;
  const world: ScenarioWorld = new ScenarioWorld({
    ...means,
    assembly,
    between: (client) => withOutages(client, outages, () => world.context.clock.now().getTime()),
  });
  const begin = () => {
    builds += 1;
    world.bakesFail = failureAt(world.context.clock.now().getTime(), outages, random, faults);
    return Promise.resolve();
  };
  try {
    await world.deploy();
    await poll(world);
    world.whileStarting = begin;
    const bakes: SimulatedBake[] = [];
    for (let month = 0; month < months; month += 1) {
      const { clock } = world.context;
      const tuesday = nextPatchTuesday(clock.now());
      if (tuesday.getTime() + LONGEST_DAYS * 24 * HOUR > means.history.range().last.getTime()) {
        break;
      }
      faults = [];
      builds = 0;
      outages.splice(0, outages.length, ...drawOutages(tuesday.getTime(), random, faults));
      await clock.waitUntil(tuesday);
      const known = publishedIn(world.context).length;
      let reason = '';
      while (
        publishedIn(world.context).length === known &&
        clock.now().getTime() < tuesday.getTime() + LONGEST_DAYS * 24 * HOUR
      ) {
        reason = await poll(world);
        await clock.waitUntil(new Date(clock.now().getTime() + POLL));
      }
      const [publication] = publishedIn(world.context).slice(known);
      const wrong = publication === undefined ? [] : await whatIsWrong(world, means, publication);
      const hours =
        publication === undefined ? null : (Date.parse(publication.at) - tuesday.getTime()) / HOUR;
      bakes.push({ patchTuesday: tuesday.toISOString().slice(0, 10), faults, builds, hours, wrong, reason });
    }
    return bakes;
  } finally {
    world.end();
  }
}

/** Starts the state machine once; gives why it ended as it did. */
async function poll(world: ScenarioWorld): Promise<string> {
  try {
    return (await runRebake({ context: world.context, fleets: [] }, 'poll')).result.reason;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const REPOSITORIES = [
  'windows/servercore',
  'windows/nanoserver',
  'windows/servercore/iis',
  'dotnet/framework/aspnet',
];

function drawOutages(tuesday: number, random: () => number, faults: string[]): readonly Outage[] {
  const window = (latestHours: number, leastHours: number, mostHours: number) => {
    const from = tuesday + random() * latestHours * HOUR;
    return { from, until: from + (leastHours + random() * (mostHours - leastHours)) * HOUR };
  };
  const outages: Outage[] = [];
  if (random() < RATES.hangingRepository) {
    const repository = REPOSITORIES[Math.floor(random() * REPOSITORIES.length)] ?? '';
    outages.push({ of: { repository }, ...window(6, 0.5, 6) });
    faults.push(`${repository} hangs`);
  }
  if (random() < RATES.outage) {
    const of = random() < 0.5 ? 'registry' : 'Windows Update';
    outages.push({ of, ...window(12, 2, 12) });
    faults.push(`an outage of ${of === 'registry' ? 'the registry' : of}`);
  }
  return outages;
}

/** How a build that starts now fails, if it does. */
function failureAt(
  now: number,
  outages: readonly Outage[],
  random: () => number,
  faults: string[],
): BakeFailure | undefined {
  const isOut = (at: number, of: (outage: Outage) => boolean) =>
    outages.some((one) => of(one) && at >= one.from && at < one.until);
  const fail = (fault: string, failure: BakeFailure): BakeFailure => {
    faults.push(fault);
    return failure;
  };
  for (const step of ['search', 'download', 'installation']) {
    const isLost = Array.from({ length: UPDATE_ATTEMPTS }, random).every(
      (one) => one < RATES.passingUpdateFault,
    );
    if (isLost || isOut(now, ({ of }) => of === 'Windows Update')) {
      return fail(`Windows Update: ${step}`, { code: 'UPDATE_FAILED', message: `The ${step} failed.` });
    }
  }
  if (random() < RATES.unplannedRestart) {
    return fail('an unplanned restart', 'silent');
  }
  const lateSeconds = random() < RATES.lateDocker ? -60 * Math.log(1 - random()) : 0;
  if (lateSeconds > DOCKER_WAIT_SECONDS) {
    return fail('Docker answers too late', { code: 'DOCKER_UNUSABLE', message: 'Docker does not answer.' });
  }
  // Pulls begin about an hour after the build.
  return isOut(now + HOUR, ({ of }) => of === 'registry' || typeof of === 'object')
    ? fail('a pull', { code: 'PULL_FAILED', message: 'Pulling failed.' })
    : undefined;
}

function withOutages(client: RegistryClient, outages: readonly Outage[], now: () => number): RegistryClient {
  const asking = <T>(repository: string, ask: () => Promise<T>): Promise<T> => {
    const isOut = outages.some(
      ({ from, of, until }) =>
        (of === 'registry' || (typeof of === 'object' && of.repository === repository)) &&
        now() >= from &&
        now() < until,
    );
    return isOut
      ? Promise.reject(
          new RegistryError(
            'REGISTRY_UNREACHABLE',
            `The registry gave no answer within 18 s (${repository}).`,
          ),
        )
      : ask();
  };
  return {
    get traffic() {
      return client.traffic;
    },
    close: () => client.close(),
    blob: (repository, digest) => asking(repository, () => client.blob(repository, digest)),
    head: (repository, reference) => asking(repository, () => client.head(repository, reference)),
    manifest: (repository, reference) => asking(repository, () => client.manifest(repository, reference)),
    tags: (repository) => asking(repository, () => client.tags(repository)),
  };
}

/** Reads each image of a publication again: its version is the one that is claimed, and its host can run it. */
async function whatIsWrong(
  { account, context }: ScenarioWorld,
  { registry }: ScenarioMeans,
  { manifest: key }: Publication,
): Promise<readonly string[]> {
  const text = account.readDocument(bucketOf(context), key ?? '') ?? '';
  const { host, images } = parseDocument(imageManifestSchema, text, key ?? '');
  const { build = 0, revision = 0 } = readOsVersion(host.osVersion) ?? {};
  const client = registryOpener(registry, undefined)({ url: registry.url });
  try {
    const wrong = await Promise.all(
      images.map(async ({ digest, family, osVersion, repository }) => {
        const found = (await readImages(client, repository, digest, build))?.images ?? [];
        const isClaimed = found.some((one) => one.osVersion.revision === readOsVersion(osVersion)?.revision);
        const isNewer = (readOsVersion(osVersion)?.revision ?? Infinity) > revision;
        return isClaimed && !isNewer ? [] : [`${family} ${osVersion} on ${host.osVersion}`];
      }),
    );
    const own = familyImages(images).length;
    return [...wrong.flat(), ...(own === REPOSITORIES.length ? [] : [`${own} images`])];
  } finally {
    await client.close();
  }
}
