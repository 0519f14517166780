import type { ImageManifest } from '../../../lib/contract/documents/evidence';
import { activeOverride, type OperatorOverride } from '../../../lib/contract/documents/overrides';
import type { Channel, Publication } from '../../../lib/contract/documents/publication';
import type { Revocations } from '../../../lib/contract/documents/revocations';
import { holdParameter } from '../../../lib/contract/names/parameters';
import { readOsVersion } from '../../../lib/contract/values/os-version';
import { REVOCATIONS_KEY } from '../../../lib/core/publish/revocations';
import type { BakePlan } from '../../deployment/recorded-bake';
import { HOME, PIPELINE, type AccountInstallation } from './account-installation';
import type { Microsoft } from '../../registry/memory-registry';

const MINUTE = 60_000;

/** A function that read something just before it was changed has ended by then. */
const ENDED = 10 * MINUTE;
/** By then a channel has left what people have revoked, housekeeping that is killed or throttled included. */
const LEFT = 4 * 60 * MINUTE;

/** What bakes and publications really are. */
export interface AccountTruth {
  /** By image build. */
  readonly bakes: ReadonlyMap<string, BakePlan>;
  /** What the host of a bake is at. */
  readonly hostOf: (imageArn: string) => string | undefined;
  readonly isBad: (fleet: string, amiId: string) => boolean;
  /** Whether it is, or was until its team mended that. */
  readonly wasBad: (fleet: string, amiId: string) => boolean;
  readonly isBadTemplate: (userData: string) => boolean;
}

/** What a pipeline is judged by. */
export interface PipelineOracleOptions {
  readonly installation: AccountInstallation;
  readonly microsoft: Microsoft;
  readonly truth: AccountTruth;
  readonly report: (rule: string, what: string) => void;
}

/** Says what of the design's rules a pipeline breaks by what it records, and by what its channels show. */
export class PipelineOracle {
  /** By AMI. */
  readonly publications = new Map<string, Channel>();
  readonly recorded = new Set<string>();
  /** Since when `current` shows a publication, and since when one is revoked. */
  readonly movedAt = new Map<string, number>();
  readonly revoked = new Map<string, number>();

  constructor(private readonly options: PipelineOracleOptions) {}

  /** A channel, or what is known of a revision, shows a publication in an account. */
  show(account: string, name: string, text: string, caller: string): void {
    const shown = JSON.parse(text) as Channel;
    this.publications.set(shown.amiId, shown);
    const channel = name.split('/').at(-2) ?? '';
    if (shown.mode !== 'unbaked' && !this.recorded.has(shown.id)) {
      this.options.report('verified', `${name} shows ${shown.id}, of which there is no record`);
    }
    if (!['latest', 'current'].includes(channel)) {
      return;
    }
    const revokedAt = this.revoked.get(shown.id);
    if (revokedAt !== undefined && this.now > revokedAt + ENDED) {
      this.options.report('R9', `${name} shows ${shown.id}, which was revoked`);
    }
    if (account !== HOME.account || channel !== 'current') {
      return;
    }
    const before = this.options.installation.channel('current');
    const hold = this.hold;
    const isHeld = hold !== undefined && this.now > Date.parse(hold.at) + ENDED;
    const isPromotion = before !== undefined && before.at < shown.at && !this.revoked.has(before.id);
    if (isHeld && isPromotion && !caller.includes('-operate')) {
      this.options.report('hold', `${shown.id} is promoted though ${hold.by} holds the pipeline`);
    }
    this.movedAt.set(shown.id, this.now);
  }

  /** A document is written. */
  put(key: string, body: unknown, caller: string): void {
    const text = typeof body === 'string' ? body : Buffer.from(body as Uint8Array).toString();
    if (key === REVOCATIONS_KEY) {
      const { publications } = JSON.parse(text) as Revocations;
      for (const { id, restored } of publications) {
        if (restored === null && !this.revoked.has(id)) {
          this.revoked.set(id, this.now);
        } else if (restored !== null && caller.includes('-operate')) {
          // A person alone restores.
          this.revoked.delete(id);
        }
      }
    }
    if (/^publications\/\d+\.\d+-\d+\.json$/.test(key)) {
      const publication = JSON.parse(text) as Publication;
      this.recorded.add(publication.id);
      this.checkBake(publication);
    }
  }

  /** What was revoked is shown by no channel while an older publication is there. */
  observe(): void {
    for (const name of ['latest', 'current'] as const) {
      const shown = this.options.installation.channel(name);
      const revokedAt = this.revoked.get(shown?.id ?? '') ?? Infinity;
      const isThere = ({ amiId, at, id, mode }: Channel) =>
        mode !== 'unbaked' &&
        at < (shown?.at ?? '') &&
        !this.revoked.has(id) &&
        this.options.installation.account.world.ec2.images.isAvailable(amiId, HOME);
      if (this.now > revokedAt + LEFT && [...this.publications.values()].some(isThere)) {
        this.options.report('R9', `${name} still shows ${shown?.id ?? ''}, which was revoked`);
      }
    }
  }

  /** Of the pipeline, while it counts. */
  get hold(): OperatorOverride | undefined {
    const text = this.options.installation.read(HOME.account, holdParameter(`/winbake/${PIPELINE}`));
    return text === undefined
      ? undefined
      : activeOverride(JSON.parse(text) as OperatorOverride, new Date(this.now));
  }

  /** Only what was baked, verified and fits its host is published. */
  private checkBake({ amis, id, imageBuildVersionArn: arn, manifest }: Publication): void {
    const { account } = this.options.installation;
    const build = account.imageBuilder.all.find((one) => one.arn === arn);
    const plan = this.options.truth.bakes.get(arn ?? '');
    const why =
      build === undefined || build.endsAt.getTime() > this.now
        ? 'no bake has ended'
        : build.isCancelled
          ? 'its bake was cancelled'
          : (build.outcome.failure?.reason ??
            (plan?.isWrong === true ? 'its images are newer than its host' : ''));
    if (why !== '' || JSON.stringify(build?.amis) !== JSON.stringify(amis)) {
      this.options.report('verified', `${id} is recorded, and ${why === '' ? 'its AMIs are others' : why}`);
      return;
    }
    const [bucket] = account.living('AWS::S3::Bucket', HOME).filter(({ stack }) => stack === 'Platform');
    const document = account.readDocument(bucket?.reference ?? '', manifest ?? '');
    const { images } = JSON.parse(document ?? '{"images":[]}') as Pick<ImageManifest, 'images'>;
    const host = readOsVersion(this.options.truth.hostOf(arn ?? '') ?? '');
    if (images.length === 0) {
      this.options.report('verified', `${id} is recorded without an image manifest`);
    }
    for (const { digest, family, osVersion } of images) {
      const version = this.options.microsoft.versionOf(digest);
      const image = readOsVersion(version ?? '');
      if (
        version !== osVersion ||
        image?.build !== host?.build ||
        (image?.revision ?? Infinity) > (host?.revision ?? 0)
      ) {
        this.options.report(
          'R1',
          `${id} has ${family} ${digest} of ${String(version)}, documented as ${osVersion}`,
        );
      }
    }
  }

  private get now(): number {
    return this.options.installation.now;
  }
}
