import {
  type CreateTagsCommandInput,
  type CreateTagsCommandOutput,
  type DeregisterImageCommandInput,
  type DeregisterImageCommandOutput,
  type DescribeFastLaunchImagesCommandInput,
  type DescribeFastLaunchImagesCommandOutput,
  type DescribeImageAttributeCommandInput,
  type DescribeImageAttributeCommandOutput,
  type DescribeImagesCommandInput,
  type DescribeImagesCommandOutput,
  type DescribeSnapshotsCommandInput,
  type DescribeSnapshotsCommandOutput,
  type DisableFastLaunchCommandInput,
  type DisableFastLaunchCommandOutput,
  type DisableImageCommandInput,
  type DisableImageCommandOutput,
  type EnableImageCommandInput,
  type EnableImageCommandOutput,
  type EnableImageDeprecationCommandInput,
  type EnableImageDeprecationCommandOutput,
  type ModifyImageAttributeCommandInput,
  type ModifyImageAttributeCommandOutput,
} from '@aws-sdk/client-ec2';
import { unmodelled } from '../../aws/cloudformation/environment';
import type { Place } from '../commands/command-row';
import { page } from '../provenance';
import { ByPlace, operation, type Call, type Operation } from '../simulated-service';
import { fits, listed, notFound, paged, refusal, type Tags } from './ec2-requests';

/** AWS as an owner, and an account of its own that publishes Windows. */
const AMAZON = 'amazon';
const AMAZON_ACCOUNT = '801119661308';

/** An AMI of a region. */
export interface SimulatedImage {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  /** The accounts that may start it beside its own. */
  sharedWith: readonly string[];
  isPublic: boolean;
  readonly snapshotIds: readonly string[];
  tags: Tags;
  deprecatedAt?: Date;
  /** Nobody starts it then, it is shared with nobody, and parameters cannot name it. */
  isDisabled?: boolean;
  /** Whether EC2 keeps snapshots ready behind its first boot. */
  hasFastLaunch?: boolean;
  /** It is gone then; the record stays. */
  deregisteredAt?: Date;
}

/** An AMI as an account starts it. */
export interface LaunchedImage {
  /** Its account, or the name of AWS. */
  readonly owner: string;
  /** What EC2 says where nobody may start it. */
  readonly refused?: string;
}

/** A snapshot of a region. */
export interface SimulatedSnapshot {
  readonly id: string;
  readonly isEncrypted: boolean;
  readonly keyArn?: string;
  tags: Tags;
  deletedAt?: Date;
}

interface Region {
  readonly images: Map<string, SimulatedImage>;
  readonly snapshots: Map<string, SimulatedSnapshot>;
}

const API = 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/';
const MOST_TAGS = 50;

/** The AMIs and snapshots of all accounts: the part of EC2 that a pipeline works with. */
export class SimulatedImages {
  private readonly regions = new ByPlace<Region>(() => ({ images: new Map(), snapshots: new Map() }));
  /** When an instance was started from an AMI last, from whoever simulates instances. */
  lastLaunch: (id: string) => Date | undefined = () => undefined;
  /** Where each AMI is, since one may be seen from other accounts. */
  private readonly owners = new Map<string, Place>();

