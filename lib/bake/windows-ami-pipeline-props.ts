import type { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import type { ISecurityGroup, InstanceType, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { WindowsOs } from '../windows-os';
import type { LatePolicy } from './late-policy';

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
   * The families of base images that are cached.
   *
   * @default - `servercore`, `nanoserver`, `iis` and `aspnet`; on 2016 without `nanoserver`, which has ended there
   */
  readonly families?: string[];

  /**
   * How long a bake waits for families whose image is not out yet. Counted from the first sight of the newer revision.
   *
   * @default Duration.hours(36)
   */
  readonly longestWait?: Duration;

  /**
   * What becomes of a family that is still behind when the wait is over.
   *
   * @default LatePolicy.USE_PREVIOUS
   */
  readonly latePolicy?: LatePolicy;

  /**
   * The address of the registry that base images are looked up in and pulled from.
   *
   * @default https://mcr.microsoft.com
   */
  readonly registry?: string;

  /**
   * The network of the build and test instances. They need ways out to Windows Update, the registry, S3 and Systems
   * Manager.
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
   * The size of the AMI's root volume, at least 50 GiB.
   *
   * @default Size.gibibytes(100)
   */
  readonly volumeSize?: Size;

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
