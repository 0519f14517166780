import { fleetsPath } from '../../contract/names/parameters';
import { WinbakeError } from '../../contract/values/errors';
import { type AmiInventory, amisNamedBy, type AmiUse, type BakedAmi, type UnreadTarget } from '../ports/amis';

/** A parameter below a pipeline's path. */
export interface OrphanedParameter {
  readonly region: string;
  readonly name: string;
  readonly value: string;
}

/** An image build version of Image Builder, which is a record and not the AMI itself. */
export interface OrphanedImage {
  readonly arn: string;
  readonly amiIds: readonly string[];
}

/** A key that the pipeline made for its AMIs. */
export interface OrphanedKey {
  readonly keyId: string;
  /** The volumes and snapshots of this account and region that are encrypted with it. */
  readonly encrypts: readonly string[];
  /** The other accounts that its policy names. */
  readonly otherAccounts: readonly string[];
}

/** What is left of a pipeline whose stack is deleted, in the account of the caller. */
export interface Leftovers extends Pick<AmiInventory, 'amisIn' | 'usesIn' | 'remove'> {
  /** A part that goes with the stack and is there still; undefined where the stack is gone. */
  deployed(): Promise<string | undefined>;
  parametersIn(region: string): Promise<readonly OrphanedParameter[]>;
  /** The buckets of the pipeline, by name. */
  buckets(): Promise<readonly string[]>;
  logGroups(): Promise<readonly string[]>;
  images(): Promise<readonly OrphanedImage[]>;
  /** The components and workflows that deployments replaced, by ARN. */
  bakeDocuments(): Promise<readonly string[]>;
  keys(): Promise<readonly OrphanedKey[]>;
  /** Each takes something away; doing it again changes nothing. */
  deleteParameter(parameter: OrphanedParameter): Promise<void>;
  /** Deletes a bucket with every version of every object. */
  deleteBucket(name: string): Promise<void>;
  deleteLogGroup(name: string): Promise<void>;
  deleteImage(arn: string): Promise<void>;
  deleteBakeDocument(arn: string): Promise<void>;
  /** Has a key deleted after 30 days, until when it can be taken back. */
  scheduleKeyDeletion(keyId: string): Promise<void>;
}

/** The kinds of things that a deleted stack leaves. */
type LeftoverKind = 'AMI' | 'image' | 'component' | 'workflow' | 'parameter' | 'log group' | 'bucket' | 'key';

/** One thing that is left, and what becomes of it. */
export interface Leftover {
  readonly kind: LeftoverKind;
  readonly region: string;
  /** Its id, name or ARN. */
  readonly id: string;
  readonly action: 'remove' | 'keep';
  /** At least one sentence for people. */
  readonly reasons: readonly string[];
}

/** What is known of a pipeline whose stack is gone. */
interface DestroyInput {
  readonly pipeline: string;
  readonly parameterPrefix: string;
  /** The pipeline's own region. */
  readonly region: string;
  readonly amis: readonly BakedAmi[];
  readonly uses: readonly AmiUse[];
  readonly unread: readonly UnreadTarget[];
  readonly parameters: readonly OrphanedParameter[];
  readonly buckets: readonly string[];
  readonly logGroups: readonly string[];
  readonly images: readonly OrphanedImage[];
  readonly bakeDocuments: readonly string[];
  readonly keys: readonly OrphanedKey[];
  /** A person's word that no other account uses AMIs or keys any more. */
  readonly nothingElsewhere: boolean;
}

/**
 * Says of everything that is left whether it goes. Nothing that anything uses does, nor what was shared with an account that
 * could not be looked at, unless a person has. What explains or opens an AMI that stays, stays with it.
 */