  readonly operations: Readonly<Record<string, Operation>> = {
    DescribeImages: operation<DescribeImagesCommandInput, DescribeImagesCommandOutput>(
      page(`${API}API_DescribeImages.html`),
      (call) => this.describeImages(call),
    ),
    DescribeImageAttribute: operation<
      DescribeImageAttributeCommandInput,
      DescribeImageAttributeCommandOutput
    >(page(`${API}API_DescribeImageAttribute.html`), ({ input, place }) => {
      if (input.Attribute !== 'launchPermission') {
        throw unmodelled(`the attribute ${String(input.Attribute)} of an AMI`);
      }
      const image = this.own(input.ImageId, place);
      const users = image.sharedWith.map((UserId) => ({ UserId }));
      const groups = image.isPublic ? [{ Group: 'all' as const }] : [];
      return { ImageId: image.id, LaunchPermissions: [...users, ...groups] };
    }),
    EnableImageDeprecation: operation<
      EnableImageDeprecationCommandInput,
      EnableImageDeprecationCommandOutput
    >(page(`${API}API_EnableImageDeprecation.html`), ({ input, now, place }) => {
      const at = input.DeprecateAt ?? now;
      const image = this.own(input.ImageId, place);
      if (at <= now) {
        throw refusal('InvalidParameterValue', 'The date of deprecation must be in the future.');
      }
      // To the minute.
      image.deprecatedAt = new Date(Math.round(at.getTime() / 60_000) * 60_000);
      return { Return: true };
    }),
    DisableImage: operation<DisableImageCommandInput, DisableImageCommandOutput>(
      page(`${API}API_DisableImage.html`),
      ({ input, place }) => {
        const image = this.own(input.ImageId, place);
        if (image.isDisabled === true) {
          throw unmodelled(`the end of launches of ${image.id}, which has ended`);
        }
        image.isDisabled = true;
        image.isPublic = false;
        image.sharedWith = [];
        return { Return: true };
      },
    ),
    EnableImage: operation<EnableImageCommandInput, EnableImageCommandOutput>(
      page(`${API}API_EnableImage.html`),
      ({ input, place }) => {
        const image = this.own(input.ImageId, place);
        if (image.isDisabled !== true) {
          throw unmodelled(`launches of ${image.id}, which nothing has ended`);
        }
        image.isDisabled = false;
        return { Return: true };
      },
    ),
    ModifyImageAttribute: operation<ModifyImageAttributeCommandInput, ModifyImageAttributeCommandOutput>(
      page(`${API}API_ModifyImageAttribute.html`),
      ({ input, place }) => {
        const image = this.own(input.ImageId, place);
        const { Add = [], Remove = [] } = input.LaunchPermission ?? {};
        if (Remove.length > 0 || Add.some(({ UserId }) => UserId === undefined)) {
          throw unmodelled('launch permissions but those of an account that is added');
        }
        if (image.isDisabled === true) {
          throw refusal('InvalidAMIID.Unavailable', unavailable(image.id));
        }
        const added = Add.flatMap(({ UserId }) => UserId ?? []);
        image.sharedWith = [...new Set([...image.sharedWith, ...added])];
        return {};
      },
    ),
    DescribeFastLaunchImages: operation<
      DescribeFastLaunchImagesCommandInput,
      DescribeFastLaunchImagesCommandOutput
    >(page(`${API}API_DescribeFastLaunchImages.html`), ({ input, place }) => ({
      FastLaunchImages: this.all(place)
        .filter(({ deregisteredAt, hasFastLaunch }) => deregisteredAt === undefined && hasFastLaunch === true)
        .filter(({ id }) => input.ImageIds?.includes(id) ?? true)
        .map(({ id }) => ({
          ImageId: id,
          ResourceType: 'snapshot',
          State: 'enabled',
          OwnerId: place.account,
        })),
    })),
    DisableFastLaunch: operation<DisableFastLaunchCommandInput, DisableFastLaunchCommandOutput>(
      page(`${API}API_DisableFastLaunch.html`),
      ({ input, place }) => {
        const image = this.own(input.ImageId, place);
        if (image.hasFastLaunch !== true) {
          throw unmodelled(`the end of Fast Launch of ${image.id}, which has none`);
        }
        image.hasFastLaunch = false;
        return { ImageId: image.id, ResourceType: 'snapshot', State: 'disabling' };
      },
    ),
    DeregisterImage: operation<DeregisterImageCommandInput, DeregisterImageCommandOutput>(
      page(`${API}API_DeregisterImage.html`),
      (call) => this.deregister(call),
    ),
    CreateTags: operation<CreateTagsCommandInput, CreateTagsCommandOutput>(
      page(`${API}API_CreateTags.html`),
      ({ input, place }) => this.createTags(input, place),
    ),
    DescribeSnapshots: operation<DescribeSnapshotsCommandInput, DescribeSnapshotsCommandOutput>(
      page(`${API}API_DescribeSnapshots.html`),
      (call) => this.describeSnapshots(call),
    ),
  };

