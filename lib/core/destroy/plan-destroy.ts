import type { AmiUse, BakedAmi, UnreadTarget } from '../care/baked-ami';
import { amisNamedBy } from '../care/amis-named-by';
import type { LeftImage, LeftKey, LeftParameter } from '../ports/remains';

/** The kinds of things that a deleted stack leaves. */
export type RemainKind = 'AMI' | 'image' | 'parameter' | 'log group' | 'bucket' | 'key';

/** One thing that is left, and what becomes of it. */
export interface Remain {
  readonly kind: RemainKind;
  readonly region: string;
  /** Its id, name or ARN. */
  readonly id: string;
  readonly action: 'remove' | 'keep';
  /** At least one sentence for people. */
  readonly reasons: readonly string[];
}

/** What is known of a pipeline whose stack is gone. */
export interface DestroyInput {
  readonly pipeline: string;
  readonly parameterPrefix: string;
  /** The pipeline's own region. */
  readonly region: string;
  readonly amis: readonly BakedAmi[];
  readonly uses: readonly AmiUse[];
  readonly unread: readonly UnreadTarget[];
  readonly parameters: readonly LeftParameter[];
  readonly buckets: readonly string[];
  readonly logGroups: readonly string[];
  readonly images: readonly LeftImage[];
  readonly keys: readonly LeftKey[];
  /** A person's word that no other account uses AMIs or keys any more. */
  readonly nothingElsewhere: boolean;
}

/**
 * Says of everything that is left whether it goes. Nothing that anything uses does, nor what was shared with an account that
 * could not be looked at, unless a person has. What explains or opens an AMI that stays, stays with it.
 */
export function planDestroy(input: DestroyInput): readonly Remain[] {
  const amis = input.amis.map((ami) => amiRemain(input, ami));
  const kept = new Set(amis.filter(({ action }) => action === 'keep').map(({ id }) => id));
  const whileAmis = kept.size === 0 ? [] : [`${[...kept].join(', ')} ${kept.size === 1 ? 'stays' : 'stay'}`];
  const here = (kind: RemainKind, id: string, why: readonly string[], gone: string) =>
    remain(kind, input.region, id, why, gone);
  return [
    ...amis,
    ...input.images.map(({ amiIds, arn }) => {
      const why = amiIds.filter((id) => kept.has(id)).map((id) => `${id} stays`);
      return here('image', arn, why, 'its AMIs are gone or go');
    }),
    ...input.parameters.map((one) =>
      remain('parameter', one.region, one.name, followersOf(input, one.region), 'no fleet follows it'),
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

function amiRemain(input: DestroyInput, ami: BakedAmi): Remain {
  const why = usesOf(input, ami.region)
    .filter(({ amiId }) => amiId === ami.amiId)
    .map(({ by }) => `used by ${by}`);
  for (const { account, region, why: reason } of input.nothingElsewhere ? [] : input.unread) {
    if (region === ami.region && ami.sharedWith.includes(account)) {
      why.push(`shared with ${account}, whose uses could not be read: ${reason}`);
    }
  }
  return remain(
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
  const fleet = `parameter ${parameterPrefix}/fleets/`;
  const followers = usesOf(input, region)
    .filter(({ amiId, by }) => ours.has(amiId) && by.startsWith(fleet))
    .map(({ by }) => `followed by the fleet ${by.slice(fleet.length).replace(/\/.*$/, '')}`);
  return [...new Set(followers)];
}

function whoUses(
  { nothingElsewhere }: DestroyInput,
  { encrypts, otherAccounts }: LeftKey,
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

function remain(kind: RemainKind, region: string, id: string, why: readonly string[], gone: string): Remain {
  return why.length > 0
    ? { kind, region, id, action: 'keep', reasons: why }
    : { kind, region, id, action: 'remove', reasons: [gone] };
}