function planDestroy(input: DestroyInput): readonly Leftover[] {
  const amis = input.amis.map((ami) => amiLeftover(input, ami));
  const kept = new Set(amis.filter(({ action }) => action === 'keep').map(({ id }) => id));
  const whileAmis = kept.size === 0 ? [] : [`${[...kept].join(', ')} ${kept.size === 1 ? 'stays' : 'stay'}`];
  const here = (kind: LeftoverKind, id: string, why: readonly string[], gone: string) =>
    leftover(kind, input.region, id, why, gone);
  return [
    ...amis,
    ...input.images.map(({ amiIds, arn }) => {
      const why = amiIds.filter((id) => kept.has(id)).map((id) => `${id} stays`);
      return here('image', arn, why, 'its AMIs are gone or go');
    }),
    ...input.bakeDocuments.map((arn) => here(kindOf(arn), arn, [], 'no bake can use it any more')),
    ...input.parameters.map((one) =>
      leftover('parameter', one.region, one.name, followersOf(input, one.region), 'no fleet follows it'),
    ),
    ...input.logGroups.map((name) => here('log group', name, [], 'nothing writes to it any more')),
    ...input.buckets.map((name) =>
      here('bucket', name, whileAmis, 'with every version of every object; nothing can bring it back'),
    ),
    ...input.keys.map((key) =>
      here(
        'key',
        key.keyId,
        [...whileAmis, ...whoUses(input, key)],
        'deleted after 30 days, and can be kept until then',
      ),
    ),
  ];
}

function kindOf(documentArn: string): 'component' | 'workflow' {
  return documentArn.split(':')[5]?.startsWith('workflow/') === true ? 'workflow' : 'component';
}

function amiLeftover(input: DestroyInput, ami: BakedAmi): Leftover {
  const why = usesOf(input, ami.region)
    .filter(({ amiId }) => amiId === ami.amiId)
    .map(({ by }) => `used by ${by}`);
  for (const { account, region, why: reason } of input.nothingElsewhere ? [] : input.unread) {
    if (region === ami.region && ami.sharedWith.includes(account)) {
      why.push(`shared with ${account}, whose uses could not be read: ${reason}`);
    }
  }
  return leftover(
    'AMI',
    ami.region,
    ami.amiId,
    why,
    `${ami.publication ?? 'never published'}; nothing uses it`,
  );
}

/** What uses AMIs in a region; the pipeline's own channels are no use, since they go too. */
function usesOf({ parameterPrefix, pipeline, uses }: DestroyInput, region: string): readonly AmiUse[] {
  const own = `parameter ${parameterPrefix}/${pipeline}/`;
  return uses.filter((use) => use.region === region && !use.by.startsWith(own));
}

/** The fleets of a region whose state names an AMI that the pipeline made or its channels name: they start from these. */
function followersOf(input: DestroyInput, region: string): readonly string[] {
  const { amis, parameterPrefix, parameters } = input;
  const made = amis.filter((ami) => ami.region === region).map(({ amiId }) => amiId);
  const named = parameters
    .filter((one) => one.region === region)
    .flatMap(({ name, value }) => amisNamedBy(parameterPrefix, name, value));
  const ours = new Set([...made, ...named]);
  const fleet = `parameter ${fleetsPath(parameterPrefix)}/`;
  const followers = usesOf(input, region)
    .filter(({ amiId, by }) => ours.has(amiId) && by.startsWith(fleet))
    .map(({ by }) => `followed by the fleet ${by.slice(fleet.length).replace(/\/.*$/, '')}`);
  return [...new Set(followers)];
}

function whoUses(
  { nothingElsewhere }: DestroyInput,
  { encrypts, otherAccounts }: OrphanedKey,
): readonly string[] {
  const most = 5;
  const listed = encrypts.slice(0, most).join(', ') + (encrypts.length > most ? ` and others` : '');
  return [
    ...(encrypts.length === 0 ? [] : [`it encrypts ${listed}`]),
    ...(nothingElsewhere || otherAccounts.length === 0
      ? []
      : [`volumes of ${otherAccounts.join(', ')} may need it, which cannot be seen from here`]),
  ];
}

