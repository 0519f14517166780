import { CURRENT_ORDER_KEY } from '../../../lib/contract/names/bucket-keys';
import type { Catalog } from '../../../lib/contract/documents/catalog';
import { requiredChecks } from '../../../lib/contract/documents/evidence';
import type { Order } from '../../../lib/contract/documents/order';
import { digitsOf } from '../../../sim/aws/cloudformation/physical-names';
import type { Recipe } from '../../../sim/aws/image-builder/read-recipe';
import type { BakeFailure, BakeOutcome, InstanceAccess } from '../../../sim/aws/image-builder/run-bake';
import { instanceAccess } from '../../../sim/rehearsal/instance-access';
import type { DeployedAccount } from './deployed-account';
import type { SharedClock } from './shared-clock';

/** When after the start of a bake, in minutes, its instances do what needs the account. */
const UPDATE = 5;
const CACHE_IMAGES = 20;
const PREPARE_SYSPREP = 30;
const VERIFY = 36;
const VERIFIED = 42;

/**
 * The instances of a bake that goes well, as AWS sees them: each component is asked for when its turn comes, with the scripts
 * of the recipe, and what it writes is what it would write. What is not there by then fails the bake.
 */
export function recordedBakes(account: DeployedAccount, clock: SharedClock) {
  return (recipe: Recipe, imageArn: string): Promise<BakeOutcome> => {
    const [build, test] = ['build', 'test'].map((name) => `i-${digitsOf(`${imageArn} ${name}`, 17)}`);
    const instances = { buildInstanceId: build!, testInstanceId: test! };
    const outcome: { failure: BakeFailure | undefined } & typeof instances = {
      failure: undefined,
      ...instances,
    };
    void clock.run(async () => {
      try {
        await runComponents(account, clock, recipe, instances);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        outcome.failure = { stage: 'Build', launched: true, reason, log: reason };
      }
    });
    return Promise.resolve(outcome);
  };
}

async function runComponents(
  account: DeployedAccount,
  clock: SharedClock,
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
    requireDocument(account, recipe, name);
    // The role's policies of that moment count.
    const access = accessOf(account, recipe, instanceId);
    await download(access, parameters.get('ScriptsUri') ?? '');
    return access;
  };
  await step(UPDATE, 'update', buildInstanceId);
  const cache = await step(CACHE_IMAGES, 'cache-images', buildInstanceId);
  const order = await read<Order>(cache, bucket, CURRENT_ORDER_KEY);
  const catalog = await read<Catalog>(cache, bucket, parameters.get('CatalogKey') ?? '');
  const set = catalog.sets.find(({ id }) => id === order.set)!;
  const host = { osVersion: set.target };
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
      mode: osVersion === set.target ? 'exact' : late ? 'previousRevision' : 'nearestLower',
      ...{ bytesOnDisk: 1, pullSeconds: 1 },
    })),
    scripts: { sha256: parameters.get('ScriptsSha256') },
    catalog: { sha256: order.scriptsSha256 },
    ...{ pulledBytes: 1, freeBytesLowest: 1 },
    ...{ startedAt, finishedAt: clock.now().toISOString() },
  });
  await step(VERIFY, 'verify', testInstanceId);
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

/** Image Builder reads a document when its step runs. */
function requireDocument(account: DeployedAccount, { components }: Recipe, name: string): void {
  const arns = components.flatMap((one) =>
    'document' in one && one.document.name === name ? [one.arn] : [],
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
