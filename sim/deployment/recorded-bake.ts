import { CURRENT_ORDER_KEY } from '../../lib/contract/names/bucket-keys';
import type { Catalog, ImageSet } from '../../lib/contract/documents/catalog';
import { requiredChecks, type Failure } from '../../lib/contract/documents/evidence';
import { orderedAt, type Order } from '../../lib/contract/documents/order';
import { readOsVersion } from '../../lib/contract/values/os-version';
import { digitsOf } from '../aws/cloudformation/physical-names';
import { chooseImageSet } from '../../lib/core/images/choose-image-set';
import type { Recipe } from '../aws/image-builder/read-recipe';
import type { BakeFailure, BakeOutcome, InstanceAccess } from '../aws/image-builder/run-bake';
import { instanceAccess } from '../rehearsal/instance-access';
import type { Acts } from '../rehearsal/service-needs';
import { ofImageBuilder, requireRight } from '../rehearsal/service-rights';
import { DeniedError } from '../rehearsal/simulated-account';
import type { DeployedAccount } from './deployed-account';
import type { SharedClock } from './shared-clock';

/** When after the start of a bake, in minutes, its instances do what needs the account. */
const UPDATE = 5;
const OWN = 12;
const CACHE_IMAGES = 20;
const PREPARE_SYSPREP = 30;
const VERIFY = 36;
const VERIFIED = 42;

/** What becomes of a bake. */
export interface BakePlan {
  /** What the build instance is at after its update; absent: what the order wants. */
  readonly host?: string;
  /** Why it fails, as a document says it, or without a word. */
  readonly failure?: Pick<Failure, 'code' | 'message'> | 'silent';
  /** The instance documents images that are newer than its host. */
  readonly isWrong?: boolean;
}

/**
 * The instances of a bake, as AWS sees them: each component is asked for when its turn comes, with the scripts of the recipe, and
 * what it writes is what it would write. What is not there by then fails the bake.
 */
export function recordedBakes(
  account: DeployedAccount,
  clock: SharedClock,
  plan: (imageArn: string) => BakePlan = () => ({}),
) {
  return (recipe: Recipe, imageArn: string): Promise<BakeOutcome> => {
    const idOf = (name: string) => `i-${digitsOf(`${imageArn} ${name}`, 17)}`;
    const instances = { buildInstanceId: idOf('build'), testInstanceId: idOf('test') };
    const outcome: { failure: BakeFailure | undefined } & typeof instances = {
      failure: undefined,
      ...instances,
    };
    const denial = executionDenial(account, recipe);
    if (denial !== undefined) {
      const failure = { stage: 'Build', launched: false, reason: denial } as const;
      return Promise.resolve({ failure, buildInstanceId: undefined, testInstanceId: undefined });
    }
    void clock.run(async () => {
      try {
        await runComponents({ account, clock, plan: plan(imageArn) }, recipe, instances);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        outcome.failure = { stage: 'Build', launched: true, reason, log: reason };
      }
    });
    return Promise.resolve(outcome);
  };
}

/**
 * What Image Builder may not do by the execution role of a recipe's pipeline when a bake begins, in the words of the service; no
 * page says that it asks again.
 */
function executionDenial(account: DeployedAccount, recipe: Recipe): string | undefined {
  const stacks = account.stacks.filter((stack) =>
    stack.logicalIds('AWS::ImageBuilder::ImageRecipe').some((id) => stack.reference(id) === recipe.arn),
  );
  const acts: Acts = (role, service) => account.sessionOf(role, 'ImageBuilder', service);
  try {
    for (const stack of stacks) {
      for (const { caller, ...need } of ofImageBuilder(account, stack, acts)) {
        requireRight(account, caller, need, stack.environment.region);
      }
    }
  } catch (error) {
    if (error instanceof DeniedError) {
      return error.details;
    }
    throw error;
  }
  return undefined;
}

interface BakeMeans {
  readonly account: DeployedAccount;
  readonly clock: SharedClock;
  readonly plan: BakePlan;
}