function leftover(
  kind: LeftoverKind,
  region: string,
  id: string,
  why: readonly string[],
  gone: string,
): Leftover {
  return why.length > 0
    ? { kind, region, id, action: 'keep', reasons: why }
    : { kind, region, id, action: 'remove', reasons: [gone] };
}

/** Which pipeline's leftovers are looked for, and where. */
export interface DestroyedPipeline {
  readonly pipeline: string;
  readonly parameterPrefix: string;
  readonly account: string;
  readonly region: string;
  /** Every region in which something may be left, its own among them. */
  readonly regions: readonly string[];
  /** A person's word that no other account uses AMIs or keys any more. */
  readonly nothingElsewhere: boolean;
}

/**
 * Looks for what a deleted stack has left, and plans what of it goes. Throws a `WinbakeError` while the stack is there, and
 * where the account itself cannot be read: then nothing may go.
 */
export async function readDestroyPlan(
  leftovers: Leftovers,
  destroyed: DestroyedPipeline,
): Promise<readonly Leftover[]> {
  await refuseWhileDeployed(leftovers, destroyed);
  const { account, regions } = destroyed;
  const amis = (await Promise.all(regions.map((region) => leftovers.amisIn(region)))).flat();
  const uses: AmiUse[] = [];
  for (const region of regions) {
    uses.push(...(await leftovers.usesIn({ account, region })));
  }
  const unread: UnreadTarget[] = [];
  for (const target of sharedTargets(amis)) {
    try {
      uses.push(...(await leftovers.usesIn(target)));
    } catch (error) {
      unread.push({ ...target, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return planDestroy({
    ...destroyed,
    amis,
    uses,
    unread,
    parameters: (await Promise.all(regions.map((region) => leftovers.parametersIn(region)))).flat(),
    buckets: await leftovers.buckets(),
    logGroups: await leftovers.logGroups(),
    images: await leftovers.images(),
    bakeDocuments: await leftovers.bakeDocuments(),
    keys: await leftovers.keys(),
  });
}

/**
 * Takes away what the plan lets go, AMIs first and the key last, so that a run that ends early leaves nothing that cannot be
 * found again. Running it again goes on where it ended.
 */
export async function applyDestroy(
  leftovers: Leftovers,
  destroyed: DestroyedPipeline,
  plan: readonly Leftover[],
): Promise<void> {
  await refuseWhileDeployed(leftovers, destroyed);
  for (const { action, id, kind, region } of plan) {
    if (action === 'keep') {
      continue;
    }
    switch (kind) {
      case 'AMI':
        await leftovers.remove(region, id);
        break;
      case 'image':
        await leftovers.deleteImage(id);
        break;
      case 'component':
      case 'workflow':
        await leftovers.deleteBakeDocument(id);
        break;
      case 'parameter':
        await leftovers.deleteParameter({ region, name: id, value: '' });
        break;
      case 'log group':
        await leftovers.deleteLogGroup(id);
        break;
      case 'bucket':
        await leftovers.deleteBucket(id);
        break;
      case 'key':
        await leftovers.scheduleKeyDeletion(id);
        break;
    }
  }
}

async function refuseWhileDeployed(leftovers: Leftovers, { pipeline }: DestroyedPipeline): Promise<void> {
  const part = await leftovers.deployed();
  if (part !== undefined) {
    throw new WinbakeError(
      'STILL_DEPLOYED',
      `The pipeline ${pipeline} is still deployed: there is ${part}. Delete its stack first; \`winbake pipeline prune\` removes single AMIs.`,
    );
  }
}

function sharedTargets(amis: readonly BakedAmi[]) {
  const found = new Map<string, { readonly account: string; readonly region: string }>();
  for (const { region, sharedWith } of amis) {
    for (const account of sharedWith) {
      found.set(`${account} ${region}`, { account, region });
    }
  }
  return [...found.values()];
}