  /** Makes an AMI with its snapshots, as Image Builder or AWS would. */
  create(place: Place, image: SimulatedImage, snapshots: readonly SimulatedSnapshot[] = []): void {
    const region = this.regions.at(place);
    region.images.set(image.id, image);
    this.owners.set(`${place.region} ${image.id}`, place);
    snapshots.forEach((one) => region.snapshots.set(one.id, one));
  }

  /** Whether an account sees an AMI: its own, one that is shared with it, or a public one. */
  isVisible(id: string, { account, region }: Place): boolean {
    return this.visible(id, { account, region }) !== undefined;
  }

  /** Whether an AMI is described to an account that does not ask for disabled ones, as Parameter Store asks. */
  isAvailable(id: string, place: Place): boolean {
    const image = this.visible(id, place);
    return image !== undefined && image.isDisabled !== true;
  }

  /** What EC2 sees as an account starts an AMI; undefined where it sees none. */
  launchedFrom(id: string, place: Place): LaunchedImage | undefined {
    const image = this.visible(id, place);
    const owner = this.owners.get(`${place.region} ${id}`)?.account;
    return image === undefined || owner === undefined
      ? undefined
      : { owner, ...(image.isDisabled === true ? { refused: unavailable(id) } : {}) };
  }

  /** All that an account ever had, the deregistered ones too. */
  all(place: Place): readonly SimulatedImage[] {
    return [...this.regions.at(place).images.values()];
  }

  /** The tags of an AMI or snapshot, for conditions in policies. */
  tagsOf(arn: string, place: Place): Tags | undefined {
    const id = arn.split('/').at(-1) ?? '';
    const { images, snapshots } = this.regions.at(place);
    return images.get(id)?.tags ?? snapshots.get(id)?.tags;
  }

  private describeImages({ input, now, place }: Call<DescribeImagesCommandInput>) {
    const { ImageIds, IncludeDeprecated = false, IncludeDisabled = false, Owners = [] } = input;
    const missing = ImageIds?.find((id) => this.visible(id, place) === undefined);
    if (missing !== undefined) {
      throw notFound(missing);
    }
    const found = [...this.owners]
      .filter(([key]) => key.startsWith(`${place.region} `))
      .map(([key, owner]) => ({ image: this.visible(key.split(' ')[1] ?? '', place), owner: owner.account }))
      .flatMap(({ image, owner }) => (image === undefined ? [] : { image, owner }))
      .filter(({ image }) => ImageIds?.includes(image.id) ?? true)
      .filter(({ owner }) => isOwner(owner, Owners, place))
      .filter(({ image }) => IncludeDisabled || image.isDisabled !== true)
      // Owners see their own, whatever became of them.
      .filter(
        ({ image, owner }) =>
          IncludeDeprecated || owner === place.account || (image.deprecatedAt ?? Infinity) > now,
      )
      .filter(({ image }) => fits(input.Filters, image.tags, { 'image-id': image.id, name: image.name }));
    const { NextToken, shown } = paged(found, input);
    return {
      Images: shown.map(({ image, owner }) => ({
        ImageId: image.id,
        Name: image.name,
        ...(owner === AMAZON ? { OwnerId: AMAZON_ACCOUNT, ImageOwnerAlias: AMAZON } : { OwnerId: owner }),
        State: image.isDisabled === true ? ('disabled' as const) : ('available' as const),
        CreationDate: image.createdAt.toISOString(),
        Public: image.isPublic,
        Tags: listed(image.tags),
        BlockDeviceMappings: image.snapshotIds.map((SnapshotId, index) => ({
          DeviceName: index === 0 ? '/dev/sda1' : `xvd${String.fromCharCode(97 + index)}`,
          Ebs: { SnapshotId },
        })),
        ...(image.deprecatedAt === undefined ? {} : { DeprecationTime: image.deprecatedAt.toISOString() }),
        ...lastLaunched(owner === place.account ? this.lastLaunch(image.id) : undefined),
      })),
      ...NextToken,
    };
  }

