import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, InstanceType, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { WindowsOs } from '../../ami/windows-os';
import type { WeeklyWindow } from '../../internal/weekly-window';
import type { BakeComponent } from './bake-component';
import type { BakeVolume } from './bake-volume';
import type { BaseAmi } from './base-ami';
import type { CachedImage } from './cached-image';
import type { Distribution, FastLaunch } from './distribution';
import type { GatePolicy } from './gate-policy';
import type { ImageFamily } from './image-family';
import type { Promotion } from './promotion';
import type { RebakeSchedule } from './rebake-schedule';
import type { Retention } from './retention';
import type { UpdatePolicy, VulnerabilityScan } from './update-policy';

/** What a pipeline bakes, and under which rules. */
export interface WindowsAmiPipelineProps {
  /** The Windows that is baked. One pipeline bakes one os. */
  readonly os: WindowsOs;

  /**
   * The name under which fleets find the pipeline, unique in account and region. It stays fixed: another name is another
   * pipeline with other parameters.
   *
   * @default - release and edition, such as `2022-core`
   */
  readonly pipelineName?: string;

  /**
   * The families of base images that are cached. A bake waits for them.
   *
   * @default - `servercore`, `nanoserver`, `iis` and `aspnet`; on 2016 without `nanoserver`, which has ended there
   */
  readonly families?: ImageFamily[];

  /**
   * How many revisions before the newest are cached too, of each family its last image, 0 to 2: a fleet moves on days before
   * its apps are built anew. They are pulled last, and no bake waits for one. Each takes up to 11 GiB of `volume`.
   * See docs/costs.md.
   *
   * @default - 1; on 2016 0, since it runs images of its own revision only
   */
  readonly previousRevisions?: number;

  /**
   * Images that are cached besides where there are any, and that no bake waits for.
   *
   * @default - no other images
   */
  readonly extras?: CachedImage[];

  /**
   * When a bake is due, and for what it waits.
   *
   * @default - waits 36 hours at most, bakes what is late with its previous image, follows out-of-band releases
   */
  readonly gate?: GatePolicy;

  /**
   * The time from Microsoft's release of a revision to the last instance of a fleet. The pipeline and each fleet check that
   * their share fits, and people are notified when three quarters of it and when all of it are over.
   *
   * @default Duration.hours(72)
   */
  readonly patchWithin?: Duration;

  /**
   * The AMI that a bake starts from.
   *
   * @default BaseAmi.ecsOptimized()
   */
  readonly baseAmi?: BaseAmi;

  /**
   * Components of your own, in their order. A change of them is a reason to bake.
   *
   * @default - only those of Winbake
   */
  readonly components?: BakeComponent[];

  /**
   * Which Windows updates a bake installs.
   *
   * @default - security and critical updates
   */
  readonly updates?: UpdatePolicy;

  /**
   * The scan of each AMI for known vulnerabilities, by Amazon Inspector.
   *
   * @default - not scanned, since Amazon Inspector bills each scan
   */
  readonly scan?: VulnerabilityScan;

  /**
   * The address of the registry that base images are looked up in and pulled from.
   *
   * @default https://mcr.microsoft.com
   */
  readonly registry?: string;

  /**
   * Where images are pulled from in place of `registry`: a host, or a host and a path, below which you keep copies of the
   * same repositories. What is pulled must have the digests that the registry showed; it is cached under the registry's
   * names.
   *
   * @default - images are pulled from `registry`
   */
  readonly mirror?: string;

  /**
   * The proxy through which the build instance pulls, such as `http://proxy.example.com:3128`.
   *
   * @default - it pulls without one
   */
  readonly proxy?: string;

  /**
   * Whether Microsoft Defender leaves Docker's folder and engine alone while images are pulled. It reads each file that is unpacked,
   * which may take most of the time. What is excluded is taken away again before the AMI is made.
   *
   * @default true
   */
  readonly antivirusExclusions?: boolean;

  /**
   * The network of the build and test instances. They need ways out to Windows Update, the registry, S3 and Systems
   * Manager; see docs/security.md.
   *
   * @default - the region's default VPC
   */
  readonly vpc?: IVpc;

  /**
   * The subnets of `vpc` to choose from; the instances run in the first.
   *
   * @default - the private subnets with a way out, else the VPC's only kind
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * The security groups of the build and test instances, in `vpc`.
   *
   * @default - with `vpc` a new group that lets nothing in and everything out
   */
  readonly securityGroups?: ISecurityGroup[];

  /**
   * The types of instance to build and test on, best first; Image Builder takes one that is available.
   *
   * @default - `m6i.xlarge`, `m5.xlarge`
   */
  readonly instanceTypes?: InstanceType[];

  /**
   * The root volume of the build instance, and so of the AMI.
   *
   * @default - 100 GiB of gp3 with 250 MiB a second, encrypted
   */
  readonly volume?: BakeVolume;

  /**
   * When the pipeline polls whether a bake is due.
   *
   * @default RebakeSchedule.patchTuesday()
   */
  readonly schedule?: RebakeSchedule;

  /**
   * Hours in which no bake starts; one that is due starts at their end.
   *
   * @default - a bake starts as soon as it is due
   */
  readonly noBakeWindows?: WeeklyWindow[];

  /**
   * Where publications go.
   *
   * @default - the pipeline's own account and region
   */
  readonly distribution?: Distribution;

  /**
   * Snapshots that EC2 keeps ready behind the first boot of Windows.
   *
   * @default - none are kept ready
   */
  readonly fastLaunch?: FastLaunch;

  /**
   * When a publication becomes what fleets run.
   *
   * @default - at once, or with canary fleets when they are well on it, after 24 hours at most
   */
  readonly promotion?: Promotion;

  /**
   * Which AMIs are kept although nothing uses them.
   *
   * @default - the newest 3 and those younger than 45 days
   */
  readonly retention?: Retention;

  /**
   * The topic through which people are notified what needs them.
   *
   * @default - a new encrypted topic, `topic` of the construct, to subscribe to
   */
  readonly notificationTopic?: ITopic;

  /**
   * The key of what the pipeline keeps besides AMIs: bucket, topic, queue and logs. A key of another stack or account must
   * let CloudWatch Logs and CloudWatch use it; see docs/security.md. The key of AMIs is `volume.encryptionKey`.
   *
   * @default - each service's own key; for the topic a new one, since alarms cannot use Amazon SNS's
   */
  readonly encryptionKey?: IKey;

  /**
   * Where the parameters of all pipelines and fleets begin in Parameter Store.
   *
   * @default /winbake
   */
  readonly parameterPrefix?: string;

  /**
   * What becomes of the bucket with catalog and publications when the pipeline is removed.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * How long logs of handlers, rebakes and builds are kept.
   *
   * @default RetentionDays.THIRTEEN_MONTHS
   */
  readonly logRetention?: RetentionDays;
}
