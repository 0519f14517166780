import { OperatingSystemFamily } from 'aws-cdk-lib/aws-ecs';
import { osOf, type ReleaseName } from '../contract/values/release';

/** How much of Windows Server is installed. */
export enum WindowsEdition {
  /** With the desktop. */
  FULL = 'FULL',
  /** Without the desktop: smaller, and patched sooner. */
  CORE = 'CORE',
}

/** A Windows Server release and its edition, as Amazon ECS names its operating system families. */
export class WindowsOs {
  /** Windows Server 2016 with the desktop; ECS has no other edition of it. */
  public static readonly SERVER_2016_FULL = new WindowsOs(
    '2016',
    WindowsEdition.FULL,
    OperatingSystemFamily.WINDOWS_SERVER_2016_FULL,
  );
  /** Windows Server 2019 with the desktop. */
  public static readonly SERVER_2019_FULL = new WindowsOs(
    '2019',
    WindowsEdition.FULL,
    OperatingSystemFamily.WINDOWS_SERVER_2019_FULL,
  );
  /** Windows Server 2019 Core. */
  public static readonly SERVER_2019_CORE = new WindowsOs(
    '2019',
    WindowsEdition.CORE,
    OperatingSystemFamily.WINDOWS_SERVER_2019_CORE,
  );
  /** Windows Server 2022 with the desktop. */
  public static readonly SERVER_2022_FULL = new WindowsOs(
    '2022',
    WindowsEdition.FULL,
    OperatingSystemFamily.WINDOWS_SERVER_2022_FULL,
  );
  /** Windows Server 2022 Core. */
  public static readonly SERVER_2022_CORE = new WindowsOs(
    '2022',
    WindowsEdition.CORE,
    OperatingSystemFamily.WINDOWS_SERVER_2022_CORE,
  );
  /** Windows Server 2025 with the desktop. */
  public static readonly SERVER_2025_FULL = new WindowsOs(
    '2025',
    WindowsEdition.FULL,
    OperatingSystemFamily.WINDOWS_SERVER_2025_FULL,
  );
  /** Windows Server 2025 Core. */
  public static readonly SERVER_2025_CORE = new WindowsOs(
    '2025',
    WindowsEdition.CORE,
    OperatingSystemFamily.WINDOWS_SERVER_2025_CORE,
  );

  /** Release and edition in one word, such as `SERVER_2022_CORE`. */
  public readonly name: string;

  /** The release's year, such as `2022`. */
  public readonly release: string;

  /** The third number of the release's OS versions, such as 20348. */
  public readonly buildNumber: number;

  /** How much of Windows Server is installed. */
  public readonly edition: WindowsEdition;

  /** The public parameter that holds the id of the newest ECS-optimized AMI of this os. */
  public readonly baseAmiParameter: string;

  /** What a task definition says to be placed on hosts of this os. */
  public readonly operatingSystemFamily: OperatingSystemFamily;

  private constructor(release: ReleaseName, edition: WindowsEdition, family: OperatingSystemFamily) {
    const os = osOf(`SERVER_${release}_${edition}`);
    this.name = os.name;
    this.release = release;
    this.buildNumber = os.release.build;
    this.edition = edition;
    this.baseAmiParameter = os.baseAmiParameter;
    this.operatingSystemFamily = family;
  }
}

/** The name of the pipeline of an os where none is given, such as `2022-core`. */
export function defaultPipelineName(os: WindowsOs): string {
  return `${os.release}-${os.edition.toLowerCase()}`;
}