  private deregister({ input, may, now, place }: Call<DeregisterImageCommandInput>) {
    const image = this.own(input.ImageId, place);
    image.deregisteredAt = now;
    if (input.DeleteAssociatedSnapshots !== true) {
      return { Return: true };
    }
    const { images, snapshots } = this.regions.at(place);
    const used = [...images.values()].filter((one) => one.deregisteredAt === undefined);
    const DeleteSnapshotResults = image.snapshotIds.map((SnapshotId) => {
      const snapshot = snapshots.get(SnapshotId);
      const resource = `arn:aws:ec2:${place.region}::snapshot/${SnapshotId}`;
      const ReturnCode = used.some(({ snapshotIds }) => snapshotIds.includes(SnapshotId))
        ? ('skipped' as const)
        : may({ action: 'ec2:DeleteSnapshot', resource })
          ? ('success' as const)
          : ('missing-permissions' as const);
      if (snapshot !== undefined && ReturnCode === 'success') {
        snapshot.deletedAt = now;
      }
      return { SnapshotId, ReturnCode };
    });
    return { Return: true, DeleteSnapshotResults };
  }

  private createTags({ Resources = [], Tags = [] }: CreateTagsCommandInput, place: Place): object {
    const { images, snapshots } = this.regions.at(place);
    const found = Resources.map((id) => {
      const snapshot = snapshots.get(id);
      return snapshot !== undefined && snapshot.deletedAt === undefined
        ? snapshot
        : this.existing(images, id);
    });
    const added = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
    if (Object.keys(added).some((key) => key.toLowerCase().startsWith('aws:'))) {
      throw refusal('InvalidParameterValue', 'Tag keys starting with aws: are reserved for internal use');
    }
    if (found.some(({ tags }) => Object.keys({ ...tags, ...added }).length > MOST_TAGS)) {
      throw refusal('TagLimitExceeded', 'More than 50 tags specified');
    }
    found.forEach((one) => {
      one.tags = { ...one.tags, ...added };
    });
    return {};
  }

  private describeSnapshots({ input, place }: Call<DescribeSnapshotsCommandInput>) {
    const found = [...this.regions.at(place).snapshots.values()]
      .filter(({ deletedAt }) => deletedAt === undefined)
      .filter(({ id }) => input.SnapshotIds?.includes(id) ?? true)
      .filter(({ isEncrypted, tags }) => fits(input.Filters, tags, { encrypted: String(isEncrypted) }));
    const { NextToken, shown } = paged(found, input);
    const Snapshots = shown.map(({ id, isEncrypted, keyArn, tags }) => ({
      SnapshotId: id,
      OwnerId: place.account,
      Encrypted: isEncrypted,
      Tags: listed(tags),
      ...(keyArn === undefined ? {} : { KmsKeyId: keyArn }),
    }));
    return { Snapshots, ...NextToken };
  }

  private visible(id: string, place: Place): SimulatedImage | undefined {
    const owner = this.owners.get(`${place.region} ${id}`);
    const image = owner && this.regions.at(owner).images.get(id);
    const isObserved =
      image !== undefined &&
      image.deregisteredAt === undefined &&
      (owner?.account === place.account || image.isPublic || image.sharedWith.includes(place.account));
    return isObserved ? image : undefined;
  }

  /** What only an AMI's owner may do. */
  private own(id = '', place: Place): SimulatedImage {
    if (this.isVisible(id, place) && !this.regions.at(place).images.has(id)) {
      throw refusal('AuthFailure', `Not authorized for image:${id}`, 403);
    }
    return this.existing(this.regions.at(place).images, id);
  }

  private existing(images: ReadonlyMap<string, SimulatedImage>, id: string): SimulatedImage {
    const image = images.get(id);
    if (image === undefined || image.deregisteredAt !== undefined) {
      throw notFound(id);
    }
    return image;
  }
}

/**
 * What EC2 says of an AMI "not in a state from which you can launch an instance or modify attributes", the text as users report it.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 * @see https://github.com/ansible/ansible/issues/24945
 */
function unavailable(id: string): string {
  return `The image ID '${id}' is no longer available`;
}

/** Only the owner is shown it. */
function lastLaunched(at: Date | undefined): { LastLaunchedTime?: string } {
  return at === undefined ? {} : { LastLaunchedTime: at.toISOString() };
}

function isOwner(owner: string, owners: readonly string[], { account }: Place): boolean {
  return owners.length === 0 || owners.some((one) => one === owner || (one === 'self' && owner === account));
}