async function runComponents(
  { account, clock, plan }: BakeMeans,
  recipe: Recipe,
  { buildInstanceId, testInstanceId }: { readonly buildInstanceId: string; readonly testInstanceId: string },
): Promise<void> {
  const begun = clock.now();
  const parameters = new Map(
    recipe.components.flatMap((one) => ('document' in one ? [...one.parameters] : [])),
  );
  const [bucket, roleId] = [parameters.get('Bucket') ?? '', parameters.get('RoleId') ?? ''];
  const at = (minutes: number) => clock.waitUntil(new Date(begun.getTime() + minutes * 60_000));
  const step = async (minutes: number, name: string, instanceId: string): Promise<InstanceAccess> => {
    await at(minutes);
    requireDocuments(account, recipe, name);
    // The role's policies of that moment count.
    const access = accessOf(account, recipe, instanceId);
    await download(access, parameters.get('ScriptsUri') ?? '');
    return access;
  };
  await step(UPDATE, 'update', buildInstanceId);
  await at(OWN);
  requireDocuments(account, recipe);
  const cache = await step(CACHE_IMAGES, 'cache-images', buildInstanceId);
  const order = await read<Order>(cache, bucket, CURRENT_ORDER_KEY);
  const catalog = await read<Catalog>(cache, bucket, parameters.get('CatalogKey') ?? '');
  const { failure = 'silent', host: reached, set } = chosen(catalog, order, plan);
  if (set === undefined) {
    if (failure !== 'silent') {
      const at = clock.now().toISOString();
      const document = { schema: 'winbake.failure/1', step: 'Save-Image', at, ...failure } satisfies Failure;
      await write(cache, bucket, `failures/${roleId}:${buildInstanceId}.json`, document);
    }
    throw new Error('Step CacheImages failed with exit code 1.');
  }
  const host = { osVersion: plan.isWrong === true ? before(reached) : reached };
  const startedAt = clock.now().toISOString();
  const prepare = await step(PREPARE_SYSPREP, 'prepare-sysprep', buildInstanceId);
  await write(prepare, bucket, `manifests/${roleId}:${buildInstanceId}.json`, {
    schema: 'winbake.image-manifest/1',
    order: order.id,
    set: set.id,
    os: parameters.get('WindowsOs'),
    host,
    images: set.images.map(({ aliases, digest, family, late, osVersion, repository, tag }) => ({
      ...{ family, repository, tag, aliases, digest, imageId: digest, osVersion },
      mode: osVersion === host.osVersion ? 'exact' : late ? 'previousRevision' : 'nearestLower',
      ...{ bytesOnDisk: 1, pullSeconds: 1 },
    })),
    scripts: { sha256: parameters.get('ScriptsSha256') },
    catalog: { sha256: order.scriptsSha256 },
    ...{ pulledBytes: 1, freeBytesLowest: 1 },
    ...{ startedAt, finishedAt: clock.now().toISOString() },
  });
  await step(VERIFY, 'verify', testInstanceId);
  // Each component may have tests, too.
  requireDocuments(account, recipe);
  await at(VERIFIED);
  const families = set.images.map(({ family }) => family);
  const verified = accessOf(account, recipe, testInstanceId);
  await write(verified, bucket, `verifications/${roleId}:${testInstanceId}.json`, {
    schema: 'winbake.verification/1',
    order: order.id,
    host,
    images: set.images.map(({ digest, family }) => ({
      ...{ family, present: true, digest, firstStartSeconds: 6, secondStartSeconds: 2 },
    })),
    checks: requiredChecks(families).map((name) => ({ name, ok: true, detail: '' })),
  });
}

/** The set that the instance takes by the rule of its scripts, or why it takes none. */
function chosen(
  { sets }: Catalog,
  order: Order,
  plan: BakePlan,
): {
  readonly host: string;
  readonly set?: ImageSet;
  readonly failure?: Omit<Failure, 'schema' | 'at' | 'step'> | 'silent';
} {
  const wanted = sets.find(({ id }) => id === order.set)?.target ?? '';
  const { host = wanted } = plan;
  if (plan.failure !== undefined) {
    return { host, failure: plan.failure };
  }
  const at = readOsVersion(host) ?? { build: 0, revision: 0 };
  const choice = chooseImageSet(sets, at, { ...order, at: orderedAt(order) });
  if ('set' in choice) {
    return { host, set: choice.set };
  }
  const message = 'No image set of the catalog fits the host.';
  return {
    host,
    failure: { code: choice.error, message, osVersion: host, targetRevision: order.targetRevision },
  };
}

function before(osVersion: string): string {
  const { build = 0, revision = 0 } = readOsVersion(osVersion) ?? {};
  return `10.0.${build}.${revision - 1}`;
}

/** In the account and region of the recipe. */
function accessOf(account: DeployedAccount, recipe: Recipe, instanceId: string): InstanceAccess {
  const { clock, world } = account;
  const [, , , region = '', owner = ''] = recipe.arn.split(':');
  const sessionOf = (role: string, session: string, service: string) =>
    account.sessionOf(role, session, service);
  return instanceAccess(
    { clock, world, sessionOf, environment: { account: owner, region } },
    recipe,
    instanceId,
  );
}

/** Image Builder reads the document of a component, or those of all, when their steps run. */
function requireDocuments(account: DeployedAccount, { components }: Recipe, name?: string): void {
  const arns = components.flatMap((one) =>
    'document' in one && (name === undefined || one.document.name === name) ? [one.arn] : [],
  );
  const isThere = (arn: string) =>
    account.living('AWS::ImageBuilder::Component').some(({ reference }) => reference === arn) &&
    !account.imageBuilder.documents.isDeleted(arn);
  for (const arn of arns) {
    if (!isThere(arn)) {
      throw new Error(`The component ${arn} cannot be found.`);
    }
  }
}

async function download({ silence, storage }: InstanceAccess, uri: string): Promise<void> {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (silence !== undefined || (await storage.get(bucket, key)) === undefined) {
    throw new Error(silence ?? `${uri} cannot be found.`);
  }
}

async function read<T>({ storage }: InstanceAccess, bucket: string, key: string): Promise<T> {
  const body = await storage.get(bucket, key);
  if (body === undefined) {
    throw new Error(`${key} cannot be found.`);
  }
  return JSON.parse(Buffer.from(body).toString()) as T;
}

async function write({ storage }: InstanceAccess, bucket: string, key: string, value: object): Promise<void> {
  await storage.put(bucket, key, Buffer.from(JSON.stringify(value)));
}
